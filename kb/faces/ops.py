"""What those ask who run a server: does it live, can it answer, what has it done."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kb import service
from kb.errors import KbError
from kb.faces import metrics as counted


def add_ops(app: Flask) -> None:
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)


def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> tuple[Response, int]:
    """Whether catalog and ledger can be used; `exclude=ledger` asks for what look-ups need alone."""
    checks: dict[str, Callable[[], object]] = {"catalog": service.snapshot, "ledger": service.ledger_ready}
    said: dict[str, Any] = {}
    for name, check in checks.items():
        if name not in request.args.getlist("exclude"):
            try:
                check()
                said[name] = "ok"
            except KbError as error:
                said[name] = type(error).__name__
    ready = set(said.values()) <= {"ok"}
    return jsonify(ready=ready, **said), 200 if ready else 503


def metrics() -> Response:
    counted.catalog()
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
