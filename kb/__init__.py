"""A knowledge base of errors whose every fix has been run.

`lookup(text)` answers with one of three decisions: `match`, `candidates`, `none`; a match brings its entry along.
"""

TYPE_CHECKING = False  # importing typing for this would cost every look-up 4 ms

if TYPE_CHECKING:
    from kb.catalog.read import StoredLookAlike as LookAlike
    from kb.catalog.read import StoredOption as Option
    from kb.errors import BadCatalog, KbError, Misuse, NotFound
    from kb.faces.python import Answer, Entry, lookup, show
    from kb.match.answer import Candidate, Why

__all__ = [
    "Answer",
    "BadCatalog",
    "Candidate",
    "Entry",
    "KbError",
    "LookAlike",
    "Misuse",
    "NotFound",
    "Option",
    "Why",
    "lookup",
    "show",
]
__version__ = "0.1.0"

_HOME = {
    "Answer": "kb.faces.python",
    "BadCatalog": "kb.errors",
    "Candidate": "kb.match.answer",
    "Entry": "kb.faces.python",
    "KbError": "kb.errors",
    "LookAlike": "kb.catalog.read:StoredLookAlike",
    "Misuse": "kb.errors",
    "NotFound": "kb.errors",
    "Option": "kb.catalog.read:StoredOption",
    "Why": "kb.match.answer",
    "lookup": "kb.faces.python",
    "show": "kb.faces.python",
}


def __getattr__(name: str) -> object:
    # Names are loaded when they are used: a look-up from the shell never pays for the parser's imports.
    if name in _HOME:
        from importlib import import_module

        module, _, within = _HOME[name].partition(":")
        return getattr(import_module(module), within or name)
    raise AttributeError(f"module 'kb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
