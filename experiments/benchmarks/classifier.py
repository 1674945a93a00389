"""Types of the delivery set over five seeds of the grouped split: ours beside TF-IDF + LinearSVC and the majority answer."""

import numpy as np
from data import data_file

from reviewmine import Experiment, Taxonomy, read_reviews
from reviewmine.classify.train import train_model
from reviewmine.labels.dataset import labelled_set

SEEDS = (1, 2, 3, 4, 5)
FIGURES = ("micro_f1", "macro_f1", "lrap", "p_at_1", "accuracy")
OURS = ("ece", "auto_share", "auto_precision")


def main() -> None:
    path = data_file("delivery/labelled.csv")
    reviews = read_reviews(path).reviews
    print(f"{'model':34} " + " ".join(f"{name:>14}" for name in (*FIGURES, *OURS)))
    for name, extras in (("text only", {}), ("with tags and score", {"categorical": ["tags"], "numeric": ["score"]})):
        cards = []
        for seed in SEEDS:
            experiment = Experiment.model_validate(
                {"name": "bench", "seed": seed, "data": {"labelled": path, "extras": extras}}
            )
            labelled = labelled_set(reviews, experiment.data, None)
            codes = {code for codes in labelled.types for code in codes}
            cards.append(train_model(labelled, Taxonomy.from_codes("bench", codes), experiment).card)
        row(f"reviewmine, {name}", [card["metrics"] for card in cards])
        if not extras:
            for base in ("tfidf_svc", "majority"):
                row(base, [card["baselines"][base] for card in cards])


def row(name: str, cards: list) -> None:
    """Print the mean and the standard deviation over the seeds."""
    cells = []
    for figure in (*FIGURES, *OURS):
        values = [card[figure]["value"] for card in cards if figure in card]
        cells.append(f"{np.nanmean(values):.3f} ± {np.nanstd(values):.3f}" if values else "–")
    print(f"{name:34} " + " ".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    main()
