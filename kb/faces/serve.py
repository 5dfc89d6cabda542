"""`kb serve`: pages and API on a port. One process, threads in it; more cores take more of them."""

import argparse
import gc
import os
import signal
import socket
import threading
from typing import Any, NamedTuple

from kb import service
from kb.errors import BadCatalog, KbError, Misuse
from kb.faces import logs, tokens
from kb.faces.logs import say
from kb.faces.web import MAX_BODY, create_app

try:
    from waitress import create_server, wasyncore  # type: ignore[import-untyped]
    from waitress.task import WSGITask  # type: ignore[import-untyped]
except ImportError:
    raise Misuse("kb serve needs waitress: pip install 'kb-errors[web]'") from None

from kb.catalog.fetch import Source
from kb.faces import metrics

GRACE = 25
"""Seconds that requests under way are given at the end; orchestrators kill after 30."""
CONNECTIONS = 1000
LONGEST_WAIT = 3600.0


class Setting(NamedTuple):
    name: str
    default: Any
    says: str

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        variable = f"KB_SERVE_{self.name.upper()}"
        kind = type(self.default)
        text = f"{self.says} ({variable}; default: {self.default or 'none'})"
        parser.add_argument(f"--{self.name}", type=kind, default=os.environ.get(variable, self.default), help=text)


SETTINGS = (
    Setting("host", "127.0.0.1", "address to listen on"),
    Setting("port", 8321, "port, 0 for any free one"),
    Setting("threads", 4, "requests that are worked on at once, 1 to 64"),
    Setting("catalog", "", "a path or an https address to take the catalog from, and to follow"),
    Setting("poll", 60.0, "seconds after which that address is asked again"),
    Setting("rate", "600/minute", "what one client may ask, or off"),
    Setting("proxy", "", "address of the proxy whose X-Forwarded headers are believed, * for any"),
    Setting("tokens", "", "file of the tokens that may write outcomes"),
)


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT, then finish what is under way. Raises KbError, BadCatalog, Misuse."""
    parser = argparse.ArgumentParser(prog="kb serve", description="Serve the web page and the HTTP API.")
    for setting in SETTINGS:
        setting.add_to(parser)
    asked = parser.parse_args(argv)
    if not 1 <= asked.threads <= 64 or not 0 < asked.poll <= LONGEST_WAIT:
        raise Misuse(f"--threads is from 1 to 64, --poll more than 0 and up to {LONGEST_WAIT:g}")
    logs.to_stderr()
    source = Source(asked.catalog) if asked.catalog else None
    if source:
        service.swap(_first(source))
    else:
        service.snapshot().check()
    app = create_app(asked.rate, tokens.read(asked.tokens) if asked.tokens else {})
    stopping = threading.Event()
    with _listening(asked.host, asked.port) as listening:
        server = _server(app, listening, asked.threads, asked.proxy, stopping)

        def stop(*_: object) -> None:
            stopping.set()
            server.pull_trigger()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        service.keep_ledger()
        if source:
            threading.Thread(target=_follow, args=(source, asked.poll, stopping), daemon=True).start()
        # Looking through all that is loaded stops every thread for a tenth of a second; what requests leave is young.
        gc.freeze()
        gc.set_threshold(700, 10, 1000)
        host = f"[{asked.host}]" if ":" in asked.host else asked.host
        print(f"kb serves http://{host}:{listening.getsockname()[1]}/", flush=True)
        _run(server, stopping)
    say("stopped")
    return 0


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=CONNECTIONS)
    except (OSError, OverflowError) as error:
        raise KbError(f"{host}:{port}: {error}; choose another with --port, or 0 for any free one") from None


def _server(app: Any, listening: socket.socket, threads: int, proxy: str, stopping: threading.Event) -> Any:
    class Task(WSGITask):  # type: ignore[misc]
        def service(self) -> None:
            if stopping.is_set():  # so that clients take their next request elsewhere
                self.request.headers["CONNECTION"] = "close"
            super().service()

    believed = {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    server = create_server(
        app,
        sockets=[listening],
        threads=threads,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=MAX_BODY + (1 << 20),
        clear_untrusted_proxy_headers=True,
        ident="kb",
        **(believed if proxy else {}),
    )
    server.channel_class = type("Channel", (server.channel_class,), {"task_class": Task})
    return server


def _run(server: Any, stopping: threading.Event) -> None:
    """Until it is to stop; then take no new connection, and end when no request is under way."""
    turn = {"timeout": 1, "use_poll": True, "map": server._map, "count": 1}
    while not stopping.is_set():
        wasyncore.loop(**turn)
    wasyncore.dispatcher.close(server)
    ends = threading.Timer(GRACE, server.pull_trigger)
    ends.daemon = True
    ends.start()
    while not ends.finished.is_set() and any(
        channel.requests or channel.request or channel.total_outbufs_len for channel in server.active_channels.values()
    ):
        wasyncore.loop(**turn)
    server.task_dispatcher.shutdown(timeout=1)


def _first(source: Source) -> Any:
    try:
        return source.newer()
    except BadCatalog as error:
        kept = source.last_good()
        if not kept:
            raise
        say("catalog", 30, result="kept", version=kept.version, why=str(error))
        return kept


def _follow(source: Source, poll: float, stopping: threading.Event) -> None:
    """Take what is new, keep what is good. After a failure the next look is twice as far, up to an hour."""
    wait = poll
    while not stopping.wait(wait):
        try:
            found = source.newer(service.snapshot().version)
            wait = poll
        except Exception as error:  # whatever is wrong there, look-ups go on here
            wait = min(2 * wait, LONGEST_WAIT)
            metrics.SWAPS.labels("refused").inc()
            say("catalog", 40, exc_info=not isinstance(error, KbError), result="refused", why=str(error))
            continue
        if found:
            service.swap(found)
            metrics.catalog()
            metrics.SWAPS.labels("taken").inc()
            say("catalog", result="taken", version=found.version, entries=found.count)
