"""`kb serve`: the web page and the HTTP API on a port."""

import argparse
import socket
import sys

from kb.errors import KbError
from kb.faces.web import create_app


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kb serve", description="Serve the web page and the HTTP API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8321, help="port, 0 for any free one (default: %(default)s)")
    asked = parser.parse_args(argv)
    app = create_app()
    from werkzeug.serving import make_server

    try:
        listening = socket.create_server((asked.host, asked.port))
    except (OSError, OverflowError) as error:
        raise KbError(
            f"{asked.host}:{asked.port}: {error}; choose another with --port, or 0 for any free one"
        ) from None
    with listening:
        server = make_server(asked.host, asked.port, app, threaded=True, fd=listening.fileno())
        print(f"kb serves http://{asked.host}:{listening.getsockname()[1]}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
    return 0
