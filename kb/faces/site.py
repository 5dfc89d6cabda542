"""The pages that people read."""

import hashlib
import os
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kb import __version__, place, render, service
from kb.catalog.overview import Listed
from kb.catalog.read import StoredEntry
from kb.errors import Misuse
from kb.faces import code, html, metrics, runs
from kb.text.redact import redacted

SHORT = 200
"""Characters of a query that may stand in an address, if it is one line without secrets."""
TELLING, CONTEXT, MOST = 0.45, 1, 6
"""Of a log that was pasted are shown: the lines of this weight, lines around each, most of them."""
RELATED = 4
YEAR = "public, max-age=31536000, immutable"


def add_pages(app: Flask) -> None:
    jinja = app.jinja_env
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.filters.update(inline=html.inline, markdown=html.markdown, parts=html.parts, kind=lambda x: type(x).__name__)
    jinja.filters.update(highlight=code.highlight, patch=code.patch, terminal=code.terminal, title=title)
    jinja.filters.update(prepared=runs.prepared, transcripts=runs.transcripts)
    jinja.globals.update(version=__version__, verified=render.verified, pairs=runs.grouped)
    jinja.globals.update(first_paragraph=render.first_paragraph)
    for rule, view, methods in (
        ("/", search, ["GET", "POST"]),
        ("/answer", answer, ["POST"]),
        ("/entries/", entries, ["GET"]),
        ("/entries/<path:id>", entry, ["GET"]),
        ("/areas/<area>", area, ["GET"]),
        ("/tags/", tags, ["GET"]),
        ("/tags/<tag>", tag, ["GET"]),
        ("/verification", verification, ["GET"]),
        ("/outcomes", outcome, ["POST"]),
        ("/llms.txt", llms, ["GET"]),
        ("/sitemap.xml", sitemap, ["GET"]),
        ("/robots.txt", robots, ["GET"]),
        ("/opensearch.xml", opensearch, ["GET"]),
    ):
        app.add_url_rule(rule, view_func=view, methods=methods)
    _keep_static(app)


def _keep_static(app: Flask) -> None:
    """The hash of a file's content stands in its address, so that a browser may keep the file for ever."""
    files = Path(place.web_folder(), "static").iterdir()
    versions = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:12] for p in files}

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=versions[name])

    def kept(response: Response) -> Response:
        if response.status_code < 400 and request.endpoint == "static" and request.args.get("v") in versions.values():
            response.headers["Cache-Control"] = YEAR
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(kept)


def title(text: str) -> tuple[str, str]:
    """What is seen, and why: the two halves of a title."""
    seen, _, why = text.partition(" — ")
    return seen, why


# Search


def search() -> AnyResponse | str:
    """The search page; with `q` (in the address, or posted) the answer."""
    query = request.values.get("q", "")
    if request.method == "POST" and (address := _address(query)):
        return redirect(address, 303)
    shelf = service.overview()
    shown = redacted(query)
    return render_template("search.html", query=shown, areas=_areas(), shelf=shelf, **_answer(query, record=True))


def answer() -> Response:
    """What the search page shows below its field, for its script; `asked` when somebody waits for it."""
    query = request.form.get("q", "")
    text = render_template("_answer.html", **_answer(query, record=bool(request.form.get("asked"))))
    response = Response(text)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Location"] = _address(query) or url_for("search")
    return response


def _address(query: str) -> str:
    """The address of a query that may stand in one; empty for what is long, of several lines, or looks secret."""
    query = query.strip()
    if not query or len(query) > SHORT or "\n" in query or redacted(query) != query:
        return ""
    return f"{url_for('search')}?q={quote(query, safe='')}"


def _answer(query: str, record: bool) -> dict[str, Any]:
    if not query.strip():
        return {"found": None}
    found, matching = metrics.lookup("page", query, record=record)
    met = {c.why.query for c in found.candidates[:1]}
    return {
        "found": found,
        "entry": matching,
        "lines": _understood(query, met),
        "areas_near": service.nearest_areas(query) if found.decision == "none" else [],
        "recorded": record,
    }


def _understood(query: str, met: set[str]) -> list[tuple[str, str]]:
    """(line, how it counted) of a text of several lines: met, strong, weak; `fold` with the number of lines between."""
    lines = [(text, weight) for text, weight in service.understood(query) if text.strip()]
    if len(lines) < 3:
        return []
    strong = sorted((n for n, (_, w) in enumerate(lines) if w >= TELLING), key=lambda n: (-lines[n][1], -n))
    kept = set(strong[:MOST])
    kept |= {n for n, (text, _) in enumerate(lines) if any(m in text for m in met)}
    kept |= {n + d for n in sorted(kept)[:MOST] for d in (-CONTEXT, CONTEXT) if 0 <= n + d < len(lines)}
    out: list[tuple[str, str]] = []
    before = -1
    for n in sorted(kept):
        if n - before > 1:
            out.append((str(n - before - 1), "fold"))
        text, weight = lines[n]
        how = "met" if any(m in text for m in met) else "strong" if weight >= TELLING else "weak"
        out.append((text[:300], how))
        before = n
    if before < len(lines) - 1:
        out.append((str(len(lines) - 1 - before), "fold"))
    return out


# Entries


def entry(id: str) -> AnyResponse | str:
    """An entry as a page; as Markdown where `Accept` or the ending `.md` asks for it."""
    wanted = id.removesuffix(".md")
    found = service.show(wanted)
    as_text = wanted != id or _prefers_markdown()
    if found.id != wanted:
        return redirect(url_for("entry", id=found.id + (".md" if wanted != id else "")), 301)
    if as_text:
        response = Response(render.full(found) + "\n", mimetype="text/markdown")
    else:
        response = Response(_entry_page(found))
    response.vary.add("Accept")
    return response


def _prefers_markdown() -> bool:
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "text/markdown", "text/plain"], "text/html")
    return best != "text/html" and accepted[best] > accepted["text/html"]


def _entry_page(found: StoredEntry) -> str:
    said = request.args.get("said", "")
    return render_template(
        "entry.html",
        entry=found,
        related=_related(found),
        edit=os.environ.get("KB_EDIT_URL", ""),
        asks=service.takes_outcomes() and not current_app.config["TOKENS"],
        said=int(said) if re.fullmatch(r"[0-9]{1,2}", said) else 0,
    )


def _related(found: StoredEntry) -> list[Listed]:
    """The entries that share the rarest tags with this one; look-alikes stand on the page anyway."""
    shelf = service.overview()
    common = Counter(t for e in shelf for t in e.tags)
    shown = {found.id, *(x.entry for x in found.look_alikes)}
    near = {e: sum(1 / common[t] for t in set(e.tags) & set(found.tags)) for e in shelf if e.id not in shown}
    return [e for e in sorted(near, key=lambda e: (-near[e], e.id))[:RELATED] if near[e] > 0]


def outcome() -> AnyResponse:
    """A form: `id`, `option`, `worked` (yes, no), `note`. From a page of this server only: there is no cookie, so what
    is guarded is that no other page makes its visitors report something."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site or "same-origin") != "same-origin" or (site is None and origin != request.host_url.rstrip("/")):
        abort(403, "An outcome is reported from the page of its entry.")
    if current_app.config["TOKENS"]:
        abort(403, "Outcomes are taken with a token here: POST /api/v1/outcomes.")
    option = request.form.get("option", "")
    if not re.fullmatch(r"[0-9]{1,2}", option) or request.form.get("worked") not in ("yes", "no"):
        raise Misuse("wanted: id, option, worked (yes or no)")
    worked = request.form["worked"] == "yes"
    written = service.report(
        request.form.get("id", ""), int(option), worked, platform="", note=request.form.get("note", "")
    )
    metrics.OUTCOMES.labels(str(worked).lower()).inc()
    return redirect(url_for("entry", id=written.entry, said=written.option, _anchor=f"option-{written.option}"), 303)


# Around them


class _Area:
    """The entries of an area or a tag, with what is proven of them."""

    def __init__(self, name: str, listed: list[Listed]) -> None:
        self.name = name
        self.entries = listed
        self.options = sum(e.options for e in listed)
        self.proven = sum(e.proven for e in listed)
        self.tags = [t for t, _ in Counter(t for e in listed for t in e.tags if t != name).most_common(6)]


def _areas() -> list[_Area]:
    return [_Area(name, list(listed)) for name, listed in groupby(service.overview(), lambda e: e.area)]


def entries() -> str:
    return render_template("entries.html", areas=_areas())


def area(area: str) -> str:
    found = next((a for a in _areas() if a.name == area), None)
    if not found:
        abort(404, f"No area {area!r}; all areas: {', '.join(a.name for a in _areas())}.")
    return render_template("shelf.html", shelf=found, kind="area")


def tags() -> str:
    counted = sorted(Counter(t for e in service.overview() for t in e.tags).items())
    letters = [(letter, list(group)) for letter, group in groupby(counted, lambda c: c[0][0])]
    return render_template("tags.html", letters=letters)


def tag(tag: str) -> str:
    listed = [e for e in service.overview() if tag in e.tags]
    if not listed:
        abort(404, f"No entry has the tag {tag!r}.")
    return render_template("shelf.html", shelf=_Area(tag, listed), kind="tag")


def verification() -> str:
    """What was replayed when, and what was not."""
    shelf = service.overview()
    days = sorted(Counter(e.replayed for e in shelf if e.replayed).items(), reverse=True)
    platforms = Counter(e.platform for e in shelf if e.platform).most_common()
    return render_template(
        "verification.html",
        areas=_areas(),
        all=_Area("all", list(shelf)),
        days=days,
        platforms=platforms,
        lacking=[e for e in shelf if not e.replayed],
    )


def llms() -> Response:
    return Response(render_template("llms.txt", areas=_areas(), root=request.host_url), mimetype="text/plain")


def sitemap() -> Response:
    text = render_template("sitemap.xml", areas=_areas(), shelf=service.overview(), root=request.host_url.rstrip("/"))
    return Response(text, mimetype="application/xml")


def robots() -> Response:
    text = f"User-agent: *\nDisallow: /?q=\nDisallow: /api/\nSitemap: {request.host_url}sitemap.xml\n"
    return Response(text, mimetype="text/plain")


def opensearch() -> Response:
    text = render_template("opensearch.xml", root=request.host_url)
    return Response(text, mimetype="application/opensearchdescription+xml")
