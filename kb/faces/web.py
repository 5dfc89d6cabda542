"""The WSGI application: pages, API and what its operator asks, with one error handler and one set of headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kb import place
from kb.errors import KbError, Misuse, NotFound

try:
    from flask import Flask, Response, g, jsonify, render_template, request
    from werkzeug.exceptions import HTTPException

    from kb.faces import metrics
    from kb.faces.rate import Rate
except ImportError as error:
    raise Misuse(f"the web face needs {error.name}: pip install 'kb-errors[web]'") from None

from kb.faces.api import API_HEADERS, add_api
from kb.faces.logs import say
from kb.faces.ops import add_ops
from kb.faces.site import add_pages
from kb.faces.tokens import Tokens

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 16 << 20
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SEEN_AFRESH = ("/metrics", "/healthz", "/readyz")


def create_app(rate: str = "off", tokens: Tokens | None = None) -> Flask:
    """The WSGI application over the present catalog.

    `rate`: what one client may ask, as `600/minute`, or `off`. `tokens`: who may write outcomes; none: everybody.
    Raises BadCatalog when there is no catalog, Misuse for a rate that is none.
    """
    metrics.catalog()
    web = place.web_folder()
    app = Flask(__name__, template_folder=f"{web}/templates", static_folder=f"{web}/static")
    app.url_map.merge_slashes = False  # what is not there is not there, and leads nowhere
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # none is a coroutine, and asking costs a tenth
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, TOKENS=tokens or {})
    app.before_request(begun)
    app.after_request(ended)  # runs last
    if rate != "off":
        Rate(rate).add_to(app)
    add_pages(app)
    add_api(app)
    add_ops(app)
    app.register_error_handler(Exception, failed)
    app.wsgi_app = with_headers(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def with_headers(app: WSGIApplication) -> WSGIApplication:
    """The application with the headers that every answer has; set here they cost nothing."""
    fixed = list(HEADERS.items())
    of_api = [*fixed, *API_HEADERS.items()]

    def headed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        more = of_api if environ["PATH_INFO"].startswith("/api/") else fixed

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + more, *error)

        return app(environ, start)

    return headed


def begun() -> None:
    g.start = perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    try:
        _ = request.query_string and request.args
    except UnicodeDecodeError:
        raise Misuse("the address is not UTF-8; write other bytes as %XX") from None


def ended(response: Response) -> Response:
    """A tag for what can be kept, one line in the log: the route, never the address or what was asked."""
    response.headers["X-Request-Id"] = g.id
    if request.method in ("GET", "HEAD") and request.path not in SEEN_AFRESH:
        response.headers.setdefault("Cache-Control", "no-cache")
        if response.status_code == 200 and not response.direct_passthrough:
            response.add_etag()
            response.make_conditional(request.environ)
    route = request.url_rule.rule if request.url_rule else "-"
    metrics.requests(route, response.status_code).inc()
    if request.path not in SEEN_AFRESH:
        ms = round((perf_counter() - g.start) * 1e3, 2)
        say("request", id=g.id, method=request.method, route=route, status=response.status_code, ms=ms)
    return response


def failed(error: Exception) -> tuple[Any, int]:
    """Every error, as a problem for programs (RFC 9457) or as a page for people."""
    headers = {}
    if isinstance(error, KbError):
        status, text = error.http_status, str(error)
        if status == 503:
            headers["Retry-After"] = str(getattr(error, "retry_after", 30))
    elif isinstance(error, HTTPException):
        status, text = error.code or 500, error.description or ""
        headers = {k: v for k, v in error.get_headers(request.environ) if k != "Content-Type"}
    else:
        say("failed", 40, exc_info=True, id=g.id)
        status, text = 500, f"the server failed; its log says where, at request {g.id}"
    if isinstance(error, HTTPException) and 300 <= status < 400:
        return error.get_response(), status
    if request.path.startswith("/api/"):
        problem = jsonify(type="about:blank", title=type(error).__name__, status=status, detail=text, request_id=g.id)
        problem.mimetype = "application/problem+json"
        problem.headers.update(headers)
        return problem, status
    page = render_template("error.html", text=text, missing=isinstance(error, NotFound))
    response = Response(page)
    response.headers.update(headers)
    return response, status
