"""Pictures of topics: a map of statements, the tree, topics over time. Where things stand, and drawings for a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.discover.cluster import REST, Clusters
from reviewmine.discover.topics import Topics
from reviewmine.discover.tree import merge_order
from reviewmine.embed.encoders import Vectors
from reviewmine.errors import missing_extra

N_POINTS = 1_500
"""Statements on the map."""
PALETTE = (
    "#4e79a7", "#c8553d", "#5a9a68", "#b07aa1", "#c98a1b", "#3f8f96", "#9c755f", "#7a6fb0", "#d37295", "#6b7f3a",
)  # fmt: skip
GREY = "#9aa0a6"
_SHOWN = 160  # characters of a statement under the pointer
_NEIGHBOURS = 30
_LABELLED, _ROWS = 20, 15  # topics with a name on the map, rows of the picture of months
_FEWEST = 10


@dataclass(frozen=True)
class Sample:
    """Statements for the map: ``topic`` and ``text`` a row, ``vectors`` of shape (rows, dimensions), and the merges of topics.

    ``merges`` is scipy's linkage of the topics, shape (topics - 1, 4).
    """

    topic: NDArray[np.int64]
    text: tuple[str, ...]
    vectors: Vectors
    merges: NDArray[np.float64]


def pick_sample(
    texts: Sequence[str], shown: Sequence[str], vectors: Vectors, clusters: Clusters, topics: Topics
) -> Sample:
    """Return up to ``N_POINTS`` distinct texts, spread evenly over the topics' texts in sorted order."""
    rows = np.unique(np.asarray(texts, dtype=object), return_index=True)[1]
    rows = rows[(clusters.topic[rows] != REST) & vectors[rows].any(axis=1)]
    rows = rows[np.argsort(clusters.topic[rows], kind="stable")]
    picked = (
        rows[np.unique(np.linspace(0, len(rows) - 1, min(N_POINTS, len(rows))).round().astype(int))]
        if len(rows)
        else rows
    )
    merges = merge_order(clusters.centres, topics.words) if len(clusters.centres) > 1 else np.zeros((0, 4))
    return Sample(clusters.topic[picked], tuple(shown[i][:_SHOWN] for i in picked), vectors[picked], merges)


def project(vectors: Vectors, seed: int = 13) -> NDArray[np.float64]:
    """Return a place on the map for each row, shape (rows, 2), between 0 and 1.

    t-SNE from the two principal components (van der Maaten and Hinton, 2008; Kobak and Berens, 2019), on one thread: the
    same rows stand in the same places. Fewer than ten rows are placed by the components alone.
    """
    return _projected(np.ascontiguousarray(vectors).tobytes(), vectors.dtype.str, vectors.shape, seed).copy()


@lru_cache(maxsize=2)  # a page and a notebook show the same map, and it takes seconds
@threadpool_limits.wrap(limits=1)
def _projected(content: bytes, dtype: str, shape: tuple[int, ...], seed: int) -> NDArray[np.float64]:
    """Return ``project`` of the array with this content."""
    from sklearn.decomposition import PCA  # noqa: PLC0415
    from sklearn.manifold import TSNE  # noqa: PLC0415

    vectors = np.frombuffer(content, dtype=dtype).reshape(shape).copy()
    if len(vectors) < 3 or vectors.shape[1] < 2:
        return np.full((len(vectors), 2), 0.5)
    if len(vectors) < _FEWEST:
        places = PCA(2, svd_solver="full").fit_transform(vectors.astype(np.float64))
    else:
        nearest = min(_NEIGHBOURS, (len(vectors) - 1) // 3)
        places = TSNE(2, perplexity=nearest, init="pca", metric="cosine", random_state=seed).fit_transform(vectors)
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.where(high > low, high - low, 1), dtype=np.float64)


def colours(group: Sequence[int]) -> list[str]:
    """Return a colour for each topic: that of its parent; topics that stand alone are grey."""
    return [PALETTE[number % len(PALETTE)] if number >= 0 else GREY for number in group]


def label_places(
    places: NDArray[np.float64], topic: NDArray[np.int64], n: int = _LABELLED
) -> dict[int, tuple[float, float]]:
    """Return for the ``n`` largest topics the place of the statement in their middle."""
    found = {}
    for number in sorted({int(one) for one in topic})[:n]:
        own = places[topic == number]
        middle = own[np.argmin(np.abs(own - np.median(own, axis=0)).sum(axis=1).round(9))]
        found[number] = (float(middle[0]), float(middle[1]))
    return found


def draw_map(sample: Sample, titles: Sequence[str], group: Sequence[int], axes: Any = None) -> Any:
    """Return matplotlib axes with the map of statements, coloured by parent, the largest topics named."""
    axes = axes if axes is not None else _axes(10, 7)
    places, colour = project(sample.vectors), colours(group)
    axes.scatter(
        places[:, 0], places[:, 1], s=6, c=[colour[number] for number in sample.topic], alpha=0.6, linewidths=0
    )
    for number, (x, y) in label_places(places, sample.topic).items():
        axes.text(
            x, y, titles[number], fontsize=8, ha="center", bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "pad": 1}
        )
    axes.set_axis_off()
    axes.set_title("Карта высказываний")
    return axes


def draw_tree(sample: Sample, titles: Sequence[str], axes: Any = None) -> Any:
    """Return matplotlib axes with the tree in which topics merge."""
    from scipy.cluster.hierarchy import dendrogram  # noqa: PLC0415

    axes = axes if axes is not None else _axes(8, max(3.0, 0.22 * len(titles)))
    if len(titles) > 1:
        dendrogram(
            sample.merges,
            labels=list(titles),
            orientation="right",
            color_threshold=0,
            above_threshold_color="#4878a8",
            ax=axes,
        )
    axes.tick_params(axis="y", labelsize=8)
    axes.set_title("Дерево тем")
    return axes


def draw_months(profiles: Sequence[Mapping[str, Any]], titles: Sequence[str], axes: Any = None) -> Any:
    """Return matplotlib axes with the share of the largest topics in each month's statements."""
    axes = axes if axes is not None else _axes(10, 5)
    months, table = month_shares(profiles)
    shown = table[:_ROWS]
    if shown.size:
        axes.imshow(shown, aspect="auto", cmap="Oranges", vmin=0)
    axes.set_yticks(range(len(shown)), titles[: len(shown)], fontsize=8)
    step = max(1, len(months) // 12)
    axes.set_xticks(range(0, len(months), step), months[::step], rotation=60, fontsize=8)
    axes.set_title("Темы по месяцам: доля высказываний месяца")
    return axes


def month_shares(profiles: Sequence[Mapping[str, Any]]) -> tuple[list[str], NDArray[np.float64]]:
    """Return the months, and each topic's share of the month's statements in topics, shape (topics, months)."""
    months = list(profiles[0]["months"]) if profiles else []
    counts = np.asarray([[one["months"][month] for month in months] for one in profiles], dtype=np.float64)
    counts = counts.reshape(len(profiles), len(months))
    return months, counts / np.maximum(1, counts.sum(axis=0))


def _axes(width: float, height: float) -> Any:
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("matplotlib", "lab", "drawing topics") from error
    return plt.subplots(figsize=(width, height), layout="constrained")[1]
