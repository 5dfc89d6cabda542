"""What stands around search and entries, and the craft: sizes, caches, access for everybody."""

import re
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from conftest import ENTRY, ERROR, FAR, ROOT, UNSURE
from playwright.sync_api import Browser, Page, expect
from test_entry import get

AXE = (ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js").read_text()
PAGES = ["/", f"/entries/{ENTRY}", "/entries/", "/areas/git", "/tags/", "/tags/docker", "/verification", "/no/such"]
QUESTIONS = {"match": ERROR, "candidates": UNSURE, "none": FAR}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    browser: Browser, site: str, scheme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=site,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # type: ignore[arg-type]
    )
    page = context.new_page()
    for path in [*PAGES, *(f"/?q={question}" for question in QUESTIONS.values())]:
        page.goto(path)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        page.evaluate(AXE)
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
        assert found == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_first_view_is_below_60_kb_and_all_of_it_is_ours(page: Page, path: str) -> None:
    sizes: list[int] = []
    page.on("response", lambda got: sizes.append(len(got.body())))
    page.goto(path, wait_until="networkidle")

    assert sum(sizes) < 60_000


def test_a_static_file_is_kept_for_ever_by_its_content(site: str) -> None:
    page = get(f"{site}/")[2]
    [style] = re.findall(r'href="(/static/style\.css\?v=\w{12})"', page)

    assert get(site + style)[1]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert get(f"{site}/static/style.css")[1]["Cache-Control"] == "no-cache"
    assert get(f"{site}/static/style.css?v=stale")[1]["Cache-Control"] == "no-cache"


def test_there_is_no_inline_script_or_style_and_no_cookie(site: str) -> None:
    for path in [*PAGES, f"/?q={QUESTIONS['candidates'].replace(' ', '+')}"]:
        _, headers, html = get(site + path)
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy and policy.startswith("default-src 'none'")
        assert "Set-Cookie" not in headers
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", html)


def test_each_entry_is_in_the_sitemap_and_in_llms_txt(site: str) -> None:
    from kb import service

    ids = [e.id for e in service.overview()]
    places = [loc.text or "" for loc in ElementTree.fromstring(get(f"{site}/sitemap.xml")[2]).iter() if loc.text]
    text = get(f"{site}/llms.txt")[2]

    assert {f"{site}/entries/{id}" for id in ids} <= set(places)
    assert re.findall(r"\(http\S+?/entries/(\S+)\.md\)", text) == ids
    assert all(get(place)[0] == 200 for place in places[:12] if place.startswith("http"))
    assert f"Sitemap: {site}/sitemap.xml" in get(f"{site}/robots.txt")[2]


def test_the_address_bar_searches(site: str, page: Page) -> None:
    page.goto("/")
    described = page.locator('link[rel="search"]').get_attribute("href") or ""
    spaces = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    url = ElementTree.fromstring(get(site + described)[2]).find("o:Url", spaces)
    assert url is not None
    page.goto(url.attrib["template"].replace("{searchTerms}", quote(UNSURE)))

    expect(page.get_by_role("heading", name="One of these")).to_be_visible()


def test_browsing_by_area_and_tag_reaches_an_entry(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="git 1").click()
    page.get_by_role("link", name="rebase", exact=True).first.click()
    page.wait_for_url("**/tags/rebase")
    page.locator(".list a").first.click()

    expect(page).to_have_url(re.compile("/entries/git/"))


def test_the_verification_page_says_what_is_replayed(page: Page) -> None:
    from kb import service

    shelf = service.overview()
    page.goto("/verification")

    expect(page.locator(".lead b")).to_have_text(f"{sum(e.proven for e in shelf)} of {sum(e.options for e in shelf)}")
    charts = page.get_by_role("img", name="fixes of git replayed")
    expect(charts).to_have_count(1)


def test_the_skip_link_goes_to_the_content(page: Page) -> None:
    page.goto(f"/entries/{ENTRY}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/areas/nowhere", "/tags/nothing", "/areas/%3Cb%3E", "/tags/%00"])
def test_a_shelf_that_is_not_there(site: str, path: str) -> None:
    status, _, html = get(site + path)

    assert status == 404
    assert "<b>" not in html.partition("<main")[2]


def test_markdown_of_an_entry_is_not_trusted() -> None:
    from kb.faces import html

    parts = list(html.parts("<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](http://plain.example)\n"))

    assert "<img" not in str(parts) and "<a " not in str(parts)
