"""How much one client may ask: a sliding window for each address, kept in this process alone."""

from ipaddress import ip_address, ip_network
from time import time

from flask import Flask, Response, g, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from kb.errors import Misuse

FREE = ("/static/", "/healthz", "/readyz", "/metrics")


class Rate:
    """The limit of a server, as `600/minute`; counted by request, a batch by its queries."""

    def __init__(self, text: str) -> None:
        """Raises Misuse for a limit that is none."""
        try:
            self.item: RateLimitItem = parse(text)
        except ValueError:
            raise Misuse(f"rate {text!r}: as 600/minute, 20/second, or off") from None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def add_to(self, app: Flask) -> None:
        app.before_request(self._asked)
        app.after_request(self._said)

    def _asked(self) -> None:
        if not request.path.startswith(FREE):
            g.rate = self
            self.take(1)

    def take(self, cost: int) -> None:
        """Count against this client. Raises TooManyRequests."""
        if not self._limiter.hit(self.item, _client(), cost=cost):
            wait = max(1, round(self._limiter.get_window_stats(self.item, _client()).reset_time - time()))
            raise TooManyRequests(f"more than {self.item} from one client; try again in {wait} s", retry_after=wait)

    def _said(self, response: Response) -> Response:
        if "rate" in g:
            left = self._limiter.get_window_stats(self.item, _client())
            reset = max(0, round(left.reset_time - time()))
            response.headers["RateLimit-Policy"] = f'"client";q={self.item.amount};w={self.item.get_expiry()}'
            response.headers["RateLimit"] = f'"client";r={left.remaining};t={reset}'
        return response


def take(cost: int) -> None:
    """Count a request for more than one, where there is a limit. Raises TooManyRequests."""
    if cost and "rate" in g:
        g.rate.take(cost)


def _client() -> str:
    """The address of the client; of IPv6 the 64 bits that a customer is given."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
