"""What to look at first: the parts are as described, and more of any part never makes a pain less urgent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.given_mentions import table
from reviewmine.insights.priority import priorities, reaches

MOST = {"code": "most", "kind": "complaint", "n": 1000}


def pain(n=100, effect=-1.0, error=0.1, ratio=1.0, severity=3, **more):
    """Return a row of ``insights.json``; the interval of the ratio is a quarter wide on both sides."""
    figure = {"value": effect, "low": effect - 1.96 * error, "high": effect + 1.96 * error}
    change = {"ratio": ratio, "low": ratio * 0.8, "high": ratio * 1.25}
    row = {"code": "late", "kind": "complaint", "n": n, "severity": severity, "change": change}
    return row | {"impact": {"rating": {"effect": figure}}} | more


def priority(row, **scale):
    return priorities([row, MOST], **scale)["late"]


parts = st.fixed_dictionaries(
    {
        "n": st.integers(0, 1000),
        "effect": st.floats(-4, 1),
        "ratio": st.floats(0.1, 10),
        "severity": st.integers(1, 5),
    }
)


@given(parts, parts)
def test_more_of_any_part_is_never_less_urgent(one, two):
    for name in one:
        higher = priority(pain(**one | {name: two[name]}))["value"]
        grows = two[name] <= one[name] if name == "effect" else two[name] >= one[name]
        lower = priority(pain(**one))["value"]
        assert (higher >= lower) if grows else (higher <= lower)
        assert 0 <= higher <= 100


def test_the_parts_make_the_value():
    found = priority(pain(n=250, effect=-1.0, error=0.0, ratio=1.5, severity=4))
    assert found == {"value": pytest.approx(100 * (0.25 * 0.5) ** 0.5 * 1.2 * 1.2, abs=0.01)} | {
        "reach": 0.25,
        "impact": 0.5,
        "trend": 1.2,
        "severity": 1.2,
    }


def test_each_part_alone_makes_a_difference():
    usual = priority(pain())["value"]
    for more in ({"n": 200}, {"effect": -1.5}, {"ratio": 2.0}, {"severity": 5}):
        assert priority(pain(**more))["value"] > usual * 1.1


def test_an_unsure_effect_and_an_unproved_trend_count_less():
    assert priority(pain(error=1.0))["impact"] == pytest.approx(priority(pain(error=0.0))["impact"] / 2)
    assert priority(pain(ratio=1.2))["trend"] == 1
    assert priority(pain(ratio=0.5))["trend"] == pytest.approx(0.625)
    assert priority(pain(change=None))["trend"] == 1


def test_a_complaint_that_lifts_the_rating_is_not_urgent():
    assert priority(pain(effect=0.3))["value"] == 0


@pytest.mark.parametrize("impact", [None, {"nps": {}}])
def test_without_ratings_severity_speaks_once(impact):
    found = priority(pain(impact=impact, severity=5))
    assert (found["impact"], found["severity"]) == (1.0, 1.0)
    assert priority(pain(impact=impact, severity=1))["impact"] == 0.2
    assert priority(pain(impact=impact, severity=None))["impact"] == 0.6


def test_effects_are_seen_against_their_scale():
    assert priority(pain(effect=-2.5, error=0.0), scale=(0, 10))["impact"] == 0.5


def test_only_complaints_have_a_priority():
    rows = [pain(code="late", n=10), pain(code="thanks", n=500, kind="gratitude")]
    found = priorities(rows)
    assert found["thanks"] is None
    assert found["late"]["reach"] == 1
    assert priorities([]) == {}


def test_reach_counts_what_is_different():
    said = [["late", "rude"], ["late"], ["late"], [], ["rude"]]
    mentions = table(
        said, weight=0.5, product=["Чайник", "Чайник", "Утюг", "Фен", ""], channel=["app", "site", "", "", None]
    )
    assert reaches(mentions) == {
        "late": {"reviews": 3, "products": 2, "channels": 2},
        "rude": {"reviews": 2, "products": 1, "channels": 1},
    }
