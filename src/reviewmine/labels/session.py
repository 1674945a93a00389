"""A sitting of one labeller: reviews one after another, answers written to the store at once, the last one taken back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.privacy import mask
from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import (
    WITHDRAWN,
    Label,
    Verdict,
    append_labels,
    current,
    in_force,
    name_of,
    now,
    read_labels,
)
from reviewmine.router import TEXT_FIELDS, Router
from reviewmine.taxonomy.model import Taxonomy

MOST_SHOWN: Final = 9
"""Types suggested with a review: one a digit key."""
MOST_CHARACTERS: Final = 20_000
"""Of a field that are shown."""
BESIDE: Final = ("rating", "date", "channel", "product", "group")
"""What is shown of a review beside its fields."""


@dataclass(frozen=True)
class Step:
    """What was done with a review, so that it can be taken back; ``labels`` is empty for one that was skipped."""

    review: str
    labels: tuple[Label, ...]


class Session:
    """Reviews in the order given, of which ``who`` answers for one at a time. Holds what was done in this sitting.

    Every answer is in ``store`` when ``answer`` returns, so nothing is lost when the kernel dies; a new session on the
    same store goes on after it. A skipped review stays unasked and comes back in the next session.
    """

    def __init__(
        self,
        reviews: pd.DataFrame,
        taxonomy: Taxonomy,
        store: str | Path,
        who: str,
        suggestions: Mapping[str, Sequence[str]] | None = None,
        *,
        masked: bool = True,
        clock: Callable[[], str] = now,
    ) -> None:
        """Take the reviews to label, in order, and ``suggestions``: codes by review id, the likeliest first.

        Where fewer than nine are suggested, the types taken most often so far follow. Texts are ``masked`` before they
        are shown, as a notebook keeps what it shows. Raises ``ReviewmineError`` for a store whose labels have
        to be migrated first, an unknown code among the suggestions, or no name.
        """
        if not who.strip():
            raise ReviewmineError(
                "no name", expected="who labels", where="who", do="give a name, it stands in every label"
            )
        self.taxonomy, self.store, self.who = taxonomy, Path(store), who.strip()
        self._masked, self._clock = masked, clock
        self._types = {one.id: one for one in taxonomy.types if one.status != "deprecated"}
        ids = {one.code: one.id for one in self._types.values()}
        self._suggested = {review: self._ids_of(codes, ids) for review, codes in (suggestions or {}).items()}
        before = read_labels(self.store) if self.store.exists() else []
        current(before, taxonomy)
        mine = [one for one in in_force(before) if one.who == self.who]
        done = {one.review for one in mine}
        rows = [
            {str(name): value for name, value in row.items()}
            for row in reviews.drop_duplicates("id").to_dict("records")
        ]
        self._rows = [row for row in rows if str(row["id"]) not in done]
        self.n_before = len(rows) - len(self._rows)
        self._taken = [one.type for one in mine if one.verdict == "yes"]
        self.steps: list[Step] = []

    @property
    def review(self) -> str:
        """Return the id of the review that is asked about; "" when all are done."""
        return str(self._rows[len(self.steps)]["id"]) if len(self.steps) < len(self._rows) else ""

    @property
    def n_answered(self) -> int:
        """Return the number of reviews answered in this sitting."""
        return sum(bool(step.labels) for step in self.steps)

    def shown(self) -> tuple[str, ...]:
        """Return the ids of the types suggested with this review, at most nine: what stands under the digits."""
        told = self._suggested.get(self.review, ())
        often = sorted(set(self._taken), key=lambda kind: (-self._taken.count(kind), kind))
        return tuple(dict.fromkeys((*told, *often)))[:MOST_SHOWN]

    def answer(self, yes: Sequence[str], unsure: Sequence[str] = ()) -> tuple[Label, ...]:
        """Write what was said of this review and go on; return the labels.

        Types that were shown and not named are a "no"; types that were not shown stay unknown. Types are ids. Raises
        ``ReviewmineError`` for a type that is not in use, that is named twice, or an answer that says nothing.
        """
        self._check(yes, unsure)
        verdicts: dict[str, Verdict] = dict.fromkeys(self.shown(), "no")
        verdicts.update(dict.fromkeys(yes, "yes"))
        verdicts.update(dict.fromkeys(unsure, "unsure"))
        if not verdicts:
            raise ReviewmineError("an answer without a type", expected="a type", do="name one, or skip the review")
        when, name = self._clock(), name_of(self.taxonomy)
        labels = tuple(
            Label(self.review, kind, verdict, self.who, when, "person", name) for kind, verdict in verdicts.items()
        )
        append_labels(self.store, labels)
        self.steps.append(Step(self.review, labels))
        self._taken += yes
        return labels

    def skip(self) -> None:
        """Go on without a word on this review."""
        if self.review:
            self.steps.append(Step(self.review, ()))

    def undo(self) -> bool:
        """Take back the last step of this sitting and tell whether there was one: the store says that it is withdrawn.

        Nothing leaves the store, so what others append to it meanwhile is safe.
        """
        if not self.steps:
            return False
        labels = self.steps[-1].labels
        if labels:
            when = max(self._clock(), labels[0].when)  # a clock that is set back must not bring the answer back
            append_labels(self.store, [replace(one, verdict=WITHDRAWN, when=when) for one in labels])
        self.steps.pop()
        for one in labels:
            if one.verdict == "yes":
                self._taken.remove(one.type)
        return True

    def view(self) -> dict[str, Any]:
        """Return what a labeller is shown, as plain data: the review, the suggested types, how far the sitting is."""
        progress = {
            "n": self.n_before + len(self._rows),
            "done": self.n_before + len(self.steps),
            "answered": self.n_answered,
            "undo": bool(self.steps),
        }
        if not self.review:
            return {"review": "", "fields": [], "beside": [], "shown": [], **progress}
        row = self._rows[len(self.steps)]
        return {
            "review": self.review,
            "fields": [[name, self._text(row[name])] for name in TEXT_FIELDS if _says(row.get(name))],
            "beside": [[name, self._text(_plain(row[name]))] for name in BESIDE if _says(row.get(name))],
            "shown": list(self.shown()),
            **progress,
        }

    def types(self) -> list[dict[str, str]]:
        """Return the types in use as plain data, for names and search."""
        groups = self.taxonomy.groups
        return [
            {
                "id": one.id,
                "code": one.code,
                "title": one.title,
                "group": groups[one.parent].title if one.parent else "",
                "definition": one.definition,
            }
            for one in self._types.values()
        ]

    def _ids_of(self, codes: Sequence[str], ids: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of suggested codes."""
        unknown = next((code for code in codes if code not in ids), None)
        if unknown is not None:
            expected = f"codes in use in {name_of(self.taxonomy)}"
            raise ReviewmineError(f"suggested type {unknown!r}", expected=expected, do="suggest by the same taxonomy")
        return tuple(ids[code] for code in codes)

    def _check(self, yes: Sequence[str], unsure: Sequence[str]) -> None:
        """Raise ``ReviewmineError`` for an answer that cannot be written."""
        if not self.review:
            raise ReviewmineError("every review is answered", do="bring more reviews, or take the last answer back")
        named = [*yes, *unsure]
        for kind in named:
            if kind not in self._types:
                expected = f"the id of a type in use in {name_of(self.taxonomy)}"
                raise ReviewmineError(f"type {str(kind)[:40]!r}", expected=expected, do="take one of the list")
        if len(set(named)) < len(named):
            raise ReviewmineError("a type that is named twice", expected="yes or unsure", do="choose one")

    def _text(self, value: Any) -> str:
        """Return a text as it is shown."""
        text = str(value)[:MOST_CHARACTERS]
        return mask(text) if self._masked else text


def suggest(router: Router, reviews: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the likeliest types of each review by a router, as codes, the likeliest first."""
    rows = [{str(name): value for name, value in row.items()} for row in reviews.to_dict("records")]
    probability = router.score(rows).probability if rows else np.zeros((0, len(router.bundle.types)))
    return likeliest(probability, reviews["id"], [str(one["code"]) for one in router.bundle.types])


def likeliest(
    probability: NDArray[np.floating[Any]], reviews: Iterable[str], codes: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the nine likeliest of ``codes`` for each review, from ``probability`` (reviews, types)."""
    order = (-probability).argsort(axis=1, kind="stable")[:, :MOST_SHOWN].tolist()
    return {str(name): tuple(codes[k] for k in best) for name, best in zip(reviews, order, strict=True)}


def _says(value: Any) -> bool:
    """Tell whether a cell holds something."""
    return not pd.isna(value) and bool(str(value).strip())


def _plain(value: Any) -> Any:
    """Return a cell as people write it: whole stars, a day without a time at midnight."""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    return int(value) if isinstance(value, float) and value.is_integer() else value
