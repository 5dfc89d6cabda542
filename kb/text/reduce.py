"""A raw log, traceback or sentence → the lines that say something, each with its weight."""

from kb.text.normal import clean
from kb.text.query import WIDTH, QueryLine

HEAD, TAIL, LINES = 16_384, 49_152, 600
"""Of a long text the first and last characters and lines are read."""


def ends(text: str) -> str:
    """What is read of a text: all of it, or the head and the tail of a long one."""
    return text if len(text) <= HEAD + TAIL else text[:HEAD] + "\n" + text[-TAIL:]


def _lines(text: str) -> list[str]:
    raw = clean(ends(text)).split("\n")
    return raw if len(raw) <= LINES else raw[: LINES // 3] + raw[-2 * LINES // 3 :]


def reduce(text: str) -> list[QueryLine]:
    """The lines of a text that say something, in their order, with weights.

    The last exception of a chain weighs most, its causes less; stack frames and log noise hardly count. A text of
    one or two lines is taken whole.
    """
    raw = _lines(text)
    said = [(n, line.strip()) for n, line in enumerate(raw) if line.strip()]
    if len(said) <= 2:
        return [QueryLine(line[:WIDTH], 1.0, n) for n, line in said]
    from kb.text.logs import weigh

    return weigh(raw)


def weighed(text: str) -> list[tuple[str, float]]:
    """Each line of what is read of a text, with what it weighs in a look-up; 0 for a line that is passed over."""
    weights: dict[int, float] = {}
    for line in reduce(text):
        weights[line.number] = max(line.weight, weights.get(line.number, 0.0))
    raw = _lines(text)
    return [(line, weights.get(n, 0.0)) for n, line in enumerate(raw)]
