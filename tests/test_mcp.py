"""The MCP server: called by the SDK's own client, by the public checkers, and by clients that mean no good."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from clients import run
from conftest import ENTRY, ERROR, ROOT
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

pytestmark = pytest.mark.filterwarnings("default")  # those of the SDK
COMMAND = [sys.executable, "-m", "kb.faces.cli", "mcp"]
VERSIONS = {"2025-06-18": "legacy", "2025-11-25": "legacy", "2026-07-28": "2026-07-28"}


@pytest.fixture(scope="module")
def env(catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    state = tmp_path_factory.mktemp("mcp")
    return {**os.environ, "KB_CATALOG": str(catalog), "XDG_STATE_HOME": str(state)}


@pytest.fixture(scope="module")
def over_http(env: dict[str, str]) -> Iterator[str]:
    """The address of a server over HTTP. It lives, and has said nothing of errors, when the tests end."""
    with subprocess.Popen(
        [*COMMAND, "--http", "--port", "0"], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdout and server.stderr
        found = re.search(rb"http://\S+", server.stdout.readline())
        assert found
        yield found[0].decode()
        assert server.poll() is None
        server.terminate()
        assert server.stderr.read() == b""


@contextmanager
def piped(env: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A server on standard input and output, without a client. It lives, and ends well, when its input ends."""
    with subprocess.Popen(
        COMMAND, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        yield server
        assert server.stdin and server.stderr
        assert server.poll() is None
        server.stdin.close()
        assert server.wait(30) == 0
        assert server.stderr.read() == b""


def over_stdio(env: dict[str, str], mode: str = "auto") -> AbstractAsyncContextManager[Client]:
    return Client(
        stdio_client(StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=env, cwd=ROOT)), mode=mode
    )


async def exercise(client: Client) -> None:
    """A whole session: the tools, a match, more of its entry, an outcome."""
    assert [t.name for t in (await client.list_tools()).tools] == ["lookup_error", "get_entry", "report_outcome"]

    found = await client.call_tool("lookup_error", {"error": ERROR})
    text = found.content[0].text  # type: ignore[union-attr]
    assert f"`{ENTRY}`" in text
    assert found.structured_content
    assert (found.structured_content["decision"], found.structured_content["answer"]) == ("match", text)

    nothing = await client.call_tool("lookup_error", {"error": "the moon is in the wrong house"})
    assert nothing.structured_content == {"decision": "none", "candidates": []}

    more = await client.call_tool("get_entry", {"id": ENTRY, "section": "cause"})
    assert "## Root Cause" in more.content[0].text  # type: ignore[union-attr]
    assert more.structured_content and more.structured_content["id"] == ENTRY

    said = await client.call_tool("report_outcome", {"id": ENTRY, "option": 1, "worked": True, "note": "numpy 1.26"})
    assert said.structured_content == {"id": ENTRY, "option": 1, "worked": 1, "reports": 1}
    shown = await client.call_tool("lookup_error", {"error": ERROR})
    assert "reported working 1 of 1" in shown.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_session_over_stdio(env: dict[str, str], mode: str) -> None:
    async def session() -> None:
        async with over_stdio(env, mode) as client:
            await exercise(client)

    asyncio.run(session())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_session_over_http(over_http: str, mode: str) -> None:
    async def session() -> None:
        async with Client(over_http, mode=mode) as client:
            await exercise(client)

    asyncio.run(session())


def say(server: "subprocess.Popen[bytes]", *messages: object) -> None:
    assert server.stdin
    for message in messages:
        server.stdin.write((message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n")
    server.stdin.flush()


def hear(server: "subprocess.Popen[bytes]") -> dict[str, Any]:
    assert server.stdout
    return json.loads(server.stdout.readline())  # type: ignore[no-any-return]


def hello(version: str) -> dict[str, Any]:
    client = {"name": "test", "version": "1"}
    return request(0, "initialize", protocolVersion=version, capabilities={}, clientInfo=client)


def request(id: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def lookup(id: int, **arguments: Any) -> dict[str, Any]:
    return request(id, "tools/call", name="lookup_error", arguments=arguments)


READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_a_handshake_settles_on_the_version_of_the_client(env: dict[str, str], over_http: str, version: str) -> None:
    with piped(env) as server:
        say(server, hello(version))
        assert hear(server)["result"]["protocolVersion"] == version
        say(server, READY, lookup(1, error=ERROR))
        assert hear(server)["result"]["structuredContent"]["decision"] == "match"

    accepts = {"Accept": "application/json, text/event-stream"}
    answered = httpx2.post(over_http, json=hello(version), headers=accepts)
    assert answered.json()["result"]["protocolVersion"] == version
    called = httpx2.post(over_http, json=lookup(1, error=ERROR), headers=accepts | {"MCP-Protocol-Version": version})
    assert called.json()["result"]["structuredContent"]["decision"] == "match"


def test_the_newest_version_is_settled_on(env: dict[str, str], over_http: str) -> None:
    async def version(client: AbstractAsyncContextManager[Client]) -> str:
        async with client as c:
            return str(c.protocol_version)

    assert asyncio.run(version(over_stdio(env))) == "2026-07-28"
    assert asyncio.run(version(Client(over_http))) == "2026-07-28"


def test_what_each_session_reads_first_is_small_and_true(env: dict[str, str]) -> None:
    with piped(env) as server:
        say(server, hello("2025-11-25"))
        hear(server)
        say(server, READY, request(1, "tools/list"))
        assert server.stdout
        line = server.stdout.readline()

    assert len(line) < 3000
    tools = {t["name"]: t for t in json.loads(line)["result"]["tools"]}
    assert [t["annotations"]["readOnlyHint"] for t in tools.values()] == [True, True, False]
    assert not tools["report_outcome"]["annotations"]["destructiveHint"]
    assert all(t["title"] and t["description"] and t["outputSchema"] for t in tools.values())


def test_every_section_can_be_asked_for() -> None:
    from kb.faces.mcp import Section
    from kb.render import SECTIONS

    assert get_args(Section)[0] == "all"
    assert set(get_args(Section)[1:]) == set(SECTIONS)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("lookup_error", {}),
        ("lookup_error", {"error": ""}),
        ("lookup_error", {"error": None}),
        ("lookup_error", {"error": ["a", {"b": 1}]}),
        ("lookup_error", {"error": ERROR, "limit": 0}),
        ("lookup_error", {"error": ERROR, "limit": "many"}),
        ("lookup_error", {"error": ERROR, "limit": 10**400}),
        ("get_entry", {"id": "no/such"}),
        ("get_entry", {"id": "../../etc/passwd"}),
        ("get_entry", {"id": "x" * 1_000_000}),
        ("get_entry", {"id": ENTRY, "section": "poem"}),
        ("report_outcome", {"id": ENTRY, "option": 77, "worked": True}),
        ("report_outcome", {"id": ENTRY, "option": 1, "worked": "perhaps"}),
        ("report_outcome", {"id": "no/such", "option": 1, "worked": True}),
    ],
    ids=lambda v: str(v)[:50],
)
def test_what_cannot_be_taken_is_said_to_the_model(over_http: str, tool: str, arguments: dict[str, Any]) -> None:
    async def session() -> None:
        async with Client(over_http) as client:
            failed = await client.call_tool(tool, arguments)
            assert failed.is_error
            text = failed.content[0].text  # type: ignore[union-attr]
            assert text
            assert "Traceback" not in text
            assert len(text) < 1000

    asyncio.run(session())


def test_a_ledger_that_is_down_is_said_to_the_model(env: dict[str, str]) -> None:
    async def session() -> None:
        async with over_stdio({**env, "KB_LEDGER": "/dev/null/ledger.sqlite"}) as client:
            failed = await client.call_tool("report_outcome", {"id": ENTRY, "option": 1, "worked": True})
            assert failed.is_error
            assert (await client.call_tool("lookup_error", {"error": ERROR})).structured_content["decision"] == "match"  # type: ignore[index]

    asyncio.run(session())


def test_a_megabyte_is_looked_up_by_its_end(env: dict[str, str], over_http: str) -> None:
    large = "Collecting something\n" * 150_000 + ERROR

    async def session(client: AbstractAsyncContextManager[Client]) -> None:
        async with client as c:
            found = await c.call_tool("lookup_error", {"error": large})
            assert found.structured_content and found.structured_content["decision"] == "match"
            await c.call_tool("lookup_error", {"error": "x" * 3_000_000})
            await c.call_tool("lookup_error", {"error": "\0\x1b[31m" * 100_000})

    asyncio.run(session(over_stdio(env)))
    asyncio.run(session(Client(over_http)))


def test_a_body_that_is_too_large_is_refused(over_http: str) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}

    assert httpx2.post(over_http, content=b" " * 5_000_000, headers=headers).status_code == 413


def test_a_hundred_calls_at_once_are_each_answered(env: dict[str, str], over_http: str) -> None:
    async def session(client: AbstractAsyncContextManager[Client]) -> None:
        async with client as c:
            trace = (ROOT / "bench" / "trace.txt").read_text()
            errors = [ERROR if n % 2 else f"{trace}\nrun {n}" for n in range(100)]
            found = await asyncio.gather(*(c.call_tool("lookup_error", {"error": e}) for e in errors))
            assert not any(f.is_error for f in found)
            assert {f.structured_content["decision"] for f in found[1::2]} == {"match"}  # type: ignore[index]

    asyncio.run(session(over_stdio(env)))
    asyncio.run(session(Client(over_http)))


def test_cancelled_calls_leave_a_server_that_answers(env: dict[str, str]) -> None:
    with piped(env) as server:
        say(server, hello("2025-11-25"))
        hear(server)
        say(server, READY)
        for n in range(1, 40):
            say(server, lookup(n, error=f"{ERROR} {n}\n" * 500))
            say(server, {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": n}})
        say(server, {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "never asked"}})
        say(server, request(99, "ping"))

        while hear(server).get("id") != 99:
            pass
        say(server, lookup(100, error=ERROR))
        while (said := hear(server)).get("id") != 100:
            pass
        assert said["result"]["structuredContent"]["decision"] == "match"


def test_clients_that_leave_in_the_middle_leave_a_server_that_answers(over_http: str) -> None:
    async def session() -> None:
        async with httpx2.AsyncClient() as client:
            for n in range(20):
                headers = {"Accept": "application/json, text/event-stream"}
                call = asyncio.create_task(client.post(over_http, json=lookup(n, error=ERROR * 1000), headers=headers))
                await asyncio.sleep(0)
                call.cancel()
        async with Client(over_http) as c:
            found = await c.call_tool("lookup_error", {"error": ERROR})
            assert found.structured_content and found.structured_content["decision"] == "match"

    asyncio.run(session())


GARBAGE = [
    b"{",
    b"null",
    b"[]",
    b"[[]]",
    b"\xff\xfe\x00",
    b'{"jsonrpc": "2.0", "id": 7, "method": "no/such"}',
    b'{"jsonrpc": "1.0", "id": 7, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": 5}}',
    b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "no_such", "arguments": {}}}',
    json.dumps(request(7, "tools/call", name="get_entry", arguments={"id": "\ud800"})).encode(),
    b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "lookup_error", "arguments": 5}}',
    b'{"jsonrpc": "2.0", "id": {"a": 1}, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": 7, "result": {}}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"x" * 2_000_000,
]


def test_garbage_leaves_a_server_that_answers(env: dict[str, str], over_http: str) -> None:
    with piped(env) as server:
        say(server, hello("2025-11-25"))
        hear(server)
        say(server, READY, *GARBAGE, lookup(100, error=ERROR))
        while (said := hear(server)).get("id") != 100:
            assert "Traceback" not in json.dumps(said)
        assert said["result"]["structuredContent"]["decision"] == "match"

    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for garbage in GARBAGE:
        answered = httpx2.post(over_http, content=garbage, headers=headers)
        assert answered.status_code < 500, garbage[:80]
        assert "Traceback" not in answered.text


def test_half_a_message_ends_the_server_in_order(env: dict[str, str]) -> None:
    with piped(env) as server:
        say(server, hello("2025-11-25"))
        hear(server)
        assert server.stdin
        server.stdin.write(json.dumps(lookup(1, error=ERROR)).encode()[:60])


def test_a_web_page_elsewhere_cannot_call_it(over_http: str) -> None:
    headers = {"Accept": "application/json, text/event-stream"}

    for bad in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answered = httpx2.post(over_http, json=lookup(1, error=ERROR), headers=headers | bad)
        assert answered.status_code in (403, 421), bad


def test_a_port_in_use_is_said(env: dict[str, str], over_http: str) -> None:
    port = over_http.split(":")[2].split("/", maxsplit=1)[0]

    done = subprocess.run([*COMMAND, "--http", "--port", port], env=env, cwd=ROOT, capture_output=True)

    assert done.returncode == 4
    assert b"--port" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_conformance_suite_finds_only_what_a_server_of_tools_does_not_have(over_http: str, tmp_path: Path) -> None:
    baseline = ROOT / "tests" / "conformance.yml"

    done = run("conformance", "server", "--url", over_http, "--expected-failures", str(baseline), "-o", str(tmp_path))

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_inspector_finds_nothing_to_mend(env: dict[str, str]) -> None:
    patient = ["--connect-timeout", "60000"]
    done = run("mcp-inspector", "--cli", *patient, *COMMAND, "--method", "tools/list", "--strict", env=env)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [t["name"] for t in json.loads(done.stdout)["tools"]] == ["lookup_error", "get_entry", "report_outcome"]
