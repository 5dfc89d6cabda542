"""The page of an entry."""

import re
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import ENTRY, ROOT
from playwright.sync_api import Browser, Page, expect

DIFF = "python/json-empty-body"


def get(url: str, data: bytes | None = None, **headers: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request) as r:
            return r.status, r.headers, r.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def copied(page: Page, button: str) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("status").get_by_text("Copied").wait_for(state="attached")
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_code_is_copied_without_what_is_not_code(page: Page) -> None:
    page.goto(f"/entries/{DIFF}")

    assert copied(page, "Copy: client.py").startswith("import sys, threading\nfrom http.server import")
    assert copied(page, "Copy: After") == "python client.py /empty"
    change = copied(page, "Copy: client.py the change")
    assert "    kind = response.headers.get(" in change
    assert not re.search(r"^[+-]", change, re.MULTILINE)


def test_each_option_shows_its_evidence(page: Page) -> None:
    page.goto(f"/entries/{ENTRY}")
    option = page.locator("#option-1")

    expect(option.get_by_role("heading", name="Option 1")).to_be_visible()
    expect(option.locator(".proof")).to_contain_text("replayed 2")
    expect(option.locator(".limits")).to_contain_text("Does not solve: Python 3.13")
    before, after = option.locator(".before").first, option.locator(".after").first
    expect(before.locator(".gone").last).to_contain_text("ValueError: numpy.dtype size changed")
    expect(before.locator(".status")).to_have_text("exit 1")
    expect(after.locator(".new")).to_have_text("sold: 5\n")
    left, right = before.bounding_box(), after.bounding_box()
    assert left and right and left["y"] == right["y"] and left["x"] < right["x"]
    option.get_by_text("What was run, and on what").click()
    expect(option.get_by_text("numpy 1.26.4")).to_be_visible()
    expect(page.locator("#option-3 .proof")).to_contain_text("not verified")


def test_every_heading_can_be_linked_to(page: Page) -> None:
    page.goto(f"/entries/{ENTRY}")
    ids = page.evaluate("[...document.querySelectorAll('main h2, main h3')].map(h => h.id)")
    anchors = page.evaluate("[...document.querySelectorAll('.anchor')].map(a => a.hash.slice(1))")

    assert all(ids)
    assert page.evaluate("ids => ids.every(id => document.getElementById(id))", anchors)
    assert len(anchors) == len(ids)


def test_a_look_alike_is_a_link_to_follow_and_back(page: Page) -> None:
    page.goto(f"/entries/{ENTRY}")
    page.locator(".alike a").first.click()
    page.wait_for_url("**/entries/python/shadowed-stdlib-module")
    page.go_back()

    expect(page).to_have_url(re.compile(f"/entries/{ENTRY}$"))


def test_as_text(site: str) -> None:
    asked = get(f"{site}/entries/{ENTRY}", Accept="text/markdown")
    named = get(f"{site}/entries/{ENTRY}.md")
    page = get(f"{site}/entries/{ENTRY}", Accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert asked[1]["Content-Type"].startswith("text/markdown")
    assert asked[2] == named[2] and "### Option 1: stay below NumPy 2" in asked[2]
    assert page[2].startswith("<!doctype html>")
    assert "Accept" in asked[1]["Vary"] and "Accept" in page[1]["Vary"]
    assert asked[1]["ETag"] != page[1]["ETag"]
    assert get(f"{site}/entries/{ENTRY}", If_None_Match=page[1]["ETag"], Accept="text/html")[0] == 304


def test_a_former_id_redirects(tmp_path: Path) -> None:
    from kb import service
    from kb.catalog.build import build
    from kb.catalog.read import Snapshot
    from kb.faces.web import create_app

    text = (ROOT / "entries" / f"{ENTRY}.md").read_text().replace("---\n", "---\naliases: [python/former]\n", 1)
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "numpy-abi.md").write_text(text)
    build([tmp_path], tmp_path / "catalog.sqlite")
    before = service.snapshot()
    service.swap(Snapshot(str(tmp_path / "catalog.sqlite")))
    try:
        client = create_app().test_client()
        page, as_text = client.get("/entries/python/former"), client.get("/entries/python/former.md")
    finally:
        service.swap(before)

    assert (page.status_code, page.location) == (301, "/entries/python/numpy-abi")
    assert (as_text.status_code, as_text.location) == (301, "/entries/python/numpy-abi.md")


def test_an_unknown_entry_is_a_page(page: Page) -> None:
    response = page.goto("/entries/no/such")

    assert response and response.status == 404
    expect(page.get_by_role("heading", name="No such entry")).to_be_visible()


def test_what_became_of_an_option_is_said_by_a_button(page: Page) -> None:
    page.goto("/entries/git/index-lock")
    page.locator("#option-1").get_by_role("button", name="It did not help").click()
    expect(page.get_by_role("status").filter(has_text="Written down")).to_be_visible()
    page.locator("#option-2").get_by_role("button", name="It worked").click()
    expect(page).to_have_url(re.compile("said=2#option-2$"))

    expect(page.locator("#option-1 .proof")).to_contain_text("reported working 0 of 1 times")
    expect(page.locator("#option-2 .proof")).to_contain_text("reported working 1 of 1 times")
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://elsewhere.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
     {"Origin": "null"}],
)  # fmt: skip
def test_another_page_cannot_make_its_visitors_report(site: str, headers: dict[str, str]) -> None:
    form = urlencode({"id": "git/detached-head", "option": "1", "worked": "no"}).encode()

    assert get(f"{site}/outcomes", form, **headers)[0] == 403


@pytest.mark.parametrize(
    "form", [{}, {"id": ENTRY, "option": "99", "worked": "yes"}, {"id": ENTRY, "option": "x", "worked": "yes"},
             {"id": ENTRY, "option": "1", "worked": "perhaps"}, {"id": "no/such", "option": "1", "worked": "yes"}],
)  # fmt: skip
def test_an_outcome_that_cannot_be_taken_is_said(site: str, form: dict[str, str]) -> None:
    status, _, text = get(f"{site}/outcomes", urlencode(form).encode(), Origin=site)

    assert status in (400, 404)
    assert "Traceback" not in text


def test_it_prints_without_what_is_for_the_screen(page: Page) -> None:
    page.goto(f"/entries/{ENTRY}")
    page.emulate_media(media="print")

    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Option 1")).to_be_visible()


def test_every_entry_has_a_page_whose_code_is_whole(site: str) -> None:
    """Nothing of an entry is lost on the way: each line of its code stands on the page, as text."""
    from html import unescape

    from kb import service

    for listed in service.overview()[::7]:
        status, _, html = get(f"{site}/entries/{listed.id}")
        assert status == 200
        text = unescape(re.sub(r"<[^>]+>", "", html))
        code = re.findall(
            r"^```\w+ file=.*?\n(.*?)^```", service.show(listed.id).symptom.source, re.MULTILINE | re.DOTALL
        )
        assert [line for block in code for line in block.splitlines() if line.strip() not in text] == []


def test_without_script_an_entry_is_whole(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site, java_script_enabled=False)
    page.goto(f"/entries/{ENTRY}")

    assert page.locator(".copy").count() == 0
    page.locator("summary").first.click()
    expect(page.get_by_text("In a fresh folder without network").first).to_be_visible()
    page.close()
