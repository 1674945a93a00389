"""Reviews in memory through the router: a row of output for each."""

import pandas as pd

from reviewmine.engines.batch import score_frame
from reviewmine.engines.columns import SCORED_COLUMNS
from reviewmine.errors import ReviewmineError
from reviewmine.router.router import Router

__all__ = ["SCORED_COLUMNS", "score_reviews"]


def score_reviews(router: Router, reviews: pd.DataFrame, with_probabilities: bool = False) -> pd.DataFrame:
    """Return a row for each review, in order: ``types`` joined by ``|``, ``alternatives`` as ``code:p`` joined by ``|``.

    ``with_probabilities`` adds the column ``probabilities``: a JSON object of type to probability. Raises
    ``ReviewmineError`` when a review cannot be scored.
    """
    scored = score_frame(router, reviews, with_probabilities)
    for row, reason in scored.failed.items():
        raise ReviewmineError(reason, where=f"review {reviews['id'].iloc[row]}", do="fix the review or leave it out")
    return pd.DataFrame(scored.columns)
