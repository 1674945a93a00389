"""A discovery run to one page of HTML: the map of statements, the tree, topics over time, and each topic's evidence."""

from collections import defaultdict
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from reviewmine.discover.pictures import colours, label_places, month_shares, project
from reviewmine.discover.run import Discovery
from reviewmine.files import finite, write_text
from reviewmine.report.page import clean, template
from reviewmine.report.pictures import bar
from reviewmine.report.quality import lay_out_draft, of_topic
from reviewmine.report.russian import percent, short_month

WIDTH, HEIGHT = 1000, 640
"""Of the map."""
_MARGIN = 20
_MONTHS, _ROWS, _CELL = 36, 20, 22  # columns and rows of the picture of months, and the width of a month
ROLES = {
    "central": "Самые типичные",
    "diverse": "Другими словами",
    "boundary": "На границе с другой темой",
    "counter": "Похожи, но не сюда",
}


def render_topics(found: Discovery, title: str = "") -> str:
    """Return the page of a discovery run as self-contained HTML.

    No script and no request; every word of a customer is escaped, and masked as the run was told to.
    """
    return str(template("topics.html.j2").render(page=clean(finite(_lay_out(found, title)))))


def write_topics(found: Discovery, out: Path, title: str = "") -> None:
    """Write the page of a discovery run to ``out``, whole or not at all."""
    write_text(out, render_topics(found, title))


def evidence_html(found: Discovery, codes: Sequence[str] | None = None) -> str:
    """Return the topics as closed headings that open on their evidence, for a notebook; every word is escaped."""
    parts = []
    for kind in found.types:
        if codes is None or kind.code in codes:
            roles = []
            for role, title in ROLES.items():
                rows = [row for row in found.evidence if (row["topic"], row["role"]) == (kind.code, role)]
                said = "".join(
                    f"<li>{escape(row['text'])} <small>{escape(str(row['review_id']))}</small></li>" for row in rows
                )
                roles.append(f"<p><b>{title}</b></p><ul>{said}</ul>" if rows else "")
            heading = f"<b>{escape(kind.title)}</b> {escape(kind.code)}"
            parts.append(f"<details><summary>{heading}</summary>{''.join(roles)}</details>")
    return str(clean("".join(parts)))


def _lay_out(found: Discovery, title: str) -> dict[str, Any]:
    """Return what the template draws."""
    types = found.types
    titles = {kind.code: kind.title for kind in types}
    parents = list(found.draft.groups)
    colour = colours([parents.index(kind.parent) if kind.parent in found.draft.groups else -1 for kind in types])
    evidence: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in found.evidence:
        evidence[row["topic"]][row["role"]].append(row | {"other_title": titles.get(row.get("other", ""), "")})
    top = max((profile["n"] for profile in found.profiles), default=0)
    topics = [
        {
            **profile,
            "title": kind.title,
            "parent": kind.parent,
            "words": list(kind.patterns),
            "colour": colour[i],
            "bar": bar(profile["n"], None, None, top),
            "evidence": [(ROLES[role], evidence[kind.code][role]) for role in ROLES if evidence[kind.code][role]],
            "coherence": found.card["coherence"].get(kind.code),
            "stability": of_topic(found.card, kind.code, "stability"),
        }
        for i, (kind, profile) in enumerate(zip(types, found.profiles, strict=True))
    ]
    return {
        "title": title or found.draft.taxonomy,
        "n_statements": found.card["n_statements"],
        "n_rest": found.card["n_rest"],
        "facts": lay_out_draft({"card": found.card})["figures"],
        "alike": [[titles[code] for code in pair["topics"]] for pair in found.card["redundant_pairs"]],
        "topics": topics,
        "tree": _tree(found, topics),
        "map": _map(found, topics),
        "months": _months(found, topics),
    }


def _tree(found: Discovery, topics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parents with their topics, the largest first; topics that stand alone come last, without a parent."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for topic in topics:
        groups[topic["parent"]].append(topic)
    named = [
        {"title": group.title, "topics": groups[code], "n": sum(topic["n"] for topic in groups[code])}
        for code, group in found.draft.groups.items()
        if groups[code]
    ]
    alone = [{"title": "", "topics": groups[""], "n": sum(topic["n"] for topic in groups[""])}] if groups[""] else []
    return sorted(named, key=lambda group: -group["n"]) + alone


def _map(found: Discovery, topics: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the statements of the map by topic, each with its place, and the names of the largest topics."""
    sample = found.sample
    places = project(sample.vectors)

    def at(x: float, y: float) -> tuple[float, float]:
        return round(_MARGIN + x * (WIDTH - 2 * _MARGIN), 1), round(_MARGIN + (1 - y) * (HEIGHT - 2 * _MARGIN), 1)

    points: dict[int, list[tuple[float, float, str]]] = defaultdict(list)
    for topic, (x, y), text in zip(sample.topic, places, sample.text, strict=True):
        points[int(topic)].append((*at(x, y), text))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "n": len(sample.text),
        "topics": [
            {
                "code": topics[i]["code"],
                "title": topics[i]["title"],
                "colour": topics[i]["colour"],
                "points": own,
            }
            for i, own in sorted(points.items())
        ],
        "labels": [(*at(*place), topics[i]["title"]) for i, place in label_places(places, sample.topic).items()],
    }


def _months(found: Discovery, topics: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the picture of months: a cell a topic and month, dark where the topic takes much of the month; None without dates."""
    months, shares = month_shares(found.profiles)
    if len(months) < 2:
        return None
    months, shares = months[-_MONTHS:], shares[:_ROWS, -_MONTHS:]
    top = float(shares.max()) or 1.0
    return {
        "step": _CELL,
        "months": [" ".join(short_month(month)) for month in months],
        "rows": [
            {
                "title": topics[i]["title"],
                "code": topics[i]["code"],
                "cells": [
                    (round(float(share) / top, 3), f"{month}: {percent(float(share))}")
                    for month, share in zip(months, row, strict=True)
                ],
            }
            for i, row in enumerate(shares)
        ],
    }
