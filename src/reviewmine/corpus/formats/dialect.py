"""How a text table parts its cells, found in its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

from reviewmine.corpus.formats.quotes import Dialect, literal, strict_reader

DELIMITERS = ",;\t|"
_NONE = "\x1f"  # the sign between cells of a table that has one column: one that no text holds
_SAMPLE_LINES, _SAMPLE_CHARS = 500, 200_000
_SPACED, _UNSPACED = re.compile(r'[,;|] {1,3}"[^"\r\n]{1,999}"[,;|\r\n]'), re.compile(r'[,;|]"')
_ESCAPED = re.compile(r'\\"[^",;\t|\r\n]')
_LOOSE = re.compile(r"[,;|] ")  # as in a sentence
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def said_delimiter(line: str) -> str:
    r"""Return the delimiter that a first line ``sep=;`` names, as Excel writes it; '' when it is another line.

    >>> said_delimiter("sep=;\r\n"), said_delimiter("separator;text")
    (';', '')
    """
    match = _SEP.fullmatch(line)
    return match[1] if match and match[1] not in '"\r\n' else ""


def guess_dialect(lines: Sequence[str], said: str = "", likely: str = "") -> Dialect:
    """Return the dialect of a table that begins with ``lines``.

    Of the usual delimiters it is the one that gives the same number of cells on most lines and the header too; ``said``
    is obeyed, ``likely`` preferred. A text with many commas in a table of semicolons has another number on every line.
    """
    sample: list[str] = []
    size = 0
    for line in lines[:_SAMPLE_LINES]:
        sample.append(line)
        size += len(line)
        if size > _SAMPLE_CHARS:
            break
    escaped = any(_ESCAPED.search(line) for line in sample)
    spaced = any(map(_SPACED.search, sample)) and not any(map(_UNSPACED.search, sample))
    best, found = 0.0, Dialect(said or _NONE, escaped, 1, spaced)
    sure = bool(said) or not (sample and _LOOSE.search(sample[0].rstrip()))
    for delimiter in said or DELIMITERS:
        score, width = _score(_counts(sample, Dialect(delimiter, escaped, spaced=spaced)), sure=sure)
        score += 0.5 if delimiter == likely and score else 0
        if score and (score, width) > (best, found.width):
            best, found = score, Dialect(delimiter, escaped, width, spaced)
    return found


def _score(counts: Sequence[int], *, sure: bool) -> tuple[float, int]:
    """Return how well numbers of cells fit one table, 0 when they do not, and its number of cells."""
    usual = Counter(n for n in counts if n > 1)
    if not usual:
        return 0.0, 1
    head, width = counts[0], max(usual, key=lambda n: (usual[n], n == counts[0], n))
    share = usual[width] / len(counts)
    if head > 1 and share < 0.7:
        width, share = head, usual[head] / len(counts)
    if head == width:
        return (share + 0.5 if share >= 0.4 or sure else 0.0), width
    # titles may stand above the header; texts with a comma each do not make two columns
    return (share if share >= 0.7 and (width > 2 or head > 1) else 0.0), width


def _counts(lines: Sequence[str], dialect: Dialect) -> list[int]:
    """Return the numbers of cells of the records in a sample; the last one may be cut and does not count."""
    counts: list[int] = []
    at = 0
    while at < len(lines):
        reader = strict_reader(lines[at:], dialect)
        start = at
        try:
            for cells in reader:
                at = start + reader.line_num
                if cells:
                    counts.append(len(cells))
        except csv.Error:
            if counts and start + reader.line_num == len(lines):
                break  # the sample ends within quotes
            counts.append(len(literal(lines[at], dialect)))
            at += 1
    return counts


def looks_tabular(text: str) -> bool:
    """Return whether a text is a table parted by tabs, as spreadsheet programs save text, and not a page to read."""
    lines = text[:_SAMPLE_CHARS].splitlines(keepends=True)
    return len(lines) > 1 and "\t" in lines[0] and guess_dialect(lines, likely="\t").delimiter == "\t"
