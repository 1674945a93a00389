"""The learning curve: the law that it fits, the rows that it uses, and what it says."""

import itertools

import numpy as np
import pytest

from reviewmine.classify import curve as module
from reviewmine.classify.curve import MORE, SHARES, Curve, fit_curve, learning_curve, pick, power_law
from reviewmine.labels.splits import split_parts
from reviewmine.settings import Experiment


def answered(errors: list[float], n: int = 4000) -> np.ndarray:
    """Rows of agreement, shape (sizes, rows, 2), whose micro F1 is one less the error of each size."""
    rows = np.zeros((len(errors), n, 2))
    rows[:, :, 1] = 2
    for k, error in enumerate(errors):
        rows[k, : round(n * (1 - error)), 0] = 2
    return rows[:, np.random.default_rng(1).permutation(n)]


def test_a_power_law_gives_back_its_gain_within_the_interval():
    sizes = [125, 250, 500, 1000]
    error = [2.0 * n**-0.3 for n in sizes]
    found = fit_curve(sizes, answered(error), [str(i) for i in range(4000)], 1000, 13)
    expected = 2.0 * 1000**-0.3 - 2.0 * (1000 + MORE) ** -0.3
    assert found.gain["value"] == pytest.approx(expected, abs=0.003)
    assert found.gain["low"] < expected < found.gain["high"]
    assert found.fitted == pytest.approx([1 - e for e in error], abs=0.005)


def test_labels_that_teach_nothing_promise_nothing():
    found = fit_curve([125, 250, 500, 1000], answered([0.3] * 4), [str(i) for i in range(4000)], 1000, 13)
    assert found.gain["value"] == pytest.approx(0, abs=0.001)
    assert found.gain["low"] <= 0 <= found.gain["high"]


def test_copies_widen_the_interval():
    rows = answered([0.5, 0.4, 0.33, 0.28], 1200)
    alone = fit_curve([125, 250, 500, 1000], rows, [str(i) for i in range(1200)], 1000, 13)
    order = np.argsort(rows[3, :, 0], kind="stable")  # whole groups are right or wrong together
    grouped = fit_curve([125, 250, 500, 1000], rows[:, order], [str(i // 40) for i in range(1200)], 1000, 13)
    width = [one.figures[3]["high"] - one.figures[3]["low"] for one in (alone, grouped)]
    assert width[1] > 3 * width[0]


def test_no_error_at_all_has_a_law():
    assert np.isfinite(power_law([10, 20, 40], [0.1, 0.0, 0.0])).all()


def test_the_lines_are_a_table_and_a_sentence():
    one = {"value": 0.7, "low": 0.65, "high": 0.75}
    lines = Curve((100, 200), (one, one), (0.69, 0.71), 200, {"value": 0.021, "low": -0.004, "high": 0.05}).lines
    assert lines[0].startswith("| labelled rows |")
    assert "| 200 | 0.700 [0.650, 0.750] | 0.710 |" in lines
    assert lines[-1] == (
        f"The next {MORE} labels: about +2.1 points of micro F1 (-0.4 to +5.0), beside 200 to learn from today."
    )


@pytest.fixture
def watched(monkeypatch):
    """The parts of every training of the curve, instead of a training."""
    seen = []

    def record(pool, part, held, taxonomy, experiment):
        seen.append((pool, list(part), held))
        return np.ones((len(held), 2))

    monkeypatch.setattr(module, "_answered", record)
    return seen


def test_the_test_part_is_not_opened_and_parts_are_nested_by_whole_groups(labelled, taxonomy, experiment, watched):
    learning_curve(labelled, taxonomy, experiment)
    parts = split_parts(labelled, experiment.split, experiment.seed)
    opened = {str(labelled.reviews[i]["id"]) for i in parts.test}
    assert len(watched) % len(SHARES) == 0
    answered_rows = np.concatenate([held for _, _, held in watched[:: len(SHARES)]])
    assert sorted(answered_rows) == list(range(len(watched[0][0])))  # each row outside the test part once
    for start in range(0, len(watched), len(SHARES)):
        chain = [part for _, part, _ in watched[start : start + len(SHARES)]]
        learned = [{i for i, name in enumerate(part) if name == "train"} for part in chain]
        assert all(small < large for small, large in itertools.pairwise(learned))
        assert len(learned[0]) == pytest.approx(SHARES[0] * len(learned[-1]), rel=0.2)
        pool = watched[start][0]
        assert not opened & {str(review["id"]) for review in pool.reviews}
        for part in chain:
            sides: dict[str, set[str]] = {}
            for group, name in zip(pool.groups, part, strict=True):
                sides.setdefault(group, set()).add(name)
            assert all(len(names) == 1 for names in sides.values())
            assert [i for i, name in enumerate(part) if name == "calibration"] == [
                i for i, name in enumerate(chain[0]) if name == "calibration"
            ]


@pytest.mark.long
def test_more_labels_help_on_the_sample(labelled, taxonomy):
    from collections import Counter

    often = {code for code, _ in Counter(code for types in labelled.types for code in types).most_common(6)}
    rows = np.flatnonzero([set(types) <= often for types in labelled.types])
    small = Experiment(name="small", data={"labelled": "x.csv"}, model={"taxonomy_rows": "no"})
    found = learning_curve(pick(labelled, rows), taxonomy, small)
    assert found.figures[-1]["value"] > found.figures[0]["value"]
    assert list(found.sizes) == sorted(found.sizes)
    assert found == learning_curve(pick(labelled, rows), taxonomy, small)
