"""What the page says of the model and of the draft topics: figures beside what they mean."""

from collections.abc import Mapping
from typing import Any

from reviewmine.report.figures import mapping_of, rows_of, text_of
from reviewmine.report.pictures import bar
from reviewmine.report.russian import NONE, is_number, number, number_interval, percent, percent_interval
from reviewmine.report.wording import (
    ACTIONS,
    AGREEMENT,
    BASELINES,
    DISCOVERY,
    DISCOVERY_SHARES,
    LEFT_OUT,
    METRICS,
    QUALITY,
    QUALITY_SHARES,
    SLICES,
)
from reviewmine.report.words import say, translated

NEVER = 1.0
"""A threshold above every probability: nothing passes it."""


def lay_out_model(card: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template draws from a model card; ``titles`` names codes that the card does not."""
    metrics, baselines = mapping_of(card.get("metrics")), mapping_of(card.get("baselines"))
    per_type = rows_of(card.get("per_type"))
    named = dict(titles) | {str(row.get("code")): str(row.get("title") or row.get("code")) for row in per_type}
    policy = mapping_of(card.get("policy"))
    auto = policy.get("auto_threshold")
    return {
        **{name: card.get(name) for name in ("name", "n_types", "n_features", "head")},
        "rows": mapping_of(card.get("rows")),
        "baselines": [translated(BASELINES.get(name, name)) for name in baselines],
        "metrics": [
            _metric(name, figure, [mapping_of(figures).get(name) for figures in baselines.values()])
            for name, figure in metrics.items()
        ],
        "against": _against(metrics, mapping_of(baselines.get("tfidf_svc"))),
        "gates": _gates(mapping_of(card.get("gates")), metrics),
        "per_type": [dict.fromkeys(("title", "code", "n", "precision", "recall", "f1")) | row for row in per_type],
        "confusions": [
            {"n": row.get("n")} | {name: named.get(str(row.get(name)), row.get(name)) for name in ("type", "taken_for")}
            for row in rows_of(card.get("confusions"))
        ],
        "work": _work(mapping_of(card.get("workload"))),
        "slices": [_slice(row) for row in rows_of(card.get("slices"))],
        "shortlist": _shortlist(mapping_of(card.get("shortlist"))),
        "drift": {
            name: _figure(mapping_of(card.get("drift")).get(f"{name}_auto_precision"), as_percent=True)
            for name in ("fixed", "followed")
            if card.get("drift")
        },
        "held_out": {action: _figure(metrics.get(f"{action}_share"), as_percent=True) for action in ACTIONS},
        "human_low": _low(metrics.get("human_share")),
        "never_auto": is_number(auto) and auto > NEVER,
        "auto_threshold": auto,
        "suggest_threshold": policy.get("suggest_threshold"),
        "target_precision": policy.get("target_precision"),
    }


def _work(work: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a month would bring, where the card says it."""
    if not is_number(work.get("monthly")):
        return None
    return {
        **{name: work.get(name) for name in ("monthly", "auto", "people_a_day")},
        "automatic": _figure(work.get("automatic"), as_percent=True),
        "precision": _figure(work.get("precision"), as_percent=True),
        "owners": rows_of(work.get("owners")),
    }


def _slice(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one slice of the test part; a small one is marked."""
    figures = {name: _figure(row.get(name), as_percent=True) for name in ("p_at_1", "auto_share", "auto_precision")}
    column = SLICES.get(str(row.get("column")), row.get("column"))
    named = {"column": translated(column), "value": row.get("value") or translated("не указано")}
    return {**named, "n": row.get("n"), "small": bool(row.get("small")), **figures}


def _shortlist(lists: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how the shortlist in use did on held-out reviews."""
    kept = mapping_of(lists.get(str(lists.get("kept"))))
    if not kept:
        return None
    spread = mapping_of(kept.get("type_coverage"))
    return {"asked": lists.get("asked"), "low": spread.get("p10"), "middle": spread.get("median")} | {
        name: kept.get(name) for name in ("coverage", "mean_length", "types")
    }


def _metric(name: str, figure: Any, beside: list[Any]) -> dict[str, Any]:
    """Return one metric with its meaning; a metric without a Russian name keeps its own."""
    title, meaning, as_percent = METRICS.get(name, (name, "", False))
    return {
        "title": translated(title),
        "meaning": translated(meaning),
        "value": _figure(figure, as_percent),
        "beside": [_figure(other, as_percent) for other in beside],
    }


def _figure(figure: Any, as_percent: bool) -> dict[str, str]:
    """Return a figure and its interval as text."""
    data = mapping_of(figure)
    value, low, high = (data.get(name) for name in ("value", "low", "high"))
    if not is_number(value):
        return {"value": NONE, "interval": ""}
    if as_percent:
        return {"value": percent(value), "interval": percent_interval(low, high)}
    return {"value": number(value, 2), "interval": number_interval(low, high, 2)}


def _low(figure: Any) -> float | None:
    """Return the lower end of a figure's interval, where there is one."""
    low = mapping_of(figure).get("low")
    return low if is_number(low) else None


def _against(metrics: Mapping[str, Any], simple: Mapping[str, Any]) -> str:
    """Return how the model stands to the simple one: better, worse, or not to be told apart; empty if unknown."""
    ours, theirs = mapping_of(metrics.get("micro_f1")), mapping_of(simple.get("micro_f1"))
    if not all(is_number(figure.get(name)) for figure in (ours, theirs) for name in ("low", "high")):
        return ""
    if ours["low"] > theirs["high"]:
        return "better"
    return "worse" if ours["high"] < theirs["low"] else "alike"


def _gates(gates: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each gate with the value that met it; the card says which failed."""
    lines = gates.get("failed")
    failed = [str(line) for line in lines] if isinstance(lines, list) else []
    rows = []
    for name, asked in mapping_of(gates.get("asked")).items():
        title, _, as_percent = METRICS.get(name, (name, "", False))
        shown = percent(asked) if as_percent else number(asked, 2)
        passed = not any(line.startswith(f"{name} ") for line in failed)
        rows.append(
            {
                "title": translated(title),
                "asked": shown,
                "value": _figure(metrics.get(name), as_percent)["value"],
                "passed": passed,
            }
        )
    return rows


def lay_out_draft(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template draws from a discovery run: figures, and topics under their groups."""
    card = mapping_of(draft.get("card"))
    topics = [_topic(row, card) for row in rows_of(draft.get("topics"))]
    top = max((topic["n"] for topic in topics if is_number(topic["n"])), default=0)
    titles = mapping_of(draft.get("groups"))
    groups: dict[str, list[dict[str, Any]]] = {}
    for topic in topics:
        topic["bar"] = bar(topic["n"], None, None, top)
        groups.setdefault(topic["parent"] if topic["parent"] in titles else "", []).append(topic)
    laid = [
        {"title": titles.get(code) or translated("Без группы"), "topics": members, "n": _sum(members)}
        for code, members in groups.items()
    ]
    against = mapping_of(card.get("against_labels"))
    return {
        "figures": _facts(card) + _unlabelled(card) + _agreement(against),
        "n_labelled": against.get("n"),
        "left_out": [(translated(LEFT_OUT.get(name, name)), n) for name, n in mapping_of(card.get("left_out")).items()],
        "groups": sorted(laid, key=lambda group: -group["n"]),
        "n_topics": len(topics),
        "has_stability": any(topic["stability"] is not None for topic in topics),
    }


def of_topic(card: Mapping[str, Any], code: Any, name: str) -> Any:
    """Return the figure ``name`` of one topic; None where the card has none."""
    figure = mapping_of(card.get(name)).get(str(code))
    return figure if is_number(figure) else None


def _topic(row: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    """Return one topic with its words and examples as lists of text, and how steady it is."""
    words, examples = (
        ([str(text) for text in row[name]] if isinstance(row.get(name), list) else [])
        for name in ("patterns", "include")
    )
    title = text_of(row.get("title"), row.get("code")) or say("Без названия")
    return {
        "title": title,
        "parent": text_of(row.get("parent")),
        "n": row.get("n"),
        "words": words,
        "examples": examples,
        "stability": of_topic(card, row.get("code"), "stability"),
    }


def _sum(topics: list[dict[str, Any]]) -> float:
    """Return the number of statements in topics together."""
    return sum(topic["n"] for topic in topics if is_number(topic["n"]))


def _facts(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the known figures of a run with their meaning."""
    rows = []
    for name, title, meaning in DISCOVERY:
        value = card.get(name)
        if is_number(value):
            shown = percent(value) if name in DISCOVERY_SHARES else number(value, 2 if isinstance(value, float) else 0)
            rows.append({"title": translated(title), "meaning": translated(meaning), "value": shown, "interval": ""})
    return rows


def _unlabelled(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the figures of quality that need no labels, with their intervals."""
    found = {
        "bootstrap_ari": mapping_of(card.get("bootstrap_ari")),
        "learnable": mapping_of(mapping_of(card.get("learnable")).get("accuracy")),
        "npmi": {"value": card.get("npmi")},
    }
    rows = []
    for name, (title, meaning) in QUALITY.items():
        if is_number(found[name].get("value")):
            told = {"title": translated(title), "meaning": translated(meaning)}
            rows.append(told | _figure(found[name], as_percent=name in QUALITY_SHARES))
    return rows


def _agreement(against: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return how topics agree with labels, where there were labels."""
    return [
        {"title": translated(title), "meaning": translated(meaning)} | _figure(against[name], as_percent=False)
        for name, (title, meaning) in AGREEMENT.items()
        if name in against
    ]
