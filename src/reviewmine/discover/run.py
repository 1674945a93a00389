"""Discovery from end to end: statements to topics, a draft taxonomy, evidence and a card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.privacy import mask_many, without_masks
from reviewmine.discover.card import make_card
from reviewmine.discover.cluster import REST, Clusters, cluster
from reviewmine.discover.draft import draft_taxonomy, guided_codes, guided_draft, topic_codes
from reviewmine.discover.evidence import as_written, gather
from reviewmine.discover.guided import cluster_guided, guide_figures, make_seeds
from reviewmine.discover.intrinsic import Recluster
from reviewmine.discover.naming import name_tree
from reviewmine.discover.pictures import Sample, pick_sample
from reviewmine.discover.profile import profile_topics
from reviewmine.discover.rename import rename_topics
from reviewmine.discover.topics import Topics, describe
from reviewmine.embed.cache import cached_encoder
from reviewmine.embed.encoders import Encoder, Vectors
from reviewmine.errors import ReviewmineError
from reviewmine.language.normalize import normalize
from reviewmine.settings import Discover
from reviewmine.taxonomy.model import Taxonomy, Type, load_taxonomy

MIN_UNITS = 20
HAPPY = 3.5
"""Above this rating (of 5) what stands outside Недостатки is not taken for a pain."""


@dataclass(frozen=True)
class Discovery:
    """What a run found.

    ``left_out`` counts the statements that were not looked at, by reason; ``profiles`` say of each topic its share, months,
    ratings, fields, products and channels; ``sample`` is what the map is drawn from.
    """

    assignments: pd.DataFrame
    draft: Taxonomy
    evidence: list[dict[str, Any]]
    card: dict[str, Any]
    left_out: Mapping[str, int]
    profiles: list[dict[str, Any]]
    sample: Sample

    @property
    def types(self) -> tuple[Type, ...]:
        """Return the types that hold statements, in the order of ``profiles``; a guide may name others too."""
        return tuple(self.draft.type(profile["code"]) for profile in self.profiles)

    def summary(self) -> dict[str, Any]:
        """Return what the report shows: the card, and the topics with their sizes."""
        sizes = self.assignments["topic"].value_counts()
        shown = ("code", "title", "kind", "parent", "patterns", "include")
        topics = [kind.model_dump(include=set(shown)) | {"n": int(sizes.get(kind.code, 0))} for kind in self.types]
        groups = {code: group.title for code, group in self.draft.groups.items()}
        return {"card": self.card, "topics": topics, "groups": groups}


def discover_topics(
    statements: pd.DataFrame,
    reviews: pd.DataFrame,
    settings: Discover,
    *,
    name: str = "discovery",
    seed: int = 13,
    gold: Mapping[str, str] | None = None,
    mask: bool = True,
    vectors_folder: Path | None = None,
) -> Discovery:
    """Return the topics of ``statements``; vectors are kept in ``vectors_folder`` for the next run.

    ``reviews`` gives ratings, ``gold`` the one type of some reviews for the card. The result does not depend on the order
    of rows: everything is fitted on the distinct texts in sorted order. With ``settings.guide`` the types of that taxonomy
    come first, and the draft is that taxonomy with the new topics behind its types. Personal data is masked in everything
    that comes back; without ``mask`` the evidence keeps it, the draft never does.
    """
    units, left_out = select_units(statements, reviews, settings)
    if len(units) < MIN_UNITS:
        raise ReviewmineError(
            f"{len(units)} statements to discover in",
            expected=f"at least {MIN_UNITS}",
            do="bring more reviews or set discover.about: all",
        )
    guide = load_taxonomy(settings.guide) if settings.guide else None
    texts = [normalize(text) for text in units["text"]]
    encoder = cached_encoder(settings.encoder, vectors_folder if settings.cache else None).fit(texts)
    vectors = encoder.encode(texts)
    if not vectors.any():
        found = "no statement has a word that the encoder knows"
        raise ReviewmineError(found, where=settings.encoder, do="choose another encoder")
    clusters, codes, again = _clustered(texts, vectors, encoder, guide, settings, seed)
    if not len(clusters.centres):
        raise ReviewmineError(
            "every statement went to rest",
            expected=f"some with a topic of probability {settings.min_probability} or more",
            where="discover.min_probability",
            do="lower it",
        )
    shown = mask_many(units["text"].tolist())  # what a person may see, in key words and names too
    told = _tell(units, shown, vectors, clusters, codes, settings)
    sizes = np.bincount(clusters.topic[clusters.topic >= 0], minlength=len(codes)).tolist()
    card = make_card(units, told.texts, vectors, clusters, again, told.topics, codes, gold or {}, seed)
    draft = draft_taxonomy(name, codes, told.names, told.parents, told.topics, sizes, told.evidence)
    if guide:
        card["guide"] = guide_figures(guide, dict(zip(codes, sizes, strict=True)))
        draft = guided_draft(guide, draft)
    return Discovery(
        units[["review_id", "statement_id", "field", "start", "end"]].assign(
            topic=[codes[number] if number != REST else "rest" for number in clusters.topic],
            probability=clusters.probability.astype(float).round(4),
        ),
        draft,
        told.evidence if mask else as_written(told.evidence, units),
        card | {"left_out": dict(left_out)} | told.notes,
        left_out,
        profile_topics(units, reviews, clusters, codes),
        pick_sample(texts, shown if mask else units["text"].tolist(), vectors, clusters, told.topics),
    )


def _clustered(
    texts: Sequence[str], vectors: Vectors, encoder: Encoder, guide: Taxonomy | None, settings: Discover, seed: int
) -> tuple[Clusters, list[str], Recluster]:
    """Return the clusters, the code of each, and how they are found again in other texts or from another seed."""
    least = settings.min_probability
    if guide is None:
        clusters = cluster(texts, vectors, settings.types, seed, least)
        n_topics = len(clusters.centres)

        def again(rows: NDArray[np.int64], start: int) -> Clusters:
            return cluster([texts[i] for i in rows], vectors[rows], n_topics, start, least)

        return clusters, topic_codes(n_topics), again
    seeds = make_seeds(guide, encoder)
    found = cluster_guided(texts, vectors, seeds, settings.types, seed, least)

    def again_guided(rows: NDArray[np.int64], start: int) -> Clusters:
        return cluster_guided([texts[i] for i in rows], vectors[rows], seeds, settings.types, start, least).clusters

    return found.clusters, guided_codes(found.codes, {one.code for one in guide.types}), again_guided


@dataclass(frozen=True)
class _Told:
    """Topics in words: the normal masked ``texts``, key words, names of topics and parents, evidence, notes for the card."""

    texts: list[str]
    topics: Topics
    names: list[str]
    parents: list[str]
    evidence: list[dict[str, Any]]
    notes: dict[str, Any]


def _tell(
    units: pd.DataFrame,
    shown: Sequence[str],
    vectors: Vectors,
    clusters: Clusters,
    codes: Sequence[str],
    settings: Discover,
) -> _Told:
    """Return the topics in words, from masked texts only."""
    said = [without_masks(text) for text in shown]
    texts = [normalize(text) for text in said]
    topics = describe(texts, clusters.topic, clusters.centres)
    names, parents = name_tree(said, clusters.topic, topics)
    evidence = gather(units, shown, vectors, clusters, codes, settings.evidence)
    notes: dict[str, Any] = {}
    if settings.rename:
        words = [[word.replace("_", " ") for word, _ in listed] for listed in topics.words]
        renamed = rename_topics(names, codes, words, evidence, settings.rename)
        names, notes = renamed.names, {"renamed": renamed.n, "rename_problem": renamed.problem}
    return _Told(texts, topics, names, parents, evidence, notes)


def select_units(
    statements: pd.DataFrame, reviews: pd.DataFrame, settings: Discover
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the rows to discover in and, by reason, how many statements were left out."""
    null = statements["null"] != ""
    left_out = {"null answers": int(null.sum())}
    kept = statements[~null]
    if settings.about == "pains":
        rating = kept["review_id"].map(reviews.set_index("id")["rating"]).to_numpy()
        part, misplaced = kept["part"].to_numpy(), kept["misplaced"].to_numpy()
        own = np.isin(part, ["cons", "pros"])
        pain = ((part == "cons") & ~misplaced) | ((part == "pros") & misplaced) | (~own & ~(rating > HAPPY))
        left_out["praise and words of happy customers"] = int((~pain).sum())
        kept = kept[pain]
    if settings.unit == "review" and len(kept):
        kept = _whole_reviews(kept)
    return kept.reset_index(drop=True), left_out


def _whole_reviews(statements: pd.DataFrame) -> pd.DataFrame:
    """Return one row a review: its statements joined; the span is that of its first field."""
    rows = []
    for review, group in statements.groupby("review_id", sort=False):
        first = group.iloc[0]
        own = group[group["field"] == first["field"]]
        text = ". ".join(group["text"])
        rows.append(
            {
                **first.to_dict(),
                "statement_id": f"{review}:all",
                "start": own["start"].min(),
                "end": own["end"].max(),
                "text": text,
            }
        )
    return pd.DataFrame(rows, columns=statements.columns)
