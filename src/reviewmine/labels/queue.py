"""Which reviews to label next: those from which a model would learn most, unlike each other, with rare types among them.

A batch has three parts. Some reviews are drawn at random and flagged: figures on them alone are honest, for all others were
chosen because they are odd. Some are asked for the types with the fewest labels: what the taxonomy says of such a type, and
the model as far as it has seen it, name the likeliest reviews. The others stand for their region of the space: k-means over
the unlabelled reviews, each weighted by the model's uncertainty (as in the weighted k-means of Zhdanov, 2019, "Diverse
mini-batch active learning"), a type counting more the fewer labels it has. Without a model all weigh alike: the cold start.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.embed.encoders import Vectors
from reviewmine.errors import ReviewmineError

Why = Literal["random", "rare type", "unsure", "cluster"]
Floats = NDArray[np.floating]

RANDOM = 0.1
"""Share of a batch that is drawn at random."""
RARE = 0.1
"""Share of a batch that is asked for the types with the fewest labels."""
MOST = 20_000
"""Reviews that a batch is chosen from; of more, so many are drawn by ``candidates``."""
_TRUST = 3  # labels of a type at which its model counts as much as what the taxonomy says of it
_RARITY = 1.0  # power of the number of labels by which a type counts less
_SMALL = 1e-9


@dataclass(frozen=True)
class Known:
    """What is known before a batch; all arrays have a row a review, in the order of the ids.

    ``done`` are the reviews with a label, ``counts`` (types,) the labels of each type, ``probability`` (rows, types) the
    answers of a model, None without one, and ``nearness`` (rows, types) how near each review is to what the taxonomy says
    of a type, None without one.
    """

    done: NDArray[np.bool_]
    counts: NDArray[np.integer]
    probability: Floats | None = None
    nearness: Floats | None = None


@dataclass(frozen=True)
class Pick:
    """A review to label. ``row`` is its number, ``why`` it was chosen, ``type`` the column of the rare type it may have."""

    row: int
    why: Why
    type: int | None = None


def choose(
    ids: Sequence[str], vectors: Vectors, copies: Sequence[str], known: Known, n: int, seed: int = 0
) -> list[Pick]:
    """Return ``n`` reviews to label next, fewer when no more are left; the order of rows changes nothing.

    ``vectors`` are unit rows, ``copies`` the names of the groups of near copies: a batch has at most one of each group,
    and none of a group with a labelled review. The kinds of reviews are spread over the batch, so that whoever stops half
    way has some of each. Raises ``ReviewmineError`` for ``n`` below 1 and for ids that stand twice.
    """
    if n < 1:
        raise ReviewmineError(f"{n} reviews to choose", expected="at least 1", where="-n", do="ask for more")
    if len(set(ids)) < len(ids):
        raise ReviewmineError(
            "ids that stand twice", expected="one row a review", do="give each review an id of its own"
        )
    drawn = sorted(_left(ids, copies, known.done), key=lambda row: _draw(seed, ids[row]))
    n_random = min(len(drawn), max(1, round(RANDOM * n)))
    random, rest = drawn[:n_random], sorted(drawn[n_random:], key=lambda row: ids[row])
    rare = _rare(np.asarray(rest, dtype=np.int64), known, round(RARE * n))
    taken = {row for row, _ in rare}
    open_rows = np.asarray([row for row in rest if row not in taken], dtype=np.int64)
    with threadpool_limits(1):
        spread = _representatives(vectors, open_rows, _worth(known, open_rows), n - n_random - len(rare), seed)
    why: Why = "cluster" if known.probability is None else "unsure"
    return _mixed(
        [Pick(row, "random") for row in random],
        [Pick(row, "rare type", column) for row, column in rare],
        [Pick(row, why) for row in spread],
    )


def candidates(ids: Sequence[str], done: Sequence[bool] | NDArray[np.bool_], seed: int = 0) -> list[int]:
    """Return the rows to choose from, in rising order: those with a label, and at most ``MOST`` others, drawn."""
    others = sorted((row for row in range(len(ids)) if not done[row]), key=lambda row: _draw(seed, ids[row]))
    return sorted([*others[:MOST], *np.flatnonzero(done).tolist()])


def _left(ids: Sequence[str], copies: Sequence[str], done: NDArray[np.bool_]) -> list[int]:
    """Return the first row, by id, of each group of near copies without a labelled review."""
    met = {copies[row] for row in np.flatnonzero(done).tolist()}
    left = []
    for row in sorted(range(len(ids)), key=lambda row: ids[row]):
        if copies[row] not in met:
            met.add(copies[row])
            left.append(row)
    return left


def _draw(seed: int, name: str) -> bytes:
    """Return where a review stands in the order of a draw."""
    return hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogatepass")).digest()


def _rare(rows: NDArray[np.int64], known: Known, n: int) -> list[tuple[int, int]]:
    """Return ``n`` rows with the type that each is asked for: in turn the type with the fewest labels, counting the asked.

    Of a type, the review that its model and what the taxonomy says of it together find likeliest.
    """
    score = _likely(rows, known)
    if score is None or not len(known.counts):
        return []
    found: list[tuple[int, int]] = []
    counts, score = known.counts.astype(np.int64), score.copy()
    for _ in range(min(n, len(rows))):
        column = int(counts.argmin())
        place = int(score[:, column].argmax())
        found.append((int(rows[place]), column))
        score[place] = -np.inf
        counts[column] += 1
    return found


def _likely(rows: NDArray[np.int64], known: Known) -> NDArray[np.float64] | None:
    """Return how likely each type is for each row, (rows, types), by what there is of model and taxonomy; None of nothing."""
    model = known.probability[rows].astype(np.float64) if known.probability is not None else None
    if known.nearness is None or not len(rows):
        return model
    near = known.nearness[rows] - known.nearness[rows].mean(
        axis=1, keepdims=True
    )  # long reviews are near to every type
    near = np.clip(near / np.maximum(near.max(axis=0), _SMALL), 0, 1)
    if model is None:
        return np.asarray(near, dtype=np.float64)
    trust = known.counts / (known.counts + _TRUST)
    return np.asarray(trust * model + (1 - trust) * near, dtype=np.float64)


def _worth(known: Known, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weight of each row: the entropy of its types, rare ones counting more; all alike without a model."""
    if known.probability is None:
        return np.ones(len(rows))
    p = np.clip(known.probability[rows].astype(np.float64), _SMALL, 1 - _SMALL)
    entropy = -(p * np.log(p) + (1 - p) * np.log1p(-p))
    return np.asarray(entropy @ (known.counts + 1.0) ** -_RARITY)


def _representatives(
    vectors: Vectors, rows: NDArray[np.int64], worth: NDArray[np.float64], n: int, seed: int
) -> list[int]:
    """Return the row nearest to the centre of each of ``n`` clusters, those of the greatest worth first."""
    from sklearn.cluster import KMeans  # noqa: PLC0415

    n = min(n, len(rows))
    if n < 1:
        return []
    points = vectors[rows].astype(np.float64)
    weight = np.maximum(worth / max(worth.mean(), _SMALL), _SMALL)
    n_clusters = min(n, len(np.unique(points, axis=0)))
    fitted = KMeans(n_clusters, n_init=1, max_iter=30, random_state=seed).fit(points, sample_weight=weight)
    label = fitted.labels_
    near = np.round((points * fitted.cluster_centers_[label]).sum(axis=1), 9)
    first = np.lexsort((np.arange(len(rows)), -near, label))  # by cluster, the nearest to its centre first
    heads = first[np.unique(label[first], return_index=True)[1]]
    mass = np.bincount(label, weights=weight, minlength=n_clusters)
    heads = heads[np.argsort(-mass[label[heads]], kind="stable")]
    others = np.argsort(-weight, kind="stable")
    others = others[~np.isin(others, heads)]
    return [int(row) for row in rows[np.concatenate([heads, others])[:n]]]


def _mixed(*kinds: Sequence[Pick]) -> list[Pick]:
    """Return the picks of all kinds in one list, each kind spread evenly over it."""
    placed = [((i + 0.5) / len(kind), k, pick) for k, kind in enumerate(kinds) for i, pick in enumerate(kind)]
    return [pick for _, _, pick in sorted(placed, key=lambda one: one[:2])]
