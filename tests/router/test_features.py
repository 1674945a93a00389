"""Side features and the spec."""

import math

import numpy as np
import pytest

from reviewmine.router.features import FeatureSpec, as_number, extras_of, is_missing
from reviewmine.router.hashing import EXTRAS
from router.plain import LOW


def extras(review, **spec):
    row, bucket, value = extras_of([{}, review], FeatureSpec(**spec))
    assert (row == 1).all()
    assert (bucket >= LOW[EXTRAS]).all()
    assert (np.diff(bucket) > 0).all()
    return dict(zip(bucket.tolist(), value.tolist(), strict=True))


def test_categories_are_values_joined_by_a_bar():
    one, two = (extras({"channel": value}, categorical=("channel",)) for value in ("App", "chat"))
    assert extras({"channel": " chat | app|app|"}, categorical=("channel",)) == one | two
    assert len(one) == len(two) == 1
    assert one != two
    assert one != extras({"tag": "app"}, categorical=("tag",))


@pytest.mark.parametrize("value", [None, "", float("nan"), "|", np.nan])
def test_an_empty_category_adds_nothing(value):
    assert extras({"channel": value}, categorical=("channel",)) == {}


def test_a_category_of_zero_is_a_category():
    assert extras({"tag": 0}, categorical=("tag",)) == extras({"tag": "0"}, categorical=("tag",)) != {}


def test_a_number_is_squeezed_around_its_mean():
    weight = {
        value: list(extras({"rating": value}, numeric={"rating": (3.0, 2.0)}).values()) for value in (1, 3, "5", 10**9)
    }
    assert weight[3] == [0.0]
    assert weight[1][0] == -weight["5"][0] < 0
    assert weight["5"][0] == pytest.approx(math.tanh(2 / 4) * 0.999)
    assert weight["5"][0] < weight[10**9][0] < 1


NUMBERS = [
    ("4.5", 4.5),
    (True, 1.0),
    (None, None),
    ("много", None),
    (float("inf"), None),
    (float("nan"), None),
    ([1], None),
    (10**400, None),
    ("1e999", None),
]


@pytest.mark.parametrize(("value", "expected"), NUMBERS)
def test_as_number(value, expected):
    assert as_number(value) == expected


def test_what_is_missing():
    pandas = pytest.importorskip("pandas")
    assert all(is_missing(value) for value in (None, float("nan"), np.float64("nan"), pandas.NA, pandas.NaT))
    assert not any(is_missing(value) for value in ("", 0, "nan", [], False))


def test_the_spec_survives_its_json():
    spec = FeatureSpec((2, 4), 1, ("tags",), {"score": (1.5, 0.25)}, (1.0, 0.5, 0.75, 0.25), True, 0.4, True)
    assert FeatureSpec.from_json(spec.to_json()) == spec
