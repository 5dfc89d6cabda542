"""What a server counts, in the words of Prometheus, and the look-ups that are counted."""

from functools import cache
from pathlib import Path
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

from kb import service
from kb.catalog.fetch import digest_of
from kb.catalog.read import Snapshot, StoredEntry
from kb.match.answer import Answer
from kb.match.lookup import LIMIT

disable_created_metrics()  # type: ignore[no-untyped-call]
LOOKUPS = Counter("kb_lookups", "Look-ups answered", ["face", "decision"])
SECONDS = Histogram(
    "kb_lookup_seconds",
    "Time of a look-up, its entry read",
    ["face"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
REQUESTS = Counter("kb_requests", "Requests answered", ["route", "status"])
OUTCOMES = Counter("kb_outcomes", "Outcomes on disk", ["worked"])
CATALOG = Info("kb_catalog", "The catalog that answers")
ENTRIES = Gauge("kb_catalog_entries", "Entries in it")
SWAPS = Counter("kb_catalog_swaps", "Catalogs that were taken, or refused", ["result"])


def lookup(
    face: str, text: str, limit: int = LIMIT, abstain: bool = True, record: bool = False
) -> tuple[Answer, StoredEntry | None]:
    """As kb.service.answer, counted. `face`: page, api, batch."""
    start = perf_counter()
    found, entry = service.answer(text, limit, abstain, record)
    seconds, lookups = _counted(face, found.decision)
    seconds.observe(perf_counter() - start)
    lookups.inc()
    return found, entry


@cache
def _counted(face: str, decision: str) -> tuple[Histogram, Counter]:
    return SECONDS.labels(face), LOOKUPS.labels(face, decision)


@cache
def requests(route: str, status: int) -> Counter:
    """Of the requests answered, those of a route and a status."""
    return REQUESTS.labels(route, str(status))


def catalog() -> Snapshot:
    """The catalog that answers, its version worked out, and counted as that."""
    present = service.snapshot()
    if not present.version:
        present.version = digest_of(Path(present.path))
    CATALOG.info({"version": present.version})
    ENTRIES.set(present.count)
    return present
