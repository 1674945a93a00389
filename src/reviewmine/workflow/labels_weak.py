"""Reviews and a taxonomy to weak labels, and to a table of what each source and rule is worth."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reviewmine.corpus.privacy import mask_many
from reviewmine.files import write_table
from reviewmine.labels.store import Label, now, write_labels
from reviewmine.labels.token_rules import load_token_rules
from reviewmine.labels.weak import UNSURE, YES, to_labels, weak_labels
from reviewmine.labels.weak_table import rule_rows, source_rows
from reviewmine.taxonomy.model import Taxonomy


@dataclass(frozen=True)
class Weakly:
    """What ``label_weakly`` wrote: the labels, and the rows of sources, rules and misses with masked examples."""

    labels: list[Label]
    table: pd.DataFrame
    n_reviews: int

    @property
    def line(self) -> str:
        """Return the closing line, without where the labels lie."""
        yes = [one for one in self.labels if one.verdict == "yes"]
        count = self.table["what"].value_counts()
        return (
            f"{self.n_reviews} reviews, {len({one.review for one in yes})} with a type: {len(yes)} yes (probability "
            f"{YES:g} and more), {len(self.labels) - len(yes)} unsure ({UNSURE:g} and more); "
            f"{count.get('rule', 0)} rules caught something, {count.get('silent rule', 0)} nothing"
        )


def label_weakly(
    reviews: pd.DataFrame,
    taxonomy: Taxonomy,
    out: Path,
    table_path: Path | None = None,
    rules_path: Path | None = None,
    *,
    mask: bool = True,
) -> Weakly:
    """Write the weak labels of ``reviews`` to ``out``, which is replaced, and the table to ``table_path``.

    ``rules_path`` has rules of tokens. Examples in the table are masked unless told otherwise.
    """
    weak = weak_labels(reviews, taxonomy, load_token_rules(rules_path) if rules_path else ())
    labels = to_labels(weak, now())
    write_labels(out, labels)
    table = pd.concat([source_rows(weak), rule_rows(weak)], ignore_index=True)
    if mask:
        table["examples"] = mask_many(table["examples"].tolist())
    if table_path:
        write_table(table_path, table)
    return Weakly(labels, table, len(reviews))
