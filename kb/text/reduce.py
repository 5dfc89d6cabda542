"""A raw log, traceback or sentence → the lines that say something, each with its weight."""

from kb.text.normal import clean
from kb.text.query import WIDTH, QueryLine

HEAD, TAIL, LINES = 16_384, 49_152, 600
"""Of a long text the first and last characters and lines are read."""


def reduce(text: str) -> list[QueryLine]:
    """The lines of a text that say something, in their order, with weights.

    The last exception of a chain weighs most, its causes less; stack frames and log noise hardly count. A text of
    one or two lines is taken whole.
    """
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "\n" + text[-TAIL:]
    raw = clean(text).split("\n")
    if len(raw) > LINES:
        raw = raw[: LINES // 3] + raw[-2 * LINES // 3 :]
    said = [(n, line.strip()) for n, line in enumerate(raw) if line.strip()]
    if len(said) <= 2:
        return [QueryLine(line[:WIDTH], 1.0, n) for n, line in said]
    from kb.text.logs import weigh

    return weigh(raw)
