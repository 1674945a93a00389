"""Commands on models: train, recalibrate, promote, replay, run, verify, route, serve, score."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

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
    reviews_in,
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
def verify(bundle: Bundle) -> None:
    """Check a bundle: hashes, schema and golden set."""
    from reviewmine.router import Router, bundle_sha256
    from reviewmine.router import verify as check

    n = check(Router.load(bundle))
    say(f"verify: {bundle} is whole, {n} golden answers repeated; sha256 {bundle_sha256(bundle)}")


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
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
) -> None:
    """Serve a bundle over HTTP: POST /route and /route/batch, GET /healthz and /model."""
    from reviewmine.serve import serve as listen

    say(f"serve: {bundle} on http://{host}:{port}, stop with Ctrl+C")
    listen(bundle, host, port)


@app.command()
def score(
    bundle: Bundle,
    sources: Sources,
    out: Out,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a JSON object type→p to each row.")
    ] = False,
    map_path: Map = None,
    as_of: AsOf = None,
) -> None:
    """Score reviews with a bundle: .csv, .jsonl or .parquet by the ending of OUT."""
    from reviewmine import workflow
    from reviewmine.engines.noted import note_sources

    workflow.not_over(sources, out)
    with spinner("scoring"):
        workflow.score(bundle, reviews_in(sources, map_path, as_of), out, probabilities=probabilities, say=say)
    note_sources(out, bundle, sources, map_path, as_of)
