"""A look-up asked for in JSON: the same over HTTP and on standard input."""

from typing import Any

from kb.errors import Misuse


def question(asked: Any) -> tuple[str, int, bool]:
    """(query, limit, abstain) of `{"query", "limit", "abstain"}`. Raises Misuse for anything else."""
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Misuse('wanted {"query": "…", "limit": 5, "abstain": true}')
    limit, abstain = whole(asked.get("limit", 5)), asked.get("abstain", True)
    if type(limit) is not int or type(abstain) is not bool:
        raise Misuse('"limit" is a whole number, "abstain" true or false')
    return asked["query"], limit, abstain


def whole(value: Any) -> Any:
    """In JSON 5.0 is a whole number too."""
    return int(value) if type(value) is float and value.is_integer() else value
