"""An error is one line: where, what was found, what was expected, what to do."""

import pytest

from reviewmine.errors import BundleError, GateError, ReviewmineError, missing_extra

LINES = [
    ({}, "rating is 7"),
    ({"expected": "1 to 5"}, "rating is 7, expected 1 to 5"),
    ({"where": "a.csv, line 2"}, "a.csv, line 2: rating is 7"),
    ({"do": "fix the row"}, "rating is 7; fix the row"),
    ({"expected": "1 to 5", "where": "a.csv", "do": "fix it"}, "a.csv: rating is 7, expected 1 to 5; fix it"),
    ({"where": "a\r\nb.csv", "do": "fix\n\n it"}, "a b.csv: rating is 7; fix it"),
]


@pytest.mark.parametrize(("parts", "line"), LINES)
def test_the_line(parts, line):
    assert str(ReviewmineError("rating is 7", **parts)) == line


@pytest.mark.parametrize(("error", "code"), [(ReviewmineError, 2), (GateError, 1), (BundleError, 2)])
def test_exit_codes(error, code):
    assert error("x").exit_code == code
    assert isinstance(error("x"), ReviewmineError)


def test_the_parts_stay_apart():
    error = ReviewmineError("a\nb", expected="c", where="d", do="e")
    assert (error.found, error.expected, error.where, error.do) == ("a\nb", "c", "d", "e")


def test_a_missing_library_is_answered_with_the_command():
    error = missing_extra("navec", "lab", "the encoder")
    assert str(error) == 'the encoder needs navec, which is not installed; run: pip install "reviewmine[lab]"'
