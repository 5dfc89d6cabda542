"""What writer and reader of a snapshot agree on."""

APPLICATION_ID = 0x6B620001
SCHEMA_VERSION = 7

(
    TITLE, MESSAGE, OUTPUT, SYMPTOM, QUESTION, CAUSE, OPTION, TAG, LOOK_ALIKE, REFERRED, PROSE, CODE, CHECK,
    QUERY, MISTAKEN,
) = KINDS = range(15)  # fmt: skip
"""Kinds of searchable lines. OUTPUT: what the replayed symptom printed. LOOK_ALIKE speaks against its entry.
REFERRED: what another entry's look-alike says is seen when this entry is the right one. PROSE, CODE, CHECK: what
options say, the symptom's files, the checklist and the environment. QUERY: how somebody put the error. MISTAKEN: a
query that looks like the entry and has another cause; it speaks against it."""
AGAINST = (LOOK_ALIKE, MISTAKEN)
POSITIONS = 4096
"""Lines of one kind that an entry can have; what is beyond is not searched."""


def key(entry: int, kind: int, position: int) -> int:
    """The key of a searchable line: its entry's number, kind and position in one integer."""
    return entry << 16 | kind << 12 | position


def entry_of(key: int) -> int:
    return key >> 16


def kind_of(key: int) -> int:
    return key >> 12 & 15
