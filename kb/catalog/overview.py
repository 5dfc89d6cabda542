"""What a snapshot holds, at a glance: each entry with its tags and how far it is proven."""

from typing import NamedTuple

from kb.catalog.read import Snapshot


class Listed(NamedTuple):
    """An entry in a list."""

    id: str
    title: str
    tags: tuple[str, ...]
    options: int
    proven: int
    """How many of the options are verified."""
    replayed: str | None
    """Date of the replay, ISO; None when no evidence is of the entry's present text."""
    platform: str | None
    unverifiable: str | None
    retired: str | None

    @property
    def area(self) -> str:
        return self.id.partition("/")[0]


def overview(snapshot: Snapshot) -> tuple[Listed, ...]:
    """All entries, by id."""
    tags: dict[int, list[str]] = {}
    for n, tag in snapshot.rows("select entry, text from tag order by entry, position"):
        tags.setdefault(n, []).append(tag)
    sql = (
        "select n, id, entry.title, count(position), coalesce(sum(verdict = 'verified'), 0), date, platform,"
        " unverifiable, retired from entry left join option o on o.entry = n and position between 1 and 98"
        " left join evidence e on e.entry = n group by n order by id"
    )
    return tuple(Listed(id, title, tuple(tags.get(n, ())), *rest) for n, id, title, *rest in snapshot.rows(sql))
