"""The stages after reading, and the whole chain of an experiment in order."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.discover.run import Discovery, discover_topics
from reviewmine.files import read_table, write_json, write_jsonl, write_table
from reviewmine.insights.plan import load_plan
from reviewmine.insights.quotes import Evidence
from reviewmine.insights.sources import routed_evidence, topics_as_scored, with_labels
from reviewmine.labels.dataset import single_types
from reviewmine.report.topics import write_topics
from reviewmine.results import record_result
from reviewmine.router import Router
from reviewmine.settings import Discover, Experiment, load_experiment
from reviewmine.taxonomy.redraft import write_draft
from reviewmine.tracking import attach_insights
from reviewmine.workflow.insights import ALERTS, insights, made_of, make_digests, make_report, unmasked_line
from reviewmine.workflow.reading import read, statements
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.scoring import score
from reviewmine.workflow.training import RUNS, TrainResult, train_on

RESULTS = Path("experiments/results")


def discover(
    frame: pd.DataFrame,
    reviews: pd.DataFrame,
    out: Path,
    settings: Discover,
    *,
    name: str,
    seed: int,
    gold: Mapping[str, str] | None = None,
    mask: bool = True,
    vectors: Path | None = None,
    say: Say = quiet,
) -> Discovery:
    """Discover topics into ``out``: ``assignments.csv``, ``draft.yaml``, ``evidence.jsonl``, ``card.json`` and ``topics.html``.

    Vectors are kept in ``vectors``, by default in a folder of that name in ``out``, unless ``settings.cache`` is false.
    """
    kept = vectors or out / "vectors"
    found = discover_topics(frame, reviews, settings, name=name, seed=seed, gold=gold, mask=mask, vectors_folder=kept)
    write_table(out / "assignments.csv", found.assignments)
    write_jsonl(out / "evidence.jsonl", found.evidence)
    write_json(out / "card.json", found.card | {"topics": found.profiles})
    write_topics(found, out / "topics.html", name)
    redraft = write_draft(out, found.draft)
    if redraft.line:
        say(redraft.line)
    card = found.card
    agreement = (
        f", AMI {card['against_labels']['ami']['value']:.3f} against {card['against_labels']['n']} labels"
        if "against_labels" in card
        else ""
    )
    guide = card.get("guide")
    known = (
        f", {guide['fitted']} in {len(guide['types']) - len(guide['empty'])} types of {guide['taxonomy']}, "
        f"{guide['new']} in {guide['n_new']} new topics, {len(guide['empty'])} types caught nothing"
        if guide
        else ""
    )
    left = ", ".join(f"{n} {reason}" for reason, n in found.left_out.items())
    say(
        f"discover: {card['n_statements']} {settings.unit}s -> {card['n_topics']} topics in {out}, "
        f"coverage {card['coverage']:.1%}{known}{agreement}; "
        f"left out: {left}; rest: {card['n_rest']}"
    )
    if not mask:
        say(unmasked_line(out / "evidence.jsonl"))
        say(unmasked_line(out / "topics.html"))
    return found


def run(path: str | Path, changes: Sequence[str] = (), *, track: bool = True, say: Say = quiet) -> Path:
    """Run the whole chain of an experiment and return the report's path.

    Without labels the report speaks of the discovered topics; with labels, of the types the model finds.
    """
    experiment = load_experiment(path, list(changes))
    plan = load_plan(experiment.insights)  # before the long work: a wrong plan must not end it
    folder = RUNS / experiment.name
    data = experiment.data
    sources = [source for source in (data.labelled, data.unlabelled) if source]
    kept = read(sources, folder / "reviews.parquet", data.fields, folder / "rejects.csv", as_of=data.moment, say=say)
    reviews = read_table(kept.reviews)
    found = _discovered(reviews, experiment, folder, say)
    result = train_on(reviews, experiment, track=track, say=say) if data.labelled else None
    scored, evidence, taxonomy = _decided(reviews, found, result, folder, say)
    out, report, digests = folder / "insights", folder / "report.html", folder / "digests"
    command = f"reviewmine run {path}" + "".join(f" --set {change}" for change in changes)
    made = made_of(command, sources, folder / "scored.csv", result.bundle if result else None)
    options: dict[str, Any] = {"plan": plan, "mask": experiment.mask, "made": made, "say": say}
    insights(scored, reviews, taxonomy, evidence, out, title=experiment.title or experiment.name, **options)
    write_json(out / "discovery.json", found.summary())
    (out / "model_card.json").unlink(missing_ok=True)
    if result:
        write_json(out / "model_card.json", result.trained.card)
    make_report(out, report, say)
    make_digests(out, digests, say=say)
    if not experiment.mask:
        say(unmasked_line(report))
    if experiment.record:
        say(f"recorded in {record_result(RESULTS, experiment, found.card, result.trained.card if result else None)}")
    if result and result.run:
        attach_insights(result.run.run_id, report, digests, out / ALERTS)
        say(f"bundle: {result.bundle} · MLflow: {result.run.tracking_uri}, run {result.run.run_id} · report: {report}")
    if result:
        result.check()
    return report


def _discovered(reviews: pd.DataFrame, experiment: Experiment, folder: Path, say: Say) -> Discovery:
    """Return the topics of the reviews, whose statements and topics are written into ``folder``."""
    statements([reviews], folder / "statements.parquet", n_reviews=len(reviews), say=say)
    cut = read_table(folder / "statements.parquet")
    gold = single_types(reviews, experiment.data) if experiment.data.labelled else {}
    options: dict[str, Any] = {"name": experiment.name, "seed": experiment.seed, "mask": experiment.mask, "say": say}
    vectors = folder / "vectors"
    return discover(cut, reviews, folder / "topics", experiment.discovery, gold=gold, vectors=vectors, **options)


def _decided(
    reviews: pd.DataFrame, found: Discovery, result: TrainResult | None, folder: Path, say: Say
) -> tuple[pd.DataFrame, Evidence, Mapping[str, Any]]:
    """Return what each review speaks of, the spans that say so, and the taxonomy: the model's, without one the topics."""
    if result is None:
        scored, evidence = topics_as_scored(found, reviews)
        write_table(folder / "scored.csv", scored)
        return scored, evidence, found.draft.to_json()
    scored = score(result.bundle, reviews, folder / "scored.csv", say=say)
    router = Router.load(result.bundle)
    taxonomy = router.bundle.taxonomy
    scored = with_labels(scored, result.trained.learned, taxonomy)
    return scored, routed_evidence(router, scored, reviews), taxonomy
