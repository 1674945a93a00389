"""The label model finds out who is right from who agrees, and keeps its head where votes are few."""

import numpy as np
import pytest

from reviewmine.labels.label_model import fit_label_model, majority

ACCURACY = (0.95, 0.85, 0.65)


def simulated(n=4000, share=0.3, accuracy=ACCURACY, speaks=0.9, n_types=1, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random((n, n_types)) < share
    votes = np.zeros((n, n_types, len(accuracy)), dtype=np.int8)
    for source, right in enumerate(accuracy):
        said = np.where(rng.random(truth.shape) < right, truth, ~truth)
        votes[:, :, source] = np.where(rng.random(truth.shape) < speaks, np.where(said, 1, -1), 0)
    return truth, votes


def accuracy_of(votes, probability, source):
    spoke, yes = votes[:, :, source] != 0, votes[:, :, source] > 0
    return np.where(yes, probability, 1 - probability)[spoke].mean()


def test_accuracy_is_found_without_any_truth():
    truth, votes = simulated()
    fitted = fit_label_model(votes)
    for source, right in enumerate(ACCURACY):
        assert accuracy_of(votes, fitted.probability, source) == pytest.approx(right, abs=0.05)
    assert fitted.share[0] == pytest.approx(truth.mean(), abs=0.05)


def test_weighed_votes_beat_the_majority():
    truth, votes = simulated(accuracy=(0.95, 0.6, 0.6, 0.6), speaks=1.0)
    fitted = fit_label_model(votes).probability >= 0.5
    assert (fitted == truth).mean() > (majority(votes) >= 0.5).__eq__(truth).mean() + 0.05


def test_silence_says_something_where_a_source_only_says_yes():
    rng = np.random.default_rng(1)
    truth = rng.random((5000, 1)) < 0.2
    votes = np.zeros((5000, 1, 3), dtype=np.int8)
    for source in range(3):  # each is met by most of the true and by few others
        votes[:, :, source] = rng.random(truth.shape) < np.where(truth, 0.8, 0.05)
    fitted = fit_label_model(votes)
    alone = (votes.sum(axis=2) == 1).ravel()
    assert fitted.probability[alone].mean() < 0.3
    assert ((fitted.probability >= 0.5) == truth).mean() > 0.95


def test_a_type_with_few_votes_leans_on_what_its_sources_are_worth_elsewhere():
    _, votes = simulated(n=3000, n_types=3)
    rare = np.zeros((3000, 1, 3), dtype=np.int8)
    rare[:4, 0, 0] = 1
    rates = fit_label_model(np.concatenate([votes, rare], axis=1)).rates
    assert rates[3, 0, 1, 2] > 0.3  # four votes alone would not tell


def test_the_order_of_rows_does_not_matter():
    _, votes = simulated(n=500)
    order = np.random.default_rng(2).permutation(500)
    np.testing.assert_allclose(
        fit_label_model(votes[order]).probability, fit_label_model(votes).probability[order], atol=1e-9
    )


@pytest.mark.parametrize("shape", [(0, 3, 2), (5, 0, 2), (5, 3, 2)])
def test_silence_everywhere_is_no_type(shape):
    probability = fit_label_model(np.zeros(shape, dtype=np.int8)).probability
    assert probability.shape == shape[:2]
    assert (probability < 0.1).all()
