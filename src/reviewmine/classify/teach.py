"""Texts without types as lessons: a teacher names the types of those that it is sure of, and the linear model learns them.

The teacher is the model itself (self-training: Scudder, 1965; Yarowsky, 1995) or a linear head on the vectors of a
sentence-transformers encoder, whose knowledge so ends in the linear model (distillation: Hinton, Vinyals and Dean, 2015).
It learns from the very rows that its pupil learns from, so that a held-out fold teaches nobody. What it teaches ships only
when held-out rows say that it helps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.linear import fit_linear
from reviewmine.classify.significance import significance
from reviewmine.corpus.copies import copy_groups
from reviewmine.embed.encoders import make_encoder
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled, plain_text
from reviewmine.router.hashing import F32
from reviewmine.router.policy import Head, chosen, probabilities
from reviewmine.settings import PolicySettings

NOBODY, ITSELF = "none", "self"
_YES, _NO = 0.5, -0.3  # margins from which a type is there, and up to which it is not; between them a text is in doubt
_C = 1.0  # of the head on an encoder's vectors, inverse regularisation
_FIGURES = ("micro_f1", "macro_f1")  # one must gain and none lose

Mask = NDArray[np.bool_]
Reviews = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Pool:
    """Texts that may become lessons, as reviews of one field; ``vectors`` are those of an encoder, empty without one."""

    reviews: tuple[dict[str, str], ...]
    vectors: Mapping[str, NDArray[np.float64]]
    """Text to its vector, of these reviews and of all that is learned from."""

    def encoder_margins(self, learned: Reviews, held: Mask, seed: int, head: Head) -> F32:
        """Return the margins (texts, types) of a head on the vectors of ``learned``, with types ``held``."""
        known, asked = (np.stack([self.vectors[plain_text(one)] for one in rows]) for rows in (learned, self.reviews))
        centre = known.mean(axis=0)  # sentence vectors lie in a narrow cone
        weights, intercept = fit_linear(sp.csr_matrix(known - centre), held, _C, seed, head)
        return np.asarray((asked - centre) @ weights + intercept, dtype=np.float32)


def make_pool(labelled: Labelled, learned: Reviews, teacher: str) -> Pool | None:
    """Return the texts without types that ``teacher`` may teach, near copies of each other and of any labelled row left out.

    ``learned`` are all rows that a model may learn from. Without a teacher there is none. Raises ``ReviewmineError`` when
    no text is left or the encoder does not load.
    """
    if teacher == NOBODY:
        return None
    mine = [plain_text(review) for review in (*labelled.reviews, *labelled.outside)]
    names = copy_groups([*mine, *labelled.unlabelled])
    known, first = set(names[: len(mine)]), {}
    for name, text in zip(names[len(mine) :], labelled.unlabelled, strict=True):
        first.setdefault(name, text)
    texts = sorted(text for name, text in first.items() if name not in known)
    if not texts:
        raise ReviewmineError(
            "no text without types that is not a copy of a labelled row",
            expected="texts to teach",
            where=f"model.teacher: {teacher_name(teacher)}",
            do="name a file under data.unlabelled, or set model.teacher: none",
        )
    reviews = tuple({"text": text} for text in texts)
    if teacher == ITSELF:
        return Pool(reviews, {})
    every = sorted({*texts, *map(plain_text, learned)})
    vectors = make_encoder(f"sentence:{teacher}").fit(every).encode(every)
    rounded = vectors.astype(np.float16).astype(np.float64)  # batches and threads change the last digits
    return Pool(reviews, dict(zip(every, rounded, strict=True)))


def sure(margins: F32, n_known: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    """Return the rows whose types are beyond doubt, and the types of each (rows, types).

    A row is sure when some type reaches ``_YES`` and no other lies between that and ``_NO``. Of the rows with the same best
    type the surest are taken, at most as many as the type has rows without them, ``n_known``: so big types do not drown
    rare ones, and of a type that the teacher hardly knows it teaches hardly anything. Ties fall in the order of the rows.
    """
    best, top, types = margins.argmax(axis=1), margins.max(axis=1), margins >= _YES
    clear = (top >= _YES) & ~((margins > _NO) & ~types).any(axis=1)
    order = np.argsort(-top, kind="stable")
    taken = [order[clear[order] & (best[order] == k)][:n] for k, n in enumerate(n_known)]
    rows = np.sort(np.concatenate(taken))
    return rows, types[rows]


def judge(
    plain: F32, taught: F32, targets: Mask, groups: Sequence[str], head: Head, settings: PolicySettings, seed: int
) -> dict[str, Any]:
    """Return for the card whether the taught model is better than the plain one, by their margins for rows held out.

    Each decides by a policy of its own. It is better when micro or macro F1 gain outside the interval of the paired
    difference, and neither loses; the taught one stands ``first`` among the figures.
    """
    sides = []
    for margins in (taught, plain):
        policy = fit_policy(margins, targets, head, settings)
        sides.append(chosen(probabilities(margins, policy), policy))
    found = significance(sides[0], sides[1], targets, groups, seed)
    verdicts = [found[name]["verdict"] for name in _FIGURES]
    return {"kept": "better" in verdicts and "worse" not in verdicts, "taught_over_plain": found}


def teacher_name(teacher: str) -> str:
    """Return how a teacher is named where nothing may tell a folder of this machine: a folder by its last part."""
    return Path(teacher).name if Path(teacher).exists() else teacher
