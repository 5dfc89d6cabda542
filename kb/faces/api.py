"""The HTTP API, for programs; openapi.json says the same for machines."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.datastructures import MIMEAccept, WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized, UnsupportedMediaType
from werkzeug.http import parse_accept_header

from kb import render, service
from kb.errors import Misuse
from kb.faces import as_dict, metrics, rate, tokens
from kb.faces.question import question, whole

MAX_QUERY, MAX_BATCH, MAX_BODY = 65_536, 50, 4 << 20
"""Bytes of one query, queries of a batch, bytes of a body."""

API_HEADERS = {"Query-Limit": str(MAX_QUERY), "Batch-Limit": str(MAX_BATCH), "Vary": "Accept"}


def add_api(app: Flask) -> None:
    for rule, view, method in (
        ("/api/v1/lookup", lookup, "POST"),
        ("/api/v1/lookup/batch", batch, "POST"),
        ("/api/v1/entries", entries, "GET"),
        ("/api/v1/entries/<path:id>", entry, "GET"),
        ("/api/v1/outcomes", outcomes, "POST"),
        ("/api/v1/catalog", catalog, "GET"),
        ("/api/v1/openapi.json", openapi, "GET"),
    ):
        app.add_url_rule(rule, view_func=view, endpoint=f"api_{view.__name__}", methods=[method])
    app.before_request(_bounded)


def _bounded() -> None:
    if request.path.startswith("/api/"):
        request.max_content_length = MAX_BODY


def lookup() -> Response:
    """The body is the error as it is, or JSON `{"query", "limit", "abstain"}`. Markdown, or JSON where asked for."""
    if request.mimetype == "application/json":
        query, limit, abstain = question(_json())
    else:
        query, limit, abstain = request.get_data().decode("utf-8", "replace"), 5, True
    found, matching = metrics.lookup("api", _short(query), limit, abstain, record=True)
    if wants_json():
        return jsonify(as_dict.answer(found, matching))
    return Response(render.answer(found, matching) + "\n", mimetype="text/markdown")


def batch() -> Response:
    """JSON `{"queries": [{"query", "limit", "abstain"}, …]}` → `{"answers": […]}`; one bad query spoils all."""
    asked = _object()
    queries = asked.get("queries")
    if not isinstance(queries, list) or not 1 <= len(queries) <= MAX_BATCH:
        raise Misuse(f'wanted {{"queries": [{{"query": "…"}}, …]}}, 1 to {MAX_BATCH} of them')
    rate.take(len(queries) - 1)
    answers = []
    for number, each in enumerate(queries):
        try:
            query, limit, abstain = question(each)
            answers.append(as_dict.answer(*metrics.lookup("batch", _short(query), limit, abstain)))
        except Misuse as error:
            raise Misuse(f"query {number} of {len(queries)}, counted from 0: {error}") from None
    return jsonify(answers=answers)


def _short(query: str) -> str:
    size = len(query) if query.isascii() else len(query.encode("utf-8", "replace"))
    if size > MAX_QUERY:
        raise RequestEntityTooLarge(
            f"a query of {size} bytes; at most {MAX_QUERY}: send the part with the error, as `tail -c {MAX_QUERY} LOG`"
        )
    return query


def entries() -> Response:
    """Ids and titles by id; of a `tag`, `after` an id, at most `limit`. `next`: what to give as `after`, while more."""
    given = request.args.get("limit", "100")
    limit = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    listed = service.entries(request.args.get("tag", ""), request.args.get("after", ""), limit)
    rows = [{"id": id, "title": title} for id, title in listed]
    return jsonify(entries=rows, next=rows[-1]["id"] if len(rows) == limit else None)


def entry(id: str) -> Response:
    found = service.show(id)
    if wants_json():
        return jsonify(as_dict.entry(found))
    return Response(render.full(found) + "\n", mimetype="text/markdown")


def outcomes() -> tuple[Response, int]:
    """An outcome is on disk when this answers. Taken from whoever has a token, where the operator set tokens."""
    reporter = _reporter()
    asked = _object()
    kinds = {"entry": str, "option": int, "worked": bool}
    asked["option"], asked["tokens"] = whole(asked.get("option")), whole(asked.get("tokens"))
    if any(type(asked.get(name)) is not kind for name, kind in kinds.items()):
        raise Misuse('wanted {"entry": "AREA/SLUG", "option": 1, "worked": true}, and "platform", "note", "tokens"')
    platform, note, used = asked.get("platform", ""), asked.get("note", ""), asked["tokens"]
    if not (isinstance(platform, str) and isinstance(note, str) and (used is None or type(used) is int)):
        raise Misuse('"platform" and "note" are text, "tokens" is a whole number')
    done = service.report(
        asked["entry"],
        asked["option"],
        asked["worked"],
        reporter=reporter,
        platform=platform,
        note=note,
        tokens=used,
    )
    metrics.OUTCOMES.labels(str(done.worked).lower()).inc()
    return jsonify(done._asdict()), 201


def _reporter() -> str | None:
    known: tokens.Tokens = current_app.config["TOKENS"]
    if not known:
        return None
    given = request.authorization
    token = given.token if given and given.type == "bearer" else None
    name = tokens.name_of(token, known) if token else None
    if not name:
        raise Unauthorized("outcomes take a token: Authorization: Bearer …", www_authenticate=WWWAuthenticate("bearer"))
    return name


def catalog() -> Response:
    present = metrics.catalog()
    return jsonify(version=present.version, entries=present.count)


def openapi() -> Response:
    return Response(Path(__file__).with_name("openapi.json").read_bytes(), mimetype="application/json")


def _json() -> Any:
    try:
        return request.get_json()
    except RecursionError:
        raise Misuse("the JSON of the body is nested too deep") from None


def _object() -> dict[str, Any]:
    """The JSON object of the body. No other type is taken, so that no page of another site can send one."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("wanted Content-Type: application/json")
    asked = _json()
    if not isinstance(asked, dict):
        raise Misuse("wanted a JSON object")
    return asked


def wants_json() -> bool:
    return request.mimetype == "application/json" or _json_first(request.headers.get("Accept", ""))


@lru_cache(256)
def _json_first(accept: str) -> bool:
    accepted = parse_accept_header(accept, MIMEAccept)
    return accepted["application/json"] > accepted["text/markdown"]
