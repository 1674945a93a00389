"""The order of the stages and the files between them. Each stage reads files, writes files and says one closing line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from reviewmine.classify.train import Trained, registered_name, train_model
from reviewmine.corpus.read import Reading, read_reviews
from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.run import Discovery, discover_topics
from reviewmine.engines.local import score_reviews
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.files import write_json, write_jsonl, write_table, write_text
from reviewmine.insights.run import Evidence, find_insights
from reviewmine.insights.sources import routed_evidence, topics_as_scored, with_labels
from reviewmine.labels.dataset import Labelled, labelled_set, single_types
from reviewmine.report.page import write_report
from reviewmine.results import record_result
from reviewmine.router import Router, write_bundle
from reviewmine.settings import Discover, Experiment, load_experiment
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
from reviewmine.taxonomy.redraft import DRAFT, write_draft
from reviewmine.tracking import TrackedRun, log_training

RUNS = Path("experiments/runs")
RESULTS = Path("experiments/results")
Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing: the default of the API."""


@dataclass(frozen=True)
class TrainResult:
    """What training left behind; ``run`` is None when nothing was tracked."""

    trained: Trained
    bundle: Path
    bundle_sha256: str
    run: TrackedRun | None

    def check(self) -> None:
        """Raise ``GateError`` when the model did not pass its gates."""
        if self.trained.failed_gates:
            raise GateError(
                "; ".join(self.trained.failed_gates),
                where=self.trained.card["name"],
                do="see the card and the run before changing anything",
            )

    @property
    def line(self) -> str:
        """Return the closing line."""
        metrics, rows = self.trained.card["metrics"], self.trained.card["rows"]
        used = rows["train"] + rows["calibration"] + rows["test"]
        dropped = rows["unused"] + rows["unlabelled"]
        tracked = "not tracked"
        if self.run:
            model = (
                f", {self.run.model_name} version {self.run.model_version} @challenger"
                if self.run.model_version
                else ", not registered"
            )
            tracked = f"MLflow run {self.run.run_id}{model}"
        return (
            f"train: {used} labelled rows ({dropped} not used) -> {self.trained.card['n_types']} types, "
            f"micro F1 {metrics['micro_f1']['value']:.3f}, LRAP {metrics['lrap']['value']:.3f} on {rows['test']} test rows; "
            f"bundle {self.bundle} sha256 {self.bundle_sha256}; {tracked}"
        )


def read(
    sources: Sequence[str],
    out: Path,
    mapping: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    say: Say = quiet,
) -> Reading:
    """Read any export into ``out``; rejected rows go to ``rejects`` (by default beside ``out``)."""
    where = rejects or out.with_name(f"{out.stem}.rejects.csv")
    not_over([*sources, str(where)], out)
    not_over(sources, where)
    reading = read_reviews(list(sources), mapping)
    write_table(out, reading.reviews)
    write_table(where, reading.rejects)
    for file, columns in reading.columns.items():
        say(f"{file}: " + ", ".join(f"{field} <- {column}" for field, column in columns.items()))
    for note in reading.notes:
        say(note)
    say(
        f"read: {reading.n_read} rows = {len(reading.reviews)} kept in {out} + {len(reading.rejects)} rejected in {where}"
    )
    return reading


def not_over(sources: Sequence[str], out: Path) -> None:
    """Raise ``ReviewmineError`` when ``out`` is one of the files it is made from."""
    for source in sources:
        if Path(source.partition("::")[0]).resolve() == out.resolve():
            raise ReviewmineError("the output is also an input", where=str(out), do="write to another file with -o")


def rejected_line(reading: Reading) -> str:
    """Return what was rejected on the way, and how to see all of it."""
    first = reading.rejects.iloc[0]
    return (
        f"{len(reading.rejects)} of {reading.n_read} rows rejected, the first {first['file']}, row {first['row']}: "
        f"{first['reason']}; `reviewmine read` lists them"
    )


def statements(reviews: pd.DataFrame, out: Path, say: Say = quiet) -> pd.DataFrame:
    """Cut reviews into statements in ``out``."""
    frame = cut_reviews(reviews)
    write_table(out, frame)
    null, misplaced = int((frame["null"] != "").sum()), int(frame["misplaced"].sum())
    say(
        f"statements: {len(reviews)} reviews -> {len(frame)} statements in {out}, {null} null answers, {misplaced} misplaced"
    )
    return frame


def discover(
    frame: pd.DataFrame,
    reviews: pd.DataFrame,
    out: Path,
    settings: Discover,
    *,
    name: str,
    seed: int,
    gold: Mapping[str, str] | None = None,
    say: Say = quiet,
) -> Discovery:
    """Discover topics and write ``assignments.csv``, ``draft.yaml``, ``evidence.jsonl`` and ``card.json`` into ``out``."""
    found = discover_topics(frame, reviews, settings, name=name, seed=seed, gold=gold)
    write_table(out / "assignments.csv", found.assignments)
    draft = write_draft(out, found.draft)
    if draft.name != DRAFT:
        say(f"{out / DRAFT} was edited by hand and is kept; the new draft is {draft}")
    write_jsonl(out / "evidence.jsonl", found.evidence)
    write_json(out / "card.json", found.card)
    card = found.card
    agreement = (
        f", AMI {card['against_labels']['ami']['value']:.3f} against {card['against_labels']['n']} labels"
        if "against_labels" in card
        else ""
    )
    left = ", ".join(f"{n} {reason}" for reason, n in found.left_out.items())
    say(
        f"discover: {card['n_statements']} {settings.unit}s -> {card['n_topics']} topics in {out}, "
        f"coverage {card['coverage']:.1%}{agreement}; "
        f"left out: {left}; rest: {card['n_rest']}"
    )
    return found


def train(path: str | Path, changes: Sequence[str] = (), *, track: bool = True, say: Say = quiet) -> TrainResult:
    """Train the experiment at ``path``: model, card, bundle and MLflow run under ``experiments/runs/<name>``."""
    experiment = load_experiment(path, list(changes))
    if experiment.data.labelled is None:
        raise ReviewmineError(
            "no labelled file", expected="data.labelled", where=str(path), do="name one, or run `reviewmine discover`"
        )
    reading = read_reviews(experiment.data.labelled, experiment.data.fields)
    if len(reading.rejects):
        say(rejected_line(reading))
    return train_on(reading.reviews, experiment, track=track, say=say)


def train_on(reviews: pd.DataFrame, experiment: Experiment, *, track: bool, say: Say = quiet) -> TrainResult:
    """Train an experiment on reviews already read."""
    folder = RUNS / experiment.name
    taxonomy = load_taxonomy(experiment.taxonomy) if experiment.taxonomy else None
    labelled = labelled_set(reviews, experiment.data, taxonomy, where=experiment.data.labelled or "")
    taxonomy = taxonomy or Taxonomy.from_codes(experiment.name, {code for codes in labelled.types for code in codes})
    trained = train_model(labelled, taxonomy, experiment)
    sha256 = write_bundle(folder / "bundle", trained.bundle)
    write_json(folder / "model_card.json", trained.card)
    used = experiment.model_dump(mode="json")
    write_text(folder / "used.yaml", yaml.safe_dump(used, allow_unicode=True, sort_keys=False))
    run = _track(experiment, labelled, trained, folder, sha256) if track else None
    if run:
        write_json(
            folder / "run.json",
            {
                "run_id": run.run_id,
                "model_id": run.model_id,
                "model": run.model_name,
                "version": run.model_version,
                "bundle_sha256": sha256,
            },
        )
    result = TrainResult(trained, folder / "bundle", sha256, run)
    for line in trained.failed_gates:
        say(f"gate failed: {line}")
    say(result.line)
    return result


def _track(experiment: Experiment, labelled: Labelled, trained: Trained, folder: Path, sha256: str) -> TrackedRun:
    """Log the run; a model below its gates is logged but not registered."""
    return log_training(
        experiment=experiment.name,
        settings=experiment.model_dump(mode="json", exclude={"data"}),
        card=trained.card,
        bundle=folder / "bundle",
        bundle_sha256=sha256,
        data={"sha256": labelled.sha256, "rows": len(labelled), "types": trained.card["n_types"]},
        model_name=registered_name(experiment.name),
        register=not trained.failed_gates,
        files={"settings": folder / "used.yaml"},
    )


def score(
    bundle: Path, reviews: pd.DataFrame, out: Path, *, probabilities: bool = False, say: Say = quiet
) -> pd.DataFrame:
    """Score reviews with a bundle into ``out``."""
    frame = score_reviews(Router.load(bundle), reviews, probabilities)
    write_table(out, frame)
    shares = ", ".join(f"{int(n)} {action}" for action, n in frame["action"].value_counts().sort_index().items())
    say(f"score: {len(reviews)} reviews -> {len(frame)} decisions in {out} ({shares})")
    return frame


def insights(
    scored: pd.DataFrame,
    reviews: pd.DataFrame,
    taxonomy: Mapping[str, Any],
    evidence: Evidence,
    out: Path,
    *,
    title: str = "",
    say: Say = quiet,
) -> dict[str, Any]:
    """Write ``insights.json`` and ``mentions.csv`` (the reviews behind every figure) into ``out``."""
    found = find_insights(scored, reviews, taxonomy, evidence, title)
    write_json(out / "insights.json", found.summary)
    write_table(out / "mentions.csv", found.mentions)
    say(
        f"insights: {len(scored)} decisions -> {len(found.summary['types'])} types, {len(found.mentions)} mentions in {out}"
    )
    return found.summary


def run(path: str | Path, changes: Sequence[str] = (), *, track: bool = True, say: Say = quiet) -> Path:
    """Run the whole chain of an experiment and return the report's path.

    Without labels the report speaks of the discovered topics; with labels, of the types the model finds.
    """
    experiment = load_experiment(path, list(changes))
    folder = RUNS / experiment.name
    data = experiment.data
    sources = [source for source in (data.labelled, data.unlabelled) if source]
    reviews = read(sources, folder / "reviews.parquet", data.fields, folder / "rejects.csv", say).reviews
    cut = statements(reviews, folder / "statements.parquet", say)
    gold = single_types(reviews, data) if data.labelled else {}
    found = discover(
        cut,
        reviews,
        folder / "topics",
        experiment.discover,
        name=experiment.name,
        seed=experiment.seed,
        gold=gold,
        say=say,
    )
    result: TrainResult | None = None
    title = experiment.title or experiment.name
    if data.labelled:
        result = train_on(reviews, experiment, track=track, say=say)
        scored = score(result.bundle, reviews, folder / "scored.csv", say=say)
        router = Router.load(result.bundle)
        taxonomy = router.bundle.taxonomy
        scored = with_labels(scored, result.trained.learned, taxonomy)
        evidence = routed_evidence(router, scored, reviews)
    else:
        taxonomy = found.draft.to_json()
        scored, evidence = topics_as_scored(found, reviews)
        write_table(folder / "scored.csv", scored)
    out = folder / "insights"
    insights(scored, reviews, taxonomy, evidence, out, title=title, say=say)
    write_json(out / "discovery.json", found.summary())
    (out / "model_card.json").unlink(missing_ok=True)
    if result:
        write_json(out / "model_card.json", result.trained.card)
    report = folder / "report.html"
    make_report(out, report, say)
    if experiment.record:
        say(f"recorded in {record_result(RESULTS, experiment, found.card, result.trained.card if result else None)}")
    if result and result.run:
        say(f"bundle: {result.bundle} · MLflow: {result.run.tracking_uri}, run {result.run.run_id} · report: {report}")
    if result:
        result.check()
    return report


def make_report(folder: Path, out: Path, say: Say = quiet) -> None:
    """Write the HTML page of a folder of insights."""
    write_report(folder, out)
    say(f"report: {folder} -> {out} ({out.stat().st_size // 1024} KiB)")
