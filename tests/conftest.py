"""What all tests share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgres import Postgres

TYPE_CHECKING = False
if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    # Whatever starts the tests in the background may ignore these, and every process below would inherit it.
    if signal.getsignal(ignored) is signal.SIG_IGN:
        signal.signal(ignored, signal.default_int_handler if ignored is signal.SIGINT else signal.SIG_DFL)

settings.register_profile("kb", deadline=None)  # a busy machine is no failure
settings.load_profile("kb")

ROOT = Path(__file__).parent.parent
ERROR = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
ENTRY = "python/numpy-abi"
"""An error that has one meaning, and its entry."""
UNSURE = "invalid json"
FAR = "how long should sourdough rest in the fridge"
"""What several entries may explain, and what none does."""
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the shipped entries."""
    from kb.catalog.build import build

    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    build([ROOT / "entries"], path)
    return path


@pytest.fixture
def kb(catalog: Path) -> Run:
    """Runs the command line in a process of its own: `kb("show", "ID", input=b"…")`."""

    def run(*args: str | bytes, **options: object) -> "subprocess.CompletedProcess[bytes]":
        env = {**os.environ, "KB_CATALOG": str(catalog), **(options.pop("env", None) or {})}  # type: ignore[dict-item]
        options.setdefault("stdin", subprocess.DEVNULL) if "input" not in options else None
        return subprocess.run(
            [sys.executable, "-m", "kb.faces.cli", *args], capture_output=True, timeout=60, env=env, cwd=ROOT, **options
        )  # type: ignore[call-overload,no-any-return]

    return run


@pytest.fixture(scope="session", autouse=True)
def _state_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test writes into the ledger of whoever runs it."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def site(catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a ledger of its own."""
    command = [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0"]
    state = str(tmp_path_factory.mktemp("served"))
    env = {**os.environ, "KB_CATALOG": str(catalog), "XDG_STATE_HOME": state}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env, cwd=ROOT)
    assert process.stdout
    yield next(w for w in process.stdout.readline().split() if w.startswith("http")).rstrip("/")
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Closed before other modules run: while it is open, nothing else can have an event loop."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as p:
        flags = ["--no-sandbox", "--disable-background-networking"]
        yield p.chromium.launch(executable_path="/usr/bin/chromium", args=flags)


@pytest.fixture
def page(browser: "Browser", site: str) -> Iterator["Page"]:
    """A tab; the test fails if anything goes wrong in it that its user would not see."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: trouble.append(asked.url) if not asked.url.startswith(site) else None)
    yield page
    context.close()
    assert trouble == []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def own(tmp_path: Path, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder of an installation of its own, and a process that has opened no ledger yet."""
    monkeypatch.setenv("KB_CATALOG", str(catalog))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for switch in ("KB_LEDGER", "KB_OUTCOMES", "KB_MISSES"):
        monkeypatch.delenv(switch, raising=False)
    yield tmp_path / "state" / "kb"
    from kb.ledger import standing, store

    store.close()
    standing.forget()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, own: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty ledger, of each kind, and the one that this process uses, however slow the machine."""
    monkeypatch.setattr("kb.ledger.standing.PATIENCE", 20)
    if request.param == "sqlite":
        given = f"sqlite:///{own}/ledger.sqlite"
    else:
        given = request.getfixturevalue("postgres").database()
    monkeypatch.setenv("KB_LEDGER", given)
    return given


@pytest.fixture
def in_postgres(postgres: Postgres, own: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty ledger in PostgreSQL."""
    given = postgres.database()
    monkeypatch.setenv("KB_LEDGER", given)
    return given
