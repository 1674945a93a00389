"""Digests as files: Markdown and HTML for each owner, and a list of both kinds that leads to them."""

import base64
import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from reviewmine.files import write_text
from reviewmine.report.digest import Digest, digests
from reviewmine.report.digest_lines import Line, Quote
from reviewmine.report.digest_words import word
from reviewmine.report.page import read_insights, template

_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_RESERVED = re.compile(r"index|readme|con|prn|aux|nul|(com|lpt)\d")
"""Names that are ours, or devices on Windows."""
_MARKS = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_[]|~#"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " ", "\t": " ", "@": "＠"}
)
_LINK = re.compile(r"(:)(?=//)|(?i:(?<=www)(\.))")
SECTIONS = ("first", "alerts", "new", "growing", "emerging")
"""The lists of a digest in their order."""


def write_digests(folder: Path, out: Path, week: str | None = None, *, language: str = "ru") -> dict[str, Path]:
    """Write the digests of ``folder``, which holds ``insights.json``, into ``out`` and return the HTML file of each owner.

    Beside each ``<owner>.html`` stands ``<owner>.md``; ``index.html`` and ``README.md`` lead to them. Files that are no
    longer written, of an owner who is gone, are left as they are.
    """
    found = digests(read_insights(folder), week, language=language)
    names = {owner: file_name(owner) for owner in found}
    for owner, digest in found.items():
        write_text(out / f"{names[owner]}.md", to_markdown(digest))
        write_text(out / f"{names[owner]}.html", to_html(digest))
    listed = [(names[owner], digest) for owner, digest in found.items()]
    rows = [f"- [{_safe(one.title)}]({name}.md): {_safe(one.lead[0])}" for name, one in listed]
    title = word(language, "pages")
    write_text(out / "README.md", "\n".join([f"# {title}", "", *rows]) + "\n")
    write_text(out / "index.html", _page("digest_index.html.j2", listed=listed, title=title, language=language))
    return {owner: out / f"{name}.html" for owner, name in names.items()}


def file_name(owner: str) -> str:
    """Return a file name for an owner's code, without an ending: the code itself where that is safe, else one with its hash.

    >>> file_name("logistics"), file_name("../Склад")
    ('logistics', '_0ecc8d837861f02f')
    """
    if _PLAIN.fullmatch(owner) and not _RESERVED.fullmatch(owner):
        return owner
    readable = re.sub(r"[^a-z0-9]+", "-", owner.lower())[:32].strip("-")
    return f"_{readable}{'-' if readable else ''}{hashlib.sha256(owner.encode('utf-8', 'replace')).hexdigest()[:16]}"


def to_html(digest: Digest) -> str:
    """Return a digest as one HTML page without script or request, for a browser or the body of a letter."""
    sections = [(word(digest.language, name), getattr(digest, name)) for name in SECTIONS]
    return _page("digest.html.j2", digest=digest, sections=sections, title=digest.title, language=digest.language)


def to_markdown(digest: Digest) -> str:
    """Return a digest as Markdown in which nothing a customer wrote is markup."""
    parts = [[f"# {_safe(digest.title)}"], [_safe(f"{word(digest.language, 'page')}, {digest.period}")]]
    parts += [[_safe(text)] for text in digest.lead]
    for name in SECTIONS:
        if lines := getattr(digest, name):
            parts += [[f"## {word(digest.language, name)}"], _list(lines, numbered=name == "first")]
    if digest.counts:
        rows = [digest.head, ["---", "---", *["---:"] * (len(digest.head) - 2)]]
        table = [f"| {' | '.join(map(str, rows[0]))} |", f"|{'|'.join(rows[1])}|"]
        table += [f"| {' | '.join(map(_safe, row))} |" for row in digest.counts]
        parts += [[f"## {word(digest.language, 'counts')}"], table]
    if digest.voices:
        parts.append([f"## {word(digest.language, 'voices')}"])
        for title, quotes in digest.voices:
            parts += [[f"### {_safe(title)}"], *([_quoted(quote)] for quote in quotes)]
    return "\n\n".join("\n".join(lines) for lines in [*parts, [f"*{word(digest.language, 'foot')}*"]]) + "\n"


def _list(lines: tuple[Line, ...], *, numbered: bool) -> list[str]:
    """Return lines as a list, what follows from each below it."""
    found = []
    for place, line in enumerate(lines, 1):
        found.append(f"{f'{place}.' if numbered else '-'} **{_safe(line.title)}**: {_safe(line.text)}")
        found += [f"   - {_safe(text)}" for text in line.more]
    return found


def _quoted(quote: Quote) -> str:
    """Return a quote with its span in bold; the quotation mark keeps a text from opening a list or a heading."""
    span = quote.text.strip()
    left, right = (" " if edge.isspace() else "" for edge in (quote.text[:1], quote.text[-1:]))
    bold = f"{left}**{_safe(span)}**{right}" if span else ""
    return f"> «{_safe(quote.before)}{bold}{_safe(quote.after)}» {_safe(quote.about)}".rstrip()


def _safe(text: str) -> str:
    """Return a text that Markdown shows as it is: no markup, no link, no mention, one line."""
    return _LINK.sub(lambda found: f"\\{found[0]}", text.translate(_MARKS))


def _page(name: str, **values: Any) -> str:
    """Return a page of a template with the hash of its style sheet, which its policy allows alone."""
    style = files("reviewmine.report").joinpath("digest.css").read_text(encoding="utf-8").rstrip("\n")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    words = {
        key: word(values["language"], key)
        for key in ("page", "counts", "voices", "foot", "owner", "alerts", "new", "growing")
    }
    return str(template(name).render(style_sha256=digest, words=words, **values))
