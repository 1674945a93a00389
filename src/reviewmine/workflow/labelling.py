"""Labels and the classifier brought together: what to label next, when to stop, and which labels to look at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.classify.curve import MORE, Curve, learning_curve
from reviewmine.classify.out_of_fold import out_of_fold
from reviewmine.corpus.cells import shown
from reviewmine.corpus.copies import copy_groups
from reviewmine.embed.encoders import Vectors, make_encoder
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_table
from reviewmine.labels.audit import Doubt, audit, confused
from reviewmine.labels.dataset import labelled_set, plain_text, plain_texts
from reviewmine.labels.queue import Known, Pick, candidates, choose
from reviewmine.labels.similar import nearness
from reviewmine.labels.store import Label, as_rows, consensus, current
from reviewmine.language.normalize import normalize
from reviewmine.router import TEXT_FIELDS, Router
from reviewmine.settings import Data, Experiment, Model, load_experiment
from reviewmine.taxonomy.model import Taxonomy, Type, load_taxonomy
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.training import prepared, read_labelled

WORTH = 0.01
"""Micro F1 that the next ``MORE`` labels must be expected to bring for labelling to go on."""
BUDGETS = (0.05, 0.10, 0.15)
"""Parts of the audited list for which the closing lines tell how many wrong labels are expected."""
_LEAST = 100  # reviews with a type from which a learning curve says anything
_SUGGESTED = 3
_CHARS = 1_000  # of a field in the queue, of a review in the audit
_BRIEF = 160  # of a neighbour


@dataclass(frozen=True)
class Queued:
    """The rows of a queue, as written, how many reviews had a label before, and the taxonomy whose types counted."""

    rows: pd.DataFrame
    n_done: int
    taxonomy: Taxonomy | None


@dataclass(frozen=True)
class Audited:
    """The rows of an audit, as written; ``expected`` are the wrong labels expected in all of them."""

    rows: pd.DataFrame
    expected: float
    lines: tuple[str, ...]


def queue_labels(
    reviews: pd.DataFrame,
    out: Path,
    n: int,
    model: str | Path = "none",
    taxonomy: Path | None = None,
    labels: Sequence[Label] = (),
    *,
    seed: int = 0,
    mask: bool = True,
) -> Queued:
    """Write the ``n`` reviews to label next. The types are those of the bundle ``model``, or of the file ``taxonomy``.

    Without either, reviews are chosen by their texts alone. Labels of rules do not make a review labelled. Raises
    ``ReviewmineError`` for labels of another taxonomy, and when both a bundle and a taxonomy are named.
    """
    router, given = _types_of(str(model), taxonomy)
    types = [one for one in given.types if one.status != "deprecated"] if given else []
    told = [one for one in labels if one.how != "rule"]
    if given:
        current(told, given)
    frame = reviews.sort_values("id", kind="stable").reset_index(drop=True)
    done = frame["id"].isin({one.review for one in told}).to_numpy()
    frame = frame.iloc[candidates(frame["id"].tolist(), done, seed)].reset_index(drop=True)
    texts = plain_texts(frame)
    done = frame["id"].isin({one.review for one in told}).to_numpy()
    asked = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")] if router else []
    probability = router.score(asked).probability if router else None
    known = Known(done, _counts(told, types), probability, _near(texts, types))
    picks = choose(frame["id"].tolist(), _vectors(texts), copy_groups(texts), known, n, seed)
    rows = pd.DataFrame([_queued(i, pick, frame, types, known, mask) for i, pick in enumerate(picks, start=1)])
    write_table(out, rows)
    return Queued(rows, int(done.sum()), given)


def advice(reviews: pd.DataFrame, taxonomy: Taxonomy | None, labels: Sequence[Label], seed: int = 0) -> str:
    """Return whether more labels pay, by the learning curve of a small model; labels of rules are left out.

    Raises ``ReviewmineError`` without a taxonomy.
    """
    if taxonomy is None:
        found, do = "no types to learn", "name the taxonomy of the labels"
        raise ReviewmineError(found, expected="a bundle or a taxonomy", where="--advice", do=do)
    rows = as_rows([one for one in labels if one.how != "rule"], reviews, taxonomy)
    n = int((rows["types"] != "").sum())
    if n < _LEAST:
        return f"advice: go on, {n} reviews have a type and a learning curve needs {_LEAST}"
    data, model = Data(), Model(encoder="none", taxonomy_rows="no")
    experiment = Experiment(name="labels", seed=seed, data=data, model=model)
    return advice_of(learning_curve(labelled_set(rows, data, taxonomy), taxonomy, experiment))


def advice_of(curve: Curve) -> str:
    """Return what a learning curve says of the next labels: go on, near the end, or stop."""
    value, low, high = (100 * float(curve.gain[name]) for name in ("value", "low", "high"))
    told = f"the next {MORE} labels are expected to bring {value:+.1f} points of micro F1 ({low:+.1f} to {high:+.1f})"
    worth = 100 * WORTH
    if high < worth:
        return f"advice: stop, {told}; check rare types and the audit first"
    return f"advice: {'go on' if value >= worth else 'near the end'}, {told}"


def audit_labels(
    path: str | Path, changes: Sequence[str], out: Path, *, mask: bool = True, say: Say = quiet
) -> Audited:
    """Write the labels of an experiment, the most doubtful first, with evidence and the expected gain."""
    experiment = load_experiment(path, list(changes))
    given = load_taxonomy(experiment.taxonomy) if experiment.taxonomy else None
    labelled, taxonomy = prepared(read_labelled(experiment, say, where=str(path)), experiment, given)
    probability, targets, codes = out_of_fold(labelled, taxonomy, experiment)
    types = [taxonomy.type(code) for code in codes]
    texts = [plain_text(review) for review in labelled.reviews]
    vectors = _vectors(texts, labelled.unlabelled)
    doubts = audit(probability, targets, vectors, labelled.groups, [one.parent for one in types])
    brief = _BRIEF if mask else None
    rows, expected = [], 0.0
    for rank, one in enumerate(doubts, start=1):
        expected += one.wrong
        rows.append(_doubted(rank, one, expected, labelled.reviews, labelled.types, texts, types, brief))
    frame = pd.DataFrame(rows)
    write_table(out, frame)
    return Audited(frame, expected, tuple(_told(doubts, types)))


def _vectors(texts: Sequence[str], more: Sequence[str] = ()) -> Vectors:
    """Return the vectors of ``texts`` in the space of these texts and ``more``."""
    said = [normalize(text) for text in texts]
    return make_encoder("domain").fit([*said, *map(normalize, more)]).encode(said)


def _counts(labels: Sequence[Label], types: Sequence[Type]) -> Any:
    """Return how many reviews have each type."""
    place = {one.id: k for k, one in enumerate(types)}
    held = [place[kind] for (_, kind), one in consensus(labels).items() if one.verdict == "yes" and kind in place]
    return np.bincount(held, minlength=len(types)).astype(np.int64) if types else np.zeros(0, dtype=np.int64)


def _near(texts: Sequence[str], types: Sequence[Type]) -> Any:
    """Return how near each text is to what each type says of itself; None where the types are bare codes."""
    return nearness(texts, types) if any(one.definition or one.include for one in types) else None


def _queued(
    rank: int, pick: Pick, frame: pd.DataFrame, types: Sequence[Type], known: Known, mask: bool
) -> dict[str, Any]:
    """Return a row of the queue; ``random`` tells the reviews on which figures are honest."""
    review = frame.iloc[pick.row]
    told = known.probability[pick.row] if known.probability is not None else None
    best = np.argsort(-told, kind="stable")[:_SUGGESTED] if told is not None else ()
    return {
        "rank": rank,
        "id": review["id"],
        "why": pick.why,
        "random": "yes" if pick.why == "random" else "no",
        "asked_for": types[pick.type].code if pick.type is not None else "",
        "suggested": "|".join(types[k].code for k in best),
        "probability": "|".join(f"{told[k]:.2f}" for k in best) if told is not None else "",
        **{name: _seen(review[name], _CHARS, mask) for name in TEXT_FIELDS},
    }


def _doubted(
    rank: int,
    one: Doubt,
    expected: float,
    reviews: Sequence[dict[str, Any]],
    held: Sequence[tuple[str, ...]],
    texts: Sequence[str],
    types: Sequence[Type],
    brief: int | None,
) -> dict[str, Any]:
    """Return a row of the audit."""
    given, rival = types[one.given], types[one.rival]
    near = [
        f"{reviews[i]['id']} [{'|'.join(held[i])}] {_seen(texts[i], _BRIEF, brief is not None)}" for i in one.neighbours
    ]
    return {
        "rank": rank,
        "id": str(reviews[one.row]["id"]),
        "given": given.code,
        "given_title": given.title,
        "confidence": round(one.confidence, 3),
        "suggested": rival.code,
        "suggested_title": rival.title,
        "suggested_confidence": round(one.rival_confidence, 3),
        "related": "yes" if one.related else "no",
        "company": round(one.company, 3),
        "wrong": round(one.wrong, 3),
        "expected": round(expected, 2),
        "text": _seen(texts[one.row], _CHARS, brief is not None),
        **{f"neighbour_{k}": near[k - 1] if k <= len(near) else "" for k in (1, 2, 3)},
    }


def _seen(text: Any, most: int, mask: bool) -> str:
    """Return a text for a table: masked and cut, or as it is."""
    whole = str(text or "")
    return shown(whole, most) if mask else whole


def _told(doubts: Sequence[Doubt], types: Sequence[Type]) -> list[str]:
    """Return how many wrong labels to expect in the first parts of the list, and between which types."""
    total = sum(one.wrong for one in doubts)
    lines = []
    for budget in BUDGETS:
        first = doubts[: round(budget * len(doubts))]
        found = sum(one.wrong for one in first)
        lines.append(f"first {budget:.0%}, {len(first)} labels: about {found:.0f} of {total:.0f} wrong ones expected")
    for given, rival, expected, related in confused(doubts):
        near = ", of one group" if related else ""
        lines.append(f"{types[given].code} for {types[rival].code}: about {expected:.1f}{near}")
    return lines


def _types_of(model: str, taxonomy: Path | None) -> tuple[Router | None, Taxonomy | None]:
    """Return the router of a bundle, none for the word ``none``, and the taxonomy of the bundle or the file."""
    if model == "none":
        return None, load_taxonomy(taxonomy) if taxonomy else None
    if taxonomy:
        found, expected = "a bundle and a taxonomy file", "one of them: a bundle has its own"
        raise ReviewmineError(found, expected=expected, where="--taxonomy", do="leave it out")
    router = Router.load(model)
    return router, Taxonomy.model_validate(dict(router.bundle.taxonomy))
