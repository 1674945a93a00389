"""What sources that nobody checked are worth, from how far they agree, and what they together say of each review.

Each type is a yes-or-no question to which every source answers yes, no or nothing. The model is that of Dawid and Skene (1979),
fitted by expectation and maximisation: given the truth, sources answer independently, each with its own rates. Silence is an
answer too: that no pattern was met says something. The rates of a source for one type are drawn to its rates over all types,
the more the rarer it spoke, so that a type with ten votes is not judged by ten votes. Deterministic: it starts from the votes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 30
_ENOUGH = 1e-4  # change of any probability at which the fit stops
_DRAWN = 20.0  # votes at which a type's own rates weigh as much as those over all types
_FLOOR = 1e-4
_ANSWERS = (-1, 0, 1)
_START_SURE, _START_SILENT = 0.8, 0.01  # probabilities that the fit starts from: of a majority for yes, of silence

Votes = NDArray[np.int8]
"""(reviews, types, sources): 1 yes, -1 no, 0 nothing said."""
Probability = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """What the model says: probabilities (reviews, types), share of each type, rates (types, sources, truth, answer).

    ``rates`` are the probabilities of the answers no, nothing, yes, given that the truth is no or yes.
    """

    probability: Probability
    share: Probability
    rates: Probability


def majority(votes: Votes) -> Probability:
    """Return a first guess: sure where more sources say yes than no, half where they tie, nearly never elsewhere."""
    total = votes.sum(axis=2, dtype=np.int64)
    tied = (total == 0) & (votes > 0).any(axis=2)
    return np.where(total > 0, _START_SURE, np.where(tied, 0.5 * _START_SURE, _START_SILENT))


def fit_label_model(votes: Votes) -> Fitted:
    """Return what ``votes`` say of each review and type, and what each source is worth.

    Reviews of which all sources say the same of a type are fitted as one, with their number as weight.
    """
    n, n_types, n_sources = votes.shape
    code = (votes + 1).astype(np.int64) @ 3 ** np.arange(n_sources)
    codes, place = np.unique(code, return_inverse=True)
    place = place.reshape(n, n_types)
    said = codes[:, None] // 3 ** np.arange(n_sources) % 3 - 1  # (cases, sources)
    counts = [np.bincount(one, minlength=len(codes)) for one in place.T]
    weight = np.asarray(counts, dtype=np.float64).reshape(n_types, len(codes))
    answered = np.stack([said == answer for answer in _ANSWERS], axis=-1).astype(np.float64)
    guess = np.tile(majority(said[None].astype(np.int8))[0], (n_types, 1))
    for _ in range(_ROUNDS):
        share, rates = _rates(answered, weight, guess)
        before, guess = guess, _posterior(answered, share, rates)
        if not guess.size or np.abs(before - guess).max() < _ENOUGH:
            break
    probability = guess[np.arange(n_types), place] if place.size else np.zeros((n, n_types))
    return Fitted(probability, *_rates(answered, weight, guess))


def _rates(answered: Probability, weight: Probability, guess: Probability) -> tuple[Probability, Probability]:
    """Return the share of each type and the rates of each source, from guesses of the truth (types, cases).

    ``answered`` is (cases, sources, answers), ``weight`` the number of reviews of each type and case.
    """
    true = weight * guess
    share = np.clip(true.sum(axis=1) / np.maximum(weight.sum(axis=1), 1), _FLOOR, 1 - _FLOOR)
    counts = np.stack([np.tensordot(part, answered, axes=1) for part in (weight - true, true)], axis=2)
    common = counts.sum(axis=0) + _FLOOR
    drawn = counts + _DRAWN * common / common.sum(axis=-1, keepdims=True)
    return share, drawn / drawn.sum(axis=-1, keepdims=True)


def _posterior(answered: Probability, share: Probability, rates: Probability) -> Probability:
    """Return the probability of each type in each case, (types, cases), sources being independent given the truth."""
    told = np.log(rates[:, :, 1] / rates[:, :, 0])  # (types, sources, answers)
    odds = np.log(share / (1 - share))[:, None] + np.einsum("ksv,csv->kc", told, answered)
    return np.asarray(1 / (1 + np.exp(-odds)))
