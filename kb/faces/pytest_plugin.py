"""`pytest --kb`: under a failed test, what kb knows of its error. Without the option it costs nothing."""

import traceback
from collections.abc import Generator

import pytest

HEADING = "kb knows this error"
MOST = 20
"""Answers in one session, or in one worker of it. One that was given is named alone from then on."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("kb").addoption("--kb", action="store_true", help="say what kb knows of the errors of failed tests")


def pytest_configure(config: pytest.Config) -> None:
    # With xdist the workers make the reports, and their sections travel with them.
    if config.getoption("--kb"):
        config.pluginmanager.register(Answers(), "kb-answers")


class Answers:
    def __init__(self) -> None:
        self.given: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed and call.excinfo and len(self.given) < MOST:
            printed = [text for title, text in report.sections if "stderr" in title or "stdout" in title]
            said = self.answer("\n".join([*printed, *_raised(call.excinfo.value, str(item.path))]))
            if said:
                report.sections.append((HEADING, said))
        return report

    def answer(self, failure: str) -> str:
        """What is known of a failure; empty where nothing is. Whatever goes wrong, the test's report is made."""
        from kb import lookup, render

        try:
            found = lookup(failure)
        except Exception as error:
            said = f"nothing can be looked up: {error}"
            if said in self.given:
                return ""
            self.given.add(said)
            return said
        if not found.entry:
            return render.one_line(found.candidates)
        before, said = found.entry.id in self.given, str(found)
        self.given.add(found.entry.id)
        return f"`{found.entry.id}`, as above: {found.entry.title}" if before else said


def _raised(error: BaseException, path: str) -> list[str]:
    """The traceback as Python prints it, from the test's own file on."""
    start = own = error.__traceback__
    while own and own.tb_frame.f_code.co_filename != path:
        own = own.tb_next
    return traceback.format_exception(type(error), error, own or start)
