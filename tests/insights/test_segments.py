"""Filters mean what they say and name what there is; two segments differ when a test says so."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from insights.given_mentions import table
from reviewmine.errors import ReviewmineError
from reviewmine.insights.segments import MIN_COUNT, compare_segments, parse_filter
from reviewmine.intervals import newcombe

TAXONOMY = {
    "types": [{"code": "late", "title": "Опоздание", "kind": "complaint"}, {"code": "kind", "kind": "gratitude"}]
}
REVIEWS = {
    "channel": ["app", "app", "site", "site", ""],
    "group": ["Кухня", "Дрели, шуруповёрты", "Дрели, шуруповёрты", "Кухня", "Кухня"],
    "store": [1, 2, 2, 3, 3],
}
FILTERS = [
    ("channel=app", [0, 1]),
    (" channel = site , store = 2 ", [2]),
    ("channel=app,channel=site", [0, 1, 2, 3]),
    ("channel=app,group=Дрели, шуруповёрты", [1]),
    ("group=Дрели, шуруповёрты,channel=site", [2]),
    ("channel=", [4]),
    ("store=3,channel=app,channel=site", [3]),
]


@pytest.fixture(scope="module")
def small():
    return table([["late"], ["late", "kind"], [], ["kind"], []], **REVIEWS)


@pytest.mark.parametrize(("text", "rows"), FILTERS)
def test_filters(small, text, rows):
    assert np.flatnonzero(parse_filter(small, text)).tolist() == rows


ERRORS = [
    ("chanel=app", r"no column 'chanel'.*expected id, channel, product"),
    ("channel=apps", r"no review has 'apps' in the column 'channel', expected .*app, site"),
    ("app", r"the filter 'app' has 'app', expected column=value"),
    ("", "expected column=value"),
    ("=app", "expected column=value"),
    ("channel=app,store=3", "no review is 'channel=app,store=3'"),
]


@pytest.mark.parametrize(("text", "words"), ERRORS)
def test_what_is_no_filter(small, text, words):
    with pytest.raises(ReviewmineError, match=words):
        parse_filter(small, text)


def test_of_many_values_some_are_named():
    many = table([["late"]] * 50, product=[f"Товар {k}" for k in range(50)])
    with pytest.raises(ReviewmineError, match=r"Товар .* and 30 more"):
        parse_filter(many, "product=Чайник")


def two(a, n, b, m, weight=1.0):
    """Return ``n`` reviews of the app, ``a`` of them late, and ``m`` of the site, ``b`` of them late; one in ten is kind."""
    said = [["late"] * (k < a) + ["kind"] * (k % 10 == 0) for k in range(n)]
    said += [["late"] * (k < b) + ["kind"] * (k % 10 == 0) for k in range(m)]
    return table(said, weight, channel=["app"] * n + ["site"] * m)


def row(found, code="late"):
    return next(kind for kind in found["types"] if kind["code"] == code)


def test_two_segments_by_hand():
    found = compare_segments(two(60, 200, 30, 300), TAXONOMY, "channel", "app", "site")
    late = row(found)
    assert (found["a"], found["b"]) == ({"value": "app", "n": 200}, {"value": "site", "n": 300})
    assert (late["title"], late["a"]["value"], late["a"]["n"], late["b"]["value"]) == ("Опоздание", 0.3, 60, 0.1)
    assert late["difference"] == {"value": 0.2, "low": 0.129, "high": 0.2728}
    assert late["verdict"] == "more"
    assert row(found, "kind")["verdict"] == "alike"
    assert [kind["code"] for kind in found["types"]] == ["late", "kind"]


def test_newcombe_as_published():
    """Newcombe (1998), table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 5/56 - 0/29."""
    low, high = zip(
        *(newcombe(a, n, b, m) for a, n, b, m in [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29)]), strict=True
    )
    assert [round(float(end), 4) for end in low] == [0.0524, 0.1705, -0.0381]
    assert [round(float(end), 4) for end in high] == [0.3339, 0.8090, 0.1926]


def test_seen_from_the_other_side():
    one = row(compare_segments(two(60, 200, 30, 300), TAXONOMY, "channel", "app", "site"))
    other = row(compare_segments(two(60, 200, 30, 300), TAXONOMY, "channel", "site", "app"))
    assert (other["p"], other["q"], other["verdict"]) == (one["p"], one["q"], "less")
    assert other["difference"]["value"] == -one["difference"]["value"]
    assert other["difference"]["low"] == -one["difference"]["high"]


def test_small_counts_are_tested_exactly():
    late = row(compare_segments(two(8, 20, 1, 30), TAXONOMY, "channel", "app", "site"))
    assert late["p"] == pytest.approx(fisher_exact([[8, 12], [1, 29]])[1], abs=1e-4)


def test_too_few_mentions_are_shown_and_not_tested():
    late = row(compare_segments(two(MIN_COUNT - 1, 400, 0, 400), TAXONOMY, "channel", "app", "site"))
    assert (late["p"], late["q"], late["verdict"]) == (None, None, "alike")
    assert late["a"]["n"] == MIN_COUNT - 1


def test_many_types_without_a_difference_are_seldom_told_apart():
    rng = np.random.default_rng(1)
    told = 0
    for _ in range(20):
        there = rng.random((1000, 100)) < rng.uniform(0.005, 0.1, 100)
        said = [[f"t{k}" for k in np.flatnonzero(spoken)] for spoken in there]
        mentions = table(said, channel=np.where(np.arange(1000) % 2, "app", "site"))
        found = compare_segments(mentions, {"types": []}, "channel", "app", "site")["types"]
        assert min(kind["p"] for kind in found if kind["p"] is not None) < 0.1
        told += any(kind["verdict"] != "alike" for kind in found)
    assert told <= 3


def test_weights_are_counts_of_as_many_reviews():
    whole = compare_segments(two(30, 200, 15, 300), TAXONOMY, "channel", "app", "site")
    halves = compare_segments(two(60, 200, 30, 300, weight=0.5), TAXONOMY, "channel", "app", "site")
    assert row(halves) == row(whole)
    assert halves["a"]["n"] == 200


def test_what_cannot_be_compared(small):
    with pytest.raises(ReviewmineError, match="both segments are 'app'"):
        compare_segments(small, TAXONOMY, "channel", "app", "app")
    with pytest.raises(ReviewmineError, match="no review has 'Кухни'"):
        compare_segments(small, TAXONOMY, "group", "Кухня", "Кухни")
