"""Any bundle on any labelled file: the figures of a card, of reviews that the bundle never learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.classify.card import Part, quality
from reviewmine.classify.train import check_gates
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.files import write_json
from reviewmine.router.bundle import read_bundle
from reviewmine.workflow.recalibrate import learned_by, settings_beside
from reviewmine.workflow.recalibrated import odd_types
from reviewmine.workflow.relabelled import Fresh, fresh_rows
from reviewmine.workflow.say import Say, quiet


@dataclass(frozen=True)
class Evaluated:
    """The card of a bundle on a labelled file, and which of its reviews counted."""

    bundle: Path
    card: Mapping[str, Any]
    fresh: Fresh
    out: Path | None

    def check(self) -> None:
        """Raise ``GateError`` when the figures do not pass the gates of the experiment."""
        failed = self.card["gates"]["failed"]
        if failed:
            raise GateError("; ".join(failed), where=str(self.bundle), do="see the card before routing with it")

    @property
    def line(self) -> str:
        """Return the closing line."""
        fresh, metrics = self.fresh, self.card["metrics"]
        shown = ", ".join(
            f"{title} {metrics[name]['value']:.3f} [{metrics[name]['low']:.3f}, {metrics[name]['high']:.3f}]"
            for name, title in (("micro_f1", "micro F1"), ("lrap", "LRAP"), ("human_share", "left to people"))
        )
        return (
            f"evaluate: {fresh.n_read} reviews = {len(fresh.reviews)} of known types + {len(fresh.novel)} of others + "
            f"{fresh.n_unlabelled} without a type + {fresh.n_learned} that the model learned -> {shown}"
            + (f"; card {self.out}" if self.out else "")
        )


def evaluate(
    bundle: str | Path,
    labelled: str,
    *,
    out: Path | None = None,
    experiment: str | Path | None = None,
    changes: Sequence[str] = (),
    say: Say = quiet,
) -> Evaluated:
    """Return the figures of a bundle on ``labelled``, those of the card that ``train`` writes; with ``out`` written there.

    Columns, types and gates are read as the experiment says: by default ``used.yaml`` beside the bundle. Reviews that the
    weights learned are left out where ``run.json`` beside the bundle leads to them. Reviews of no type that the bundle knows
    tell how well it finds new ones.
    """
    path, read = Path(bundle), read_bundle(bundle)
    settings = settings_beside(path, read, experiment, changes, labelled)
    learned = learned_by(path, read, read.sha256, say)
    fresh = fresh_rows(settings, read, frozenset(start for _, start, _ in learned), None, say)
    n = len(fresh.reviews)
    if not n:
        found = f"{len(fresh.novel)} reviews of other types and {fresh.n_learned} that the model learned"
        raise ReviewmineError(found, expected="reviews of known types", where=labelled, do="label fresh reviews")
    part = Part(fresh.reviews, fresh.frame, fresh.groups[:n], fresh.targets)
    card: dict[str, Any] = {
        "name": settings.name,
        "bundle_sha256": read.sha256,
        "head": read.policy.head,
        "n_types": len(read.types),
        "data": {"sha256": fresh.sha256, "rows": n, "novel": len(fresh.novel)},
        **quality(read, None, part, fresh.novel, fresh.groups[n:], settings.policy, settings.seed),
    }
    gates = {name: bar for name, bar in settings.gates.items() if name in card["metrics"]}
    card["gates"] = {"asked": gates, "failed": list(check_gates(card, gates))}
    result = Evaluated(path, card, fresh, out)
    if out:
        write_json(out, card)
    for line in (*odd_types(fresh), *(f"gate failed: {one}" for one in card["gates"]["failed"]), result.line):
        say(line)
    return result
