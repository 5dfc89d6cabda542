"""The pages that people read."""

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kb import __version__, render, service
from kb.faces import html, metrics


def add_pages(app: Flask) -> None:
    app.jinja_env.filters["markdown"] = html.markdown
    app.jinja_env.filters["inline"] = html.inline
    app.jinja_env.globals.update(verified=render.verified, version=__version__)
    app.add_url_rule("/", view_func=search, methods=["GET", "POST"])
    app.add_url_rule("/entries/", view_func=entries)
    app.add_url_rule("/entries/<path:id>", view_func=entry)


def search() -> str:
    """The search page; with `q` (in the address, or posted) the answer."""
    query = request.values.get("q", "")
    found, entry = metrics.lookup("page", query, record=True) if query.strip() else (None, None)
    return render_template("search.html", query=query, found=found, entry=entry, count=service.snapshot().count)


def entries() -> str:
    return render_template("entries.html", ids=service.snapshot().ids())


def entry(id: str) -> str | Response:
    present = service.snapshot().resolve(id)
    if present != id:
        return redirect(url_for("entry", id=present), 301)
    return render_template("entry.html", entry=service.show(id))
