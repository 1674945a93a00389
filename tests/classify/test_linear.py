"""The linear head: balanced as far as its kind asks, and the same however the work is dealt."""

import numpy as np
import pytest
import scipy.sparse as sp

from reviewmine.classify.linear import fit_linear

SAID = ("курьер опоздал", "цена выросла", "курьер нахамил", "дорогая доставка", "товар пришёл битым")
WORDS = sorted({word for text in SAID for word in text.split()})


def rows_of(texts):
    return sp.csr_matrix(np.asarray([[float(word in text.split()) for word in WORDS] for text in texts]))


def test_a_row_of_several_types_is_balanced_half_way():
    """A type of one row in twenty speaks louder than in a plain classifier, and less loud than in a balanced one."""
    features = rows_of([SAID[0]] + [text for text in SAID[1:] for _ in range(5)])
    targets = np.zeros((21, 2), dtype=bool)
    targets[0, 0] = targets[1:6, 1] = True
    margins = {}
    for head in ("multiclass", "multilabel"):
        weights, intercept = fit_linear(features, targets, 0.2, 13, head)
        margins[head] = float((features[0] @ weights + intercept)[0, 0])
    assert 0.3 < margins["multilabel"] < margins["multiclass"]  # of a plain classifier: 0.12


@pytest.mark.parametrize("head", ["multiclass", "multilabel"])
def test_the_number_of_cores_changes_no_weight(head, monkeypatch):
    rng = np.random.default_rng(5)
    features = sp.csr_matrix(rng.random((60, 30)) * (rng.random((60, 30)) < 0.3))
    targets = rng.random((60, 9)) < 0.2
    fits = []
    for cores in (1, 2, 2):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        fits.append(fit_linear(features, targets, 0.2, 13, head))
    for weights, intercept in fits[1:]:
        assert weights.tobytes() == fits[0][0].tobytes()
        assert intercept.tobytes() == fits[0][1].tobytes()


def test_a_type_without_examples_is_never_said():
    targets = np.zeros((len(SAID), 2), dtype=bool)
    targets[:2, 0] = True
    weights, intercept = fit_linear(rows_of(SAID), targets, 0.2, 13, "multilabel")
    assert not weights[:, 1].any()
    assert intercept[1] < -2
    assert weights[:, 0].any()
