"""The evidence of a topic: what is at its heart, at its edge, and just outside."""

import numpy as np
import pytest

from discover.planted import clusters_of, planted, units_of
from reviewmine.discover.cluster import REST
from reviewmine.discover.evidence import as_written, gather

CODES = ["topic-01", "topic-02", "topic-03", "topic-04"]


@pytest.fixture(scope="module")
def found():
    texts, vectors, truth = planted(spread=0.4)
    topic = truth.copy()
    topic[::17] = REST
    units = units_of(texts)
    clusters = clusters_of(vectors, topic)
    return gather(units, [f"скрыто {text}" for text in texts], vectors, clusters, CODES, 6), units, vectors, clusters


def of(rows, code, role):
    return [row for row in rows if (row["topic"], row["role"]) == (code, role)]


def place(row):
    return int(row["statement_id"][1:])


def test_every_topic_has_every_role(found):
    rows, *_ = found
    for code in CODES:
        counts = [len(of(rows, code, role)) for role in ("central", "diverse", "boundary", "counter")]
        assert counts == [6, 6, 3, 3]
        ids = [row["statement_id"] for row in rows if row["topic"] == code]
        assert len(set(ids)) == len(ids)


def test_central_statements_are_the_nearest_to_the_centre(found):
    rows, _, vectors, clusters = found
    for number, code in enumerate(CODES):
        near = vectors @ clusters.centres[number]
        rest = np.setdiff1d(np.flatnonzero(clusters.topic == number), [place(row) for row in of(rows, code, "central")])
        assert min(near[place(row)] for row in of(rows, code, "central")) >= near[rest].max()


def test_a_counter_example_is_alike_and_elsewhere(found):
    rows, _, vectors, clusters = found
    for number, code in enumerate(CODES):
        picked = of(rows, code, "counter")
        outside = np.flatnonzero(clusters.topic != number)
        near = vectors @ clusters.centres[number]
        assert {place(row) for row in picked} <= set(outside)
        assert near[place(picked[0])] == pytest.approx(near[outside].max(), abs=1e-5)
        for row in picked:
            own = clusters.topic[place(row)]
            assert row["other"] == ("rest" if own == REST else CODES[own])


def test_a_boundary_statement_names_the_topic_it_lies_near(found):
    rows, _, vectors, clusters = found
    for number, code in enumerate(CODES):
        for row in of(rows, code, "boundary"):
            near = vectors[place(row)] @ clusters.centres.T
            near[number] = -2
            assert row["other"] == CODES[int(near.argmax())]


def test_shown_is_what_was_masked(found):
    rows, units, *_ = found
    assert all(row["text"].startswith("скрыто ") for row in rows)
    assert not any(row["text"].startswith("скрыто ") for row in as_written(rows, units))


def test_the_order_of_rows_changes_nothing(found):
    rows, units, vectors, clusters = found
    order = np.random.default_rng(3).permutation(len(units))
    moved = clusters_of(vectors, clusters.topic)
    moved = type(moved)(moved.topic[order], moved.probability[order], clusters.centres, moved.cohesion, moved.stability)
    shown = [f"скрыто {text}" for text in units["text"]]
    again = gather(units.iloc[order], [shown[i] for i in order], vectors[order], moved, CODES, 6)
    assert again == rows
