"""Commands on models: train, evaluate, recalibrate, promote, replay, run, verify, sign, route, serve, score."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from reviewmine.cli.app import app
from reviewmine.cli.options import (
    AsOf,
    Bundle,
    ExperimentFile,
    Map,
    NoMask,
    Out,
    Set,
    Sources,
    Track,
    say,
)
from reviewmine.errors import ReviewmineError
from reviewmine.terminal import spinner


@app.command()
def train(
    experiment: ExperimentFile,
    changes: Set = None,
    track: Track = True,
    summary: Annotated[Path | None, typer.Option("--summary", help="Write a Markdown page for CI there.")] = None,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Tell what the next 500 labels would buy; takes longer.")
    ] = False,
) -> None:
    """Train: model, card and bundle under experiments/runs/<name>, and an MLflow run; exit 1 below the gates."""
    from reviewmine import workflow

    with spinner("training"):
        result = workflow.train(
            experiment, changes or [], track=track, summary=summary, with_curve=learning_curve, say=say
        )
    result.check()


@app.command()
def recalibrate(
    bundle: Bundle,
    labelled: Annotated[
        str, typer.Argument(metavar="LABELLED", help="Freshly labelled reviews, as `train` reads them.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder of the new bundle.")],
    experiment: Annotated[
        Path | None,
        typer.Option(
            "--experiment", metavar="X.yaml", help="Its columns and policy; by default used.yaml beside BUNDLE."
        ),
    ] = None,
    changes: Set = None,
    latest: Annotated[
        int | None, typer.Option("--latest", metavar="N", help="Only the N newest labelled reviews count.")
    ] = None,
    track: Track = True,
) -> None:
    """Fit the policy of a bundle anew on fresh labels, the weights stay; exit 1 below the gates."""
    from reviewmine import workflow

    with spinner("recalibrating"):
        result = workflow.recalibrate(
            bundle, labelled, out, experiment=experiment, changes=changes or [], latest=latest, track=track, say=say
        )
    result.check()


@app.command()
def evaluate(
    bundle: Bundle,
    sources: Sources,
    drift: Annotated[
        bool, typer.Option("--drift", help="Compare answers with the reference in BUNDLE: SRC is scored, or reviews.")
    ] = False,
    against: Annotated[
        str | None, typer.Option("--against", metavar="SRC", help="With --drift: earlier answers as the reference.")
    ] = None,
    fail_on_drift: Annotated[
        bool, typer.Option("--fail-on-drift", help="With --drift: exit 1 when there is some.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write all figures there as JSON.")] = None,
    experiment: Annotated[
        Path | None,
        typer.Option("--experiment", metavar="X.yaml", help="How labels are read; by default used.yaml beside BUNDLE."),
    ] = None,
    changes: Set = None,
    map_path: Map = None,
    as_of: AsOf = None,
) -> None:
    """Measure a bundle on labelled reviews, exit 1 below the gates; with --drift, look for drift, without any label."""
    from reviewmine import workflow

    strange = (experiment or changes) if drift else (against or fail_on_drift or map_path or as_of or len(sources) != 1)
    if strange:
        raise ReviewmineError(
            "options that do not go together" if drift else "several files, or options that --drift alone has",
            expected="no --experiment and no --set with --drift"
            if drift
            else "one labelled file, read as the experiment says",
            do="leave them out" if drift else "leave them out, or add --drift",
        )
    if drift:
        with spinner("comparing"):
            found = workflow.watch(bundle, sources, against=against, out=out, map_path=map_path, as_of=as_of, say=say)
        if fail_on_drift:
            found.check()
        return
    with spinner("evaluating"):
        result = workflow.evaluate(bundle, sources[0], out=out, experiment=experiment, changes=changes or [], say=say)
    result.check()


@app.command()
def promote(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The experiment, or the registered model.")],
    force: Annotated[
        str, typer.Option("--force", metavar="REASON", help="Move it all the same; the reason is kept.")
    ] = "",
) -> None:
    """Move the alias champion to the challenger; exit 1 when that is worse on the same test rows."""
    from reviewmine import workflow

    with spinner("comparing"):
        workflow.promote(name, force=force, say=say)


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="The MLflow run; run.json beside a bundle has it.")],
    changes: Set = None,
) -> None:
    """Build the bundle of a logged run anew; exit 1 with what differs when it is not the same byte for byte."""
    from reviewmine import workflow

    with spinner("training"):
        result = workflow.replay(run_id, changes or [], say=say)
    result.check()


@app.command()
def run(experiment: ExperimentFile, changes: Set = None, track: Track = True, no_mask: NoMask = False) -> None:
    """Run the whole chain, from reading to the report."""
    from reviewmine import workflow

    with spinner("running"):
        workflow.run(experiment, [*(changes or []), *(["mask=false"] if no_mask else [])], track=track, say=say)


@app.command()
def verify(
    bundle: Bundle,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="PUBLIC.pem", help="Who must have signed it: an Ed25519 key.")
    ] = None,
) -> None:
    """Check a bundle: hashes, schema, golden set, and with --key its signature."""
    from reviewmine.router import Router
    from reviewmine.router import verify as check

    router = Router.load(bundle, key)
    n, signed = check(router), f", signed by {key}" if key else ""
    say(f"verify: {bundle} is whole, {n} golden answers repeated{signed}; sha256 {router.bundle.sha256}")


@app.command()
def sign(
    bundle: Bundle,
    key: Annotated[Path, typer.Option("--key", metavar="PRIVATE.pem", help="An Ed25519 private key.")],
) -> None:
    """Sign a bundle that verifies: manifest.sig goes beside its manifest."""
    from reviewmine.router.signature import sign_bundle

    say(f"sign: {sign_bundle(bundle, key)} written; check it with reviewmine verify --key PUBLIC.pem")


@app.command()
def route(
    bundle: Bundle,
    text: Annotated[str | None, typer.Argument(help="The review; without it, JSON is read from stdin.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add every word with what it says for a type.")] = False,
) -> None:
    """Route one review and print the decision as JSON."""
    from reviewmine.router import Router

    router = Router.load(bundle)
    review: Any = text
    if text is None:
        try:
            review = json.loads(sys.stdin.read())
        except (ValueError, RecursionError) as error:
            raise ReviewmineError(
                f"stdin is not JSON ({error})", expected='a text or an object such as {"cons": "…"}', do="fix the input"
            ) from error
    print(json.dumps(router.route(review, explain=explain).to_json(), ensure_ascii=False))


@app.command()
def serve(
    bundle: Bundle,
    host: Annotated[str, typer.Option(help="The address to listen on; loopback by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """Serve a bundle over HTTP: POST /route and /route/batch, GET /healthz, /readyz, /metrics and /model.

    Beyond loopback, clients must show the key of the environment variable REVIEWMINE_API_KEY.
    """
    from reviewmine.serve import serve as listen

    listen(bundle, host, port, workers, say=lambda line: say(f"serve: {line}"))


@app.command()
def score(
    bundle: Bundle,
    sources: Sources,
    out: Out,
    engine: Annotated[
        Literal["local", "spark"], typer.Option(help="Processes of this machine, or Spark (extra spark, Java).")
    ] = "local",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core, 1: this one.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an ended run stopped.")] = False,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a JSON object type→p to each row.")
    ] = False,
    map_path: Map = None,
    as_of: AsOf = None,
) -> None:
    """Score reviews with a bundle: OUT ends in .csv, .jsonl or .parquet, or is a folder of Parquet parts."""
    from reviewmine import workflow
    from reviewmine.terminal import bars

    with bars() as progress:
        workflow.score_files(
            bundle,
            sources,
            out,
            engine=engine,
            workers=workers,
            resume=resume,
            probabilities=probabilities,
            map_path=map_path,
            as_of=as_of,
            progress=progress,
            say=say,
        )
