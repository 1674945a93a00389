"""Small tables of mentions for the tests of figures."""

import numpy as np
import pandas as pd

from reviewmine.insights.mentions import Mentions


def table(said, weight=1.0, **columns):
    """Return the mentions of a list with the codes of each review; ``columns`` are those of the reviews."""
    codes = tuple(sorted({code for spoken in said for code in spoken}))
    pairs = [(row, codes.index(code)) for row, spoken in enumerate(said) for code in spoken]
    rows, kinds = (np.asarray([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    usual = {"id": [f"r{row}" for row in range(len(said))], "channel": "", "product": "", "rating": np.nan}
    frame = pd.DataFrame(usual | columns)
    return Mentions(frame, codes, rows, kinds, np.full(len(rows), float(weight)), np.ones(len(rows)))


def shuffled(mentions, seed=5):
    """Return the same mentions of the same reviews in another order of both."""
    rng = np.random.default_rng(seed)
    new, order = rng.permutation(len(mentions.reviews)), rng.permutation(len(mentions.review))
    return Mentions(
        mentions.reviews.iloc[np.argsort(new)].reset_index(drop=True),
        mentions.codes,
        new[mentions.review][order],
        mentions.type[order],
        mentions.weight[order],
        mentions.probability[order],
    )
