"""The HTTP API, for programs."""

from flask import Flask, Response, jsonify, request

from kb import render, service
from kb.faces import as_dict
from kb.faces.question import question


def add_api(app: Flask) -> None:
    app.add_url_rule("/api/v1/lookup", view_func=lookup, methods=["POST"])
    app.add_url_rule("/api/v1/entries/<path:id>", view_func=entry, endpoint="api_entry")


def lookup() -> Response:
    """The body is the error as it is, or JSON `{"query", "limit", "abstain"}`. Markdown, or JSON where asked for."""
    query, limit, abstain = request.get_data().decode("utf-8", "replace"), 5, True
    if request.mimetype == "application/json":
        query, limit, abstain = question(request.get_json())
    found = service.lookup(query, limit, abstain)
    matching = service.matching(found)
    if wants_json():
        return jsonify(as_dict.answer(found, matching))
    return Response(render.answer(found, matching) + "\n", mimetype="text/markdown")


def entry(id: str) -> Response:
    found = service.show(id)
    if wants_json():
        return jsonify(as_dict.entry(found))
    return Response(render.full(found) + "\n", mimetype="text/markdown")


def wants_json() -> bool:
    accepted = request.accept_mimetypes
    return request.mimetype == "application/json" or (
        accepted.best_match(["text/markdown", "application/json"]) == "application/json"
        and accepted["application/json"] > accepted["text/markdown"]
    )
