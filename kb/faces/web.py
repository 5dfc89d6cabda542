"""The WSGI application: pages and API with one error handler and one set of headers."""

from typing import Any

from kb import place, service
from kb.errors import KbError, Misuse, NotFound

try:
    from flask import Flask, Response, jsonify, render_template, request
    from werkzeug.exceptions import HTTPException
except ImportError:
    raise Misuse("the web face needs Flask: pip install 'kb-errors[web]'") from None

from kb.faces.api import add_api
from kb.faces.site import add_pages

MAX_BODY = 16 << 20
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app() -> Flask:
    """The WSGI application over the present catalog. Raises BadCatalog when there is none."""
    service.snapshot()
    web = place.web_folder()
    app = Flask(__name__, template_folder=f"{web}/templates", static_folder=f"{web}/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    add_pages(app)
    add_api(app)
    app.register_error_handler(KbError, failed)
    app.register_error_handler(HTTPException, failed)
    app.after_request(secured)
    return app


def secured(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def failed(error: Exception) -> tuple[Any, int]:
    """Every error, as a problem for programs (RFC 9457) or as a page for people."""
    status = error.http_status if isinstance(error, KbError) else getattr(error, "code", None) or 500
    text = str(error) if isinstance(error, KbError) else getattr(error, "description", "") or "the server failed"
    if request.path.startswith("/api/"):
        problem = jsonify(type="about:blank", title=type(error).__name__, status=status, detail=text)
        problem.mimetype = "application/problem+json"
        return problem, status
    return render_template("error.html", text=text, missing=isinstance(error, NotFound)), status
