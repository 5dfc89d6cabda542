"""The search page, driven as a person does."""

from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import ENTRY, ERROR, FAR, ROOT, UNSURE
from playwright.sync_api import Browser, Page, Route, expect

TRACE = (ROOT / "bench" / "trace.txt").read_text()
SECRET = "sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2"
FIELD = "Paste an error"


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label(FIELD).press("Control+V")


@pytest.fixture
def clipboard(page: Page) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_answers_come_while_typing(page: Page) -> None:
    page.goto("/")
    page.get_by_label(FIELD).press_sequentially("numpy.dtype size changed, may indicate")

    expect(page.get_by_role("heading", name="This is it")).to_be_visible()
    expect(page.get_by_role("link", name="numpy.dtype size changed").first).to_be_visible()
    expect(page.get_by_text("replayed 2").first).to_be_visible()
    expect(page.locator("#areas")).to_be_hidden()


def test_a_log_is_pasted_and_the_line_that_counted_is_marked(clipboard: Page) -> None:
    clipboard.goto("/")
    paste(clipboard, TRACE)

    expect(clipboard.get_by_role("heading", name="This is it")).to_be_visible()
    marked = clipboard.locator(".read pre mark")
    expect(marked).to_have_text("requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n")
    expect(clipboard.locator(".read")).to_contain_text("more lines")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/entries/")
    page.keyboard.press("/")
    expect(page.get_by_label("Look up an error")).to_be_focused()
    page.keyboard.type(UNSURE)
    page.keyboard.press("Enter")

    results = page.locator("a.result")
    expect(page.get_by_role("heading", name="One of these")).to_be_visible()
    page.keyboard.press("/")  # the field has the focus already: typed
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label(FIELD)).to_be_focused()
    page.keyboard.press("ArrowDown")
    address = results.nth(0).get_attribute("href")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_going_back_finds_the_question_and_its_answer(clipboard: Page) -> None:
    clipboard.goto("/")
    paste(clipboard, TRACE)
    clipboard.locator("a.result").first.click()
    clipboard.wait_for_url("**/entries/**")
    clipboard.go_back()

    expect(clipboard.get_by_label(FIELD)).to_have_value(TRACE)
    expect(clipboard.get_by_role("heading", name="This is it")).to_be_visible()


def test_a_short_question_has_an_address_to_send(page: Page, browser: Browser) -> None:
    page.goto("/")
    page.get_by_label(FIELD).fill(ERROR)
    page.get_by_role("heading", name="This is it").wait_for()
    other = browser.new_page()
    other.goto(page.url)

    assert "?q=" in page.url
    expect(other.get_by_role("heading", name="This is it")).to_be_visible()
    other.close()


@pytest.mark.parametrize("text", [TRACE, f"invalid api key {SECRET}", "x " * 150])
def test_what_is_long_or_looks_secret_stands_in_no_address(page: Page, text: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    with page.expect_response("**/answer"):
        page.get_by_label(FIELD).fill(text)
    page.locator("#decision").wait_for()
    page.get_by_role("button", name="Look it up").click()

    assert not [url for url in [*asked, page.url] if "?q=" in url]


def test_a_secret_is_never_shown_back(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site, java_script_enabled=False)
    page.goto("/")
    page.get_by_label(FIELD).fill(f"{TRACE}\nOPENAI_API_KEY={SECRET}\ntoken: {SECRET}")
    page.get_by_role("button", name="Look it up").click()

    expect(page.locator("#decision")).to_be_visible()
    assert SECRET not in page.content()
    assert "[redacted]" in page.get_by_label(FIELD).input_value()
    page.close()


def test_without_script_a_form_does_it(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site, java_script_enabled=False)
    page.goto("/")
    page.get_by_label(FIELD).fill(ERROR)
    page.get_by_role("button", name="Look it up").click()

    expect(page.get_by_role("heading", name="This is it")).to_be_visible()
    assert page.get_by_text("to the answers").is_hidden()  # keys that a script would give
    page.locator("a.result").first.click()
    assert page.url == f"{site}/entries/{ENTRY}"
    page.close()


def test_nothing_fits_and_the_page_helps(page: Page) -> None:
    page.goto("/")
    page.get_by_label(FIELD).fill(FAR)
    page.get_by_role("heading", name="No entry fits yet").wait_for()
    page.locator("#answer a.result").first.click()

    page.wait_for_url("**/areas/**")
    assert page.locator(".list li").count() > 0


def test_emptied_it_shows_the_areas_again(page: Page) -> None:
    page.goto("/?q=" + "segmentation%20fault")
    expect(page.locator("#decision")).to_be_visible()
    page.get_by_label(FIELD).fill("")

    expect(page.locator("#areas")).to_be_visible()
    expect(page.locator("#decision")).to_have_count(0)
    assert page.url.endswith("/")


def test_an_answer_that_comes_late_takes_the_focus_from_nobody(page: Page) -> None:
    page.goto(f"/?q={quote(UNSURE)}")
    results = page.locator("a.result")
    expect(results.nth(1)).to_be_visible()
    held: list[Route] = []
    page.route("**/answer", lambda route: held.insert(0, route))
    with page.expect_request("**/answer"):
        page.get_by_label(FIELD).press("End")
        page.keyboard.type("!")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    page.evaluate("document.querySelectorAll('a.result').forEach((link) => { link.dataset.old = '' })")
    held[0].continue_()

    expect(page.locator("a.result[data-old]")).to_have_count(0)
    expect(results.nth(1)).to_be_focused()


def test_a_server_that_is_gone_is_said(page: Page) -> None:
    page.goto("/")
    page.route("**/answer", lambda route: route.abort())
    page.get_by_label(FIELD).fill(ERROR)

    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()


@pytest.mark.parametrize(
    "text",
    [
        "<script>document.title='bad'</script><img src=x onerror=alert(1)>",
        "</textarea><b>x</b>",
        "\x00\u202e\ud7ff" * 50,
    ],
)
def test_markup_in_a_question_stays_text(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_label(FIELD).fill("Error: one\n" + text + "\nError: three")
    page.locator("#decision").wait_for()

    assert page.title() != "bad"
    assert page.locator("main img, main script, label b").count() == 0


def test_a_huge_paste_is_answered(page: Page) -> None:
    page.goto("/")
    page.get_by_label(FIELD).evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }", "noise\n" * 40_000 + ERROR
    )

    expect(page.get_by_role("heading", name="This is it")).to_be_visible()


def test_only_a_question_that_was_asked_is_a_miss(page: Page, site: str, kb: object, tmp_path: Path) -> None:
    page.goto("/")
    with page.expect_response("**/answer") as typed:
        page.get_by_label(FIELD).fill(FAR)
    with page.expect_response("**/answer") as asked:
        page.get_by_label(FIELD).press("Enter")

    assert "counted as missing" not in typed.value.text()
    assert "counted as missing" in asked.value.text()
