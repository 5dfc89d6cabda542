"""A knowledge base of errors whose every fix has been run.

`lookup(text)` answers with one of three decisions: `match`, `candidates`, `none`.
"""

TYPE_CHECKING = False  # importing typing for this would cost every look-up 4 ms

if TYPE_CHECKING:
    from kb.entry.model import Entry
    from kb.errors import KbError
    from kb.match.answer import Answer, Candidate, Why
    from kb.service import lookup

__all__ = ["Answer", "Candidate", "Entry", "KbError", "Why", "lookup"]
__version__ = "0.1.0"

_HOME = {
    "lookup": "kb.service",
    "Entry": "kb.entry.model",
    "KbError": "kb.errors",
    "Answer": "kb.match.answer",
    "Candidate": "kb.match.answer",
    "Why": "kb.match.answer",
}


def __getattr__(name: str) -> object:
    # Names are loaded when they are used: a look-up from the shell never pays for the parser's imports.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'kb' has no attribute {name!r}")
