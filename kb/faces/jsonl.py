"""JSON lines in, JSON lines out."""

import json
from collections.abc import Iterable, Iterator

from kb import service
from kb.errors import KbError
from kb.faces import as_dict
from kb.faces.question import question

MAX_LINE = 1_000_000


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """For each line `{"query", "limit", "abstain"}` its answer; for a bad one `{"error"}`, and on with the next."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line), ensure_ascii=True)


def _answer(line: bytes) -> dict[str, object]:
    if len(line) > MAX_LINE:
        return {"error": f"a line of {len(line)} bytes; at most {MAX_LINE}"}
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f'not JSON ({error}); wanted {{"query": "…", "limit": 5, "abstain": true}}'}
    try:
        return as_dict.answer(service.lookup(*question(asked)), None)
    except KbError as error:
        return {"error": str(error)}
