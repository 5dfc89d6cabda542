"""The web page and the HTTP API: `create_app()` for a WSGI server, `kb serve` for the shell."""

import argparse
import socket
import sys
from typing import Any

from kb import __version__, place, render, service
from kb.errors import KbError, Misuse, NotFound
from kb.faces import as_dict

try:
    from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Response as WerkzeugResponse
except ImportError:
    raise Misuse("the web face needs Flask: pip install 'kb-errors[web]'") from None

from kb.faces import html
from kb.faces.question import question

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
    app.jinja_env.filters["markdown"] = html.markdown
    app.jinja_env.filters["inline"] = html.inline
    app.jinja_env.globals.update(verified=render.verified, version=__version__)
    app.add_url_rule("/", view_func=search, methods=["GET", "POST"])
    app.add_url_rule("/entries/", view_func=entries)
    app.add_url_rule("/entries/<path:id>", view_func=entry)
    app.add_url_rule("/api/v1/lookup", view_func=api_lookup, methods=["POST"])
    app.add_url_rule("/api/v1/entries/<path:id>", view_func=api_entry)
    app.register_error_handler(KbError, failed)
    app.register_error_handler(HTTPException, failed)
    app.after_request(secured)
    return app


def secured(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def search() -> str:
    """The search page; with `q` (in the address, or posted) the answer."""
    query = request.values.get("q", "")
    found = service.lookup(query) if query.strip() else None
    entry = service.matching(found) if found else None
    return render_template("search.html", query=query, found=found, entry=entry, count=service.snapshot().count)


def entries() -> str:
    return render_template("entries.html", ids=service.snapshot().ids())


def entry(id: str) -> str | WerkzeugResponse:
    present = service.snapshot().resolve(id)
    if present != id:
        return redirect(url_for("entry", id=present), 301)
    return render_template("entry.html", entry=service.show(id))


def api_lookup() -> Response:
    """The body is the error as it is, or JSON `{"query", "limit", "abstain"}`. Markdown, or JSON where asked for."""
    query, limit, abstain = request.get_data().decode("utf-8", "replace"), 5, True
    if request.mimetype == "application/json":
        query, limit, abstain = question(request.get_json())
    found = service.lookup(query, limit, abstain)
    matching = service.matching(found)
    if wants_json():
        return jsonify(as_dict.answer(found, matching))
    return Response(render.answer(found, matching) + "\n", mimetype="text/markdown")


def api_entry(id: str) -> Response:
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


def failed(error: Exception) -> tuple[Any, int]:
    """Every error, as a problem for programs (RFC 9457) or as a page for people."""
    status = error.http_status if isinstance(error, KbError) else getattr(error, "code", None) or 500
    text = str(error) if isinstance(error, KbError) else getattr(error, "description", "") or "the server failed"
    if request.path.startswith("/api/"):
        problem = jsonify(type="about:blank", title=type(error).__name__, status=status, detail=text)
        problem.mimetype = "application/problem+json"
        return problem, status
    return render_template("error.html", text=text, missing=isinstance(error, NotFound)), status


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kb serve", description="Serve the web page and the HTTP API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8321, help="port, 0 for any free one (default: %(default)s)")
    asked = parser.parse_args(argv)
    app = create_app()
    from werkzeug.serving import make_server

    try:
        listening = socket.create_server((asked.host, asked.port))
    except (OSError, OverflowError) as error:
        raise KbError(
            f"{asked.host}:{asked.port}: {error}; choose another with --port, or 0 for any free one"
        ) from None
    with listening:
        server = make_server(asked.host, asked.port, app, threaded=True, fd=listening.fileno())
        print(f"kb serves http://{asked.host}:{listening.getsockname()[1]}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
    return 0
