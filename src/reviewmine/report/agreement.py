"""The Markdown page on the agreement of people: figures, the types to mend, the pairs that are confused. No texts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reviewmine.report.figures import mapping_of, rows_of
from reviewmine.report.summary import safe

MOST_ROWS: Final = 40
MOST_IDS: Final = 8


def agreement_page(found: Mapping[str, Any], title: str = "") -> str:
    """Return ``agreement.json`` as Markdown, with ``title`` for the taxonomy where there is one."""
    people = [str(who) for who in found.get("people") or []]
    sections = [
        [f"# Agreement of {', '.join(map(safe, people))}" + (f" on {safe(title)}" if title else "")],
        [
            f"{found['n_reviews']} reviews labelled by two or more, {found['n_decisions']} decisions on a type "
            f"(yes or no) by two or more; {found['n_rules']} labels of rules left out."
        ],
        _overall(found),
        _mend(rows_of(found.get("mend"))),
        _confused(rows_of(found.get("confused"))),
        _types(rows_of(found.get("types"))),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _overall(found: Mapping[str, Any]) -> list[str]:
    """Return the figures over all types, and those of every two people."""
    rows = [
        ("Krippendorff's alpha, each decision", found["n_decisions"], found.get("decisions")),
        ("Krippendorff's alpha, all types of a review (MASI)", found["n_reviews"], found.get("sets")),
        *(
            (f"Cohen's kappa, {safe(pair['first'])} and {safe(pair['second'])}", pair["n"], pair.get("kappa"))
            for pair in rows_of(found.get("pairs"))
        ),
    ]
    return [
        "| figure | n | value (95 %) |",
        "|---|---|---|",
        *(f"| {name} | {n} | {_figure(value)} |" for name, n, value in rows),
        "",
        "1 is full agreement, 0 is chance; .667 is the least for tentative conclusions, .8 for firm ones.",
    ]


def _mend(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the types to mend, each with its definition, why, and what speaks of it elsewhere."""
    if not rows:
        return ["## Definitions to mend", "", "None: no type with three open reviews agrees too little."]
    lines = ["## Definitions to mend"]
    for row in rows[:MOST_ROWS]:
        lines += ["", f"### {_named(row)}", ""]
        lines += [f"> {safe(row['definition'])}", ""] if row.get("definition") else []
        lines += [f"- {safe(reason)}" for reason in row["why"]]
        lines += [
            f"- taxonomy gaps no. {one['rank']}: {safe(one['kind'])} «{safe(one['title'])}», {one['n']} reviews"
            for one in rows_of(row.get("proposals"))
        ]
        lines.append(f"- settle together: {_ids(row['reviews'])}")
    return [*lines, *_rest(rows)]


def _confused(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the confused pairs: one person took the first type, another the second."""
    if not rows:
        return []
    return [
        "## Taken for each other",
        "",
        "| one took | another took | reviews | share of those with either | gaps | ids |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{safe(row['codes'][0])}` | `{safe(row['codes'][1])}` | {len(row['reviews'])} | {_figure(row['share'])} | "
            f"{_ranks(row.get('proposals'))} | {_ids(row['reviews'])} |"
            for row in rows[:MOST_ROWS]
        ),
        *_rest(rows),
    ]


def _types(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a row a type, those with the most disputes first."""
    ordered = sorted(rows, key=lambda row: (-len(row["disputed"]), str(row["code"])))
    return [
        "## Types",
        "",
        "| type | n | yes | agreed | alpha | kappa | disputed | unsure |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {_named(row)} | {row['n']} | {row['n_yes']} | {_figure(row['agreed'] if row['n'] else None)} | "
            f"{_figure(row['alpha'])} | {_figure(row['kappa'])} | {len(row['disputed'])} | {len(row['unsure'])} |"
            for row in ordered
        ),
    ]


def _rest(rows: Sequence[Any]) -> list[str]:
    """Return the line that says how many rows are left to agreement.json."""
    return ["", f"{len(rows) - MOST_ROWS} more in agreement.json."] if len(rows) > MOST_ROWS else []


def _named(row: Mapping[str, Any]) -> str:
    """Return the code of a type and its title."""
    return f"`{safe(row['code'])}` {safe(row.get('title') or '')}".strip()


def _ranks(proposals: Any) -> str:
    """Return the numbers of proposals of `taxonomy gaps`."""
    return ", ".join(f"no. {one['rank']}" for one in rows_of(proposals))


def _ids(reviews: Sequence[str]) -> str:
    """Return the first ids of reviews."""
    more = f" and {len(reviews) - MOST_IDS} more" if len(reviews) > MOST_IDS else ""
    return ", ".join(f"`{safe(one)}`" for one in reviews[:MOST_IDS]) + more


def _figure(value: Any) -> str:
    """Return a figure with its interval; a dash where it does not exist."""
    known = mapping_of(value)
    return "{value:.2f} ({low:.2f}–{high:.2f})".format(**known) if known else "—"
