"""Label Studio 1.x, outwards: the labelling page of a taxonomy, and reviews as tasks with what is known of them.

Formats: labelstud.io/guide/task_format, /guide/predictions, /tags/taxonomy, /tags/labels, /tags/text. The page asks three
times for types of the whole review (yes, unsure, no), and for pieces of each field. Results carry the ids of types: they
are aliases of the titles, so a title may change and may hold anything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from xml.etree import ElementTree as Xml

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.labels.shown import FACTS, Shown, cell_text, raw_span, shown, shown_span
from reviewmine.labels.store import VERDICTS, Label, current, in_force, name_of
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy, Type

ABOUT: Final = "about"
"""The line of facts that every task has; types of the whole review hang on it."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "yes": "Типы отзыва", "unsure": "Не уверен", "no": "Точно не это",
        "pros": "Достоинства", "cons": "Недостатки", "comment": "Комментарий", "title": "Заголовок", "text": "Текст",
    },
    "en": {
        "yes": "Types of the review", "unsure": "Unsure", "no": "Surely not",
        "pros": "Pros", "cons": "Cons", "comment": "Comment", "title": "Title", "text": "Text",
    },
}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # w3.org/TR/xml, 2.2


def page(taxonomy: Taxonomy, fields: Sequence[str] = TEXT_FIELDS) -> str:
    """Return the labelling page (the «labeling config») as XML: types by their groups, pieces of each of ``fields``."""
    words = WORDS.get(taxonomy.language, WORDS["en"])
    titles = _titles(taxonomy)
    root = Xml.Element("View", style="display: flex; gap: 2em")
    left, right = (Xml.SubElement(root, "View", style=f"flex: {share}; min-width: 0") for share in (3, 2))
    Xml.SubElement(left, "Style").text = ".htx-text { white-space: pre-wrap; }"
    Xml.SubElement(left, "Text", name=ABOUT, value=f"${ABOUT}", selectionEnabled="false")
    for field in fields:
        Xml.SubElement(left, "Header", value=words[field], size="5")
        Xml.SubElement(left, "Text", name=field, value=f"${field}")
        verdict = Xml.SubElement(
            left, "Choices", name=f"verdict_{field}", toName=field, perRegion="true", visibleWhen="region-selected"
        )
        for name in ("unsure", "no"):
            Xml.SubElement(verdict, "Choice", value=words[name], alias=name)
        Xml.SubElement(left, "Filter", name=f"find_{field}", toName=f"span_{field}", minlength="0")
        box = Xml.SubElement(left, "View", style="max-height: 7em; overflow: auto")  # a hundred types are a wall
        labels = Xml.SubElement(box, "Labels", name=f"span_{field}", toName=field, choice="multiple")
        for one in _in_use(taxonomy):
            Xml.SubElement(labels, "Label", value=titles[one.id], alias=one.id, hint=_legal(one.definition))
    for name in VERDICTS:
        Xml.SubElement(right, "Header", value=words[name], size="5")
        tree = Xml.SubElement(right, "Taxonomy", name=name, toName=ABOUT, leafsOnly="true", showFullPath="true")
        _branches(tree, taxonomy, titles)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


def tasks(
    reviews: pd.DataFrame,
    taxonomy: Taxonomy,
    labels: Iterable[Label] = (),
    suggested: Iterable[Label] = (),
    scores: Mapping[tuple[str, str], float] | None = None,
    *,
    mask: bool = True,
) -> list[dict[str, Any]]:
    """Return a task for each review, in their order: its facts and fields, masked, with annotations and predictions.

    ``labels`` become annotations, one a labeller, that keep who said what and when; ``suggested`` become predictions, one
    a source, from which an annotation begins. ``scores`` are probabilities by review and type: a prediction has the
    lowest of its own, by which Label Studio can sort. Only labels of reviews that are there are taken. Raises
    ``ReviewmineError`` for a label whose type has become another and for a span outside its field.
    """
    labels, suggested = list(labels), list(suggested)
    current([*labels, *suggested], taxonomy)
    told, proposed = _by_review(labels), _by_review(suggested)
    made = []
    for review in reviews.to_dict("records"):
        name = str(review["id"])
        fields = {field: shown(str(review.get(field) or ""), mask=mask) for field in TEXT_FIELDS}
        data: dict[str, Any] = {"review": name, "taxonomy": name_of(taxonomy), ABOUT: _about(review, mask)}
        data |= {field: one.text for field, one in fields.items()}
        data["edits"] = {field: one.edits for field, one in fields.items() if one.edits}
        task: dict[str, Any] = {"data": data}
        annotations = [
            {"result": _results(words, taxonomy, fields, keep=True)} for words in _by_who(told.get(name, []))
        ]
        predictions = [_prediction(words, taxonomy, fields, scores or {}) for words in _by_who(proposed.get(name, []))]
        made.append(task | {"annotations": annotations, "predictions": predictions})
    return made


def _prediction(
    words: Sequence[Label], taxonomy: Taxonomy, fields: Mapping[str, Shown], scores: Mapping[tuple[str, str], float]
) -> dict[str, Any]:
    """Return what one source says of a review as a prediction; without a score where none is known."""
    made = {"model_version": words[0].who, "result": _results(words, taxonomy, fields, keep=False)}
    known = [scores[one.review, one.type] for one in words if (one.review, one.type) in scores]
    return made | ({"score": round(min(known), 6)} if known else {})


def _results(
    words: Sequence[Label], taxonomy: Taxonomy, fields: Mapping[str, Shown], *, keep: bool
) -> list[dict[str, Any]]:
    """Return the results of one annotation. With ``keep`` each has the labels it was made of, to be known again."""
    types = {one.id: one for one in taxonomy.types}
    made: list[dict[str, Any]] = []
    for verdict in VERDICTS:
        whole = [one for one in words if one.span is None and one.verdict == verdict]
        if whole:
            paths = [[*taxonomy.path(types[one.type].parent), one.type] for one in whole]
            made.append(
                {"from_name": verdict, "to_name": ABOUT, "type": "taxonomy", "value": {"taxonomy": paths}}
                | _meta(whole, keep)
            )
    for one in words:
        if one.span is None:
            continue
        field, start, end = one.span
        _check_span(one, fields[field])
        low, high = shown_span(start, end, fields[field].edits)
        piece = {"start": low, "end": high, "text": fields[field].text[low:high]}
        label = {
            "from_name": f"span_{field}",
            "to_name": field,
            "type": "labels",
            "value": piece | {"labels": [one.type]},
        }
        made.append(label | _meta([one], keep))
        if one.verdict != "yes":
            value = piece | {"choices": [one.verdict]}
            made.append(
                {"from_name": f"verdict_{field}", "to_name": field, "type": "choices", "value": value, "id": ""}
            )
    number = 0
    for result in made:  # the verdict on a piece has the id of its piece
        number += "id" not in result
        result["id"] = f"r{number}"
    return made


def _check_span(one: Label, field: Shown) -> None:
    """Raise ``ReviewmineError`` for a span that ends behind its field: the label is of another text."""
    n_signs = raw_span(0, len(field.text), field.edits)[1]
    if one.span and one.span[2] > n_signs:
        found, do = (
            f"a span to {one.span[2]} in {one.span[0]}, which has {n_signs} signs",
            "name the file that was labelled",
        )
        raise ReviewmineError(found, where=f"review {one.review}", do=do)


def _meta(words: Sequence[Label], keep: bool) -> dict[str, Any]:
    """Return the labels that a result was made of, for its field of free notes."""
    return {"meta": {"reviewmine": [asdict(one) for one in words]}} if keep else {}


def _about(review: Mapping[Any, Any], mask: bool) -> str:
    """Return the facts of a review as one line, never empty: Label Studio refuses a task whose line has no text."""
    line = " · ".join(filter(None, (cell_text(review.get(name)) for name in FACTS)))
    return shown(line or "—", mask=mask).text


def _by_review(labels: Iterable[Label]) -> dict[str, list[Label]]:
    """Return the labels in force by review."""
    found: dict[str, list[Label]] = {}
    for one in in_force(labels):
        found.setdefault(one.review, []).append(one)
    return found


def _by_who(labels: Sequence[Label]) -> list[list[Label]]:
    """Return labels by labeller."""
    return [[one for one in labels if one.who == who] for who in dict.fromkeys(one.who for one in labels)]


def _in_use(taxonomy: Taxonomy) -> list[Type]:
    """Return the types in use."""
    return [one for one in taxonomy.types if one.status != "deprecated"]


def _titles(taxonomy: Taxonomy) -> dict[str, str]:
    """Return the title of each type for the page; one that stands twice, or looks like an id, has its code beside it.

    Label Studio passes over the second of two choices with one title.
    """
    types = _in_use(taxonomy)
    known = Counter(_legal(one.title) for one in types) + Counter(one.id for one in types)
    return {
        one.id: f"{_legal(one.title)} ({_legal(one.code)}, {one.id})"
        if known[_legal(one.title)] > 1 or not one.title.strip()
        else _legal(one.title)
        for one in types
    }


def _branches(tree: Xml.Element, taxonomy: Taxonomy, titles: Mapping[str, str]) -> None:
    """Put the types under their groups, in the order of the taxonomy; groups without a type are left out."""
    known: dict[str, Xml.Element] = {"": tree}
    taken = Counter([*titles.values(), *(_legal(one.title) for one in taxonomy.groups.values())])
    for one in _in_use(taxonomy):
        above = ""
        for group in taxonomy.path(one.parent):
            if group not in known:
                title = _legal(taxonomy.groups[group].title)
                title = title if title and taken[title] == 1 else f"{title} ({_legal(group)})"
                known[group] = Xml.SubElement(known[above], "Choice", value=title, alias=group)
            above = group
        Xml.SubElement(known[above], "Choice", value=titles[one.id], alias=one.id, hint=_legal(one.definition))


def _legal(text: str) -> str:
    """Return a text without the signs that XML cannot hold, on one line."""
    return " ".join(_NOT_XML.sub("", text).split())
