"""Put a report of `kb check` under its pull request: `python3 tools/publish_report.py REPORT`.

Run by a workflow with a token that may write comments, from the default branch, with the standard library alone. The
report was made by a run of a stranger's code: it is text to be quieted and cut, and says nothing about where it goes.
Which pull request that is, GitHub's own event and API say.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

MARKER = "<!-- kb report -->"
READ, SHOWN = 1_000_000, 60_000
"""Bytes of the report that are read, and characters that are shown: GitHub takes 65,536."""
QUIET = "\u200b"
_SPEAKS = re.compile(r"(?<=[@#])(?=[\w-])|(?<=:)(?=//)|(?<=\])(?=[(:\[])|(?<=<)(?!/?(?:details|summary)>)(?=[\w/!?])|(?<=GH)(?=-\d)|(?<=w{3})(?=\.)", re.ASCII | re.IGNORECASE)  # fmt: skip  # noqa: E501


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The token goes to one host."""


def quiet(text: str) -> str:
    """The text with mentions, references, links, images and HTML made plain by an invisible blank in each."""
    return _SPEAKS.sub(QUIET, "".join(c for c in text if c.isprintable() or c in "\n\t"))


def body(path: Path, run: str) -> str:
    """The comment. Raises SystemExit for what is no ordinary file."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SystemExit(f"{path}: not an ordinary file")
        text = quiet(file.read(READ).decode("utf-8", "replace"))
    note = f"Made by [this run]({run}), which ran the pull request's own text"
    if len(text) > SHOWN:
        text = text[:SHOWN].rpartition("\n")[0]
        note += "; the rest of the report is among its artifacts"
    return f"{MARKER}\n{note}.\n\n{text}"


class Api:
    def __init__(self, base: str, repository: str, token: str) -> None:
        self.base = f"{base}/repos/{repository}"
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}

    def call(self, method: str, path: str, value: object = None) -> Any:
        data = None if value is None else json.dumps(value).encode()
        request = Request(self.base + path, data, self.headers, method=method)
        with build_opener(_NoRedirect).open(request, timeout=30) as answer:
            return json.load(answer)

    def pages(self, path: str) -> Iterator[Any]:
        for page in range(1, 11):
            found = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}")
            yield from found
            if len(found) < 100:
                return


def pull_request(api: Api, run: dict[str, Any], repository: str) -> int | None:
    """The number of the open pull request whose newest commit the run checked; None where there is none."""
    sha, head = run["head_sha"], run["head_repository"]["full_name"]
    branch = quote(f"{run['head_repository']['owner']['login']}:{run['head_branch']}", safe="")
    for pull in api.pages(f"/pulls?state=open&head={branch}"):
        of = pull["head"]
        if (of["sha"], (of["repo"] or {}).get("full_name"), pull["base"]["repo"]["full_name"]) == (
            sha,
            head,
            repository,
        ):
            return int(pull["number"])
    return None


def main(report: str) -> None:
    repository = os.environ["GITHUB_REPOSITORY"]
    run = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))["workflow_run"]
    if run["event"] != "pull_request":
        raise SystemExit(f"a run of {run['event']}: nothing to publish")
    api = Api(os.environ["GITHUB_API_URL"], repository, os.environ["GITHUB_TOKEN"])
    number = pull_request(api, run, repository)
    if number is None:
        print("no open pull request has this commit as its newest: nothing to publish")
        return
    comment = {"body": body(Path(report), run["html_url"])}
    for old in api.pages(f"/issues/{number}/comments"):
        if old["user"]["login"] == "github-actions[bot]" and old["body"].startswith(MARKER):
            api.call("PATCH", f"/issues/comments/{int(old['id'])}", comment)
            return
    api.call("POST", f"/issues/{number}/comments", comment)


if __name__ == "__main__":
    main(*sys.argv[1:])
