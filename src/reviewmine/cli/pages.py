"""Commands on results: insights, the report, and the digests of the owners."""

import sys
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

import typer

from reviewmine.cli.app import app
from reviewmine.cli.options import AsOf, Map, NoMask, Out, reviews_in, say
from reviewmine.errors import ReviewmineError
from reviewmine.terminal import spinner


@app.command()
def insights(
    scored: Annotated[Path, typer.Argument(metavar="SCORED", help="A file made by `reviewmine score`.")],
    out: Out,
    reviews: Annotated[
        list[str] | None,
        typer.Option("--reviews", help="The reviews that were scored; by default as `score` noted them."),
    ] = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="The bundle; by default as `score` noted it.")] = None,
    title: Annotated[str, typer.Option(help="The title of the report.")] = "",
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", help="YAML: what is watched, expected and allowed, and who is called: docs/insights.md."
        ),
    ] = None,
    where: Annotated[
        str, typer.Option("--where", metavar="COLUMN=VALUE,…", help="Only these reviews, for example channel=app.")
    ] = "",
    compare: Annotated[
        tuple[str, str, str] | None,
        typer.Option("--compare", metavar="COLUMN A B", help="Set two values of a column beside each other."),
    ] = None,
    map_path: Map = None,
    as_of: AsOf = None,
    no_mask: NoMask = False,
) -> None:
    """Find pains, alerts, emerging topics, scores, the journey and quotes of a scored file."""
    from reviewmine import workflow
    from reviewmine.files import read_table
    from reviewmine.insights.plan import load_plan
    from reviewmine.router import Router

    told = load_plan(plan)
    noted = _sources(scored, reviews, bundle)
    made = workflow.made_of(" ".join(["reviewmine", *map(quote, sys.argv[1:])]), noted.sources, scored, noted.bundle)
    with spinner("finding insights"):
        frame = read_table(scored)
        table = reviews_in(list(noted.sources), map_path or noted.map_path, as_of or noted.as_of)
        router = Router.load(noted.bundle)
        evidence = workflow.routed_evidence(router, frame, table)
        options = {"plan": told, "where": where, "compare": compare, "mask": not no_mask, "made": made, "say": say}
        known, shown = router.bundle.taxonomy, title or scored.stem
        workflow.insights(frame, table, known, evidence, out, title=shown, **options)


def _sources(scored: Path, reviews: list[str] | None, bundle: Path | None) -> Any:
    """Return which reviews were scored by which bundle: as they are given, else as `score` noted them."""
    from reviewmine.engines.noted import noted_sources
    from reviewmine.router import bundle_sha256

    noted = noted_sources(scored)
    sources, folder = tuple(map(str, reviews or noted.sources)), bundle or noted.bundle
    if not sources or folder is None:
        raise ReviewmineError(
            "the reviews or the bundle are not known", where=str(scored), do="name them with --reviews and --bundle"
        )
    if bundle is None and noted.bundle_sha256 != bundle_sha256(folder):
        found = "the bundle is not the one that scored the file"
        raise ReviewmineError(found, where=str(folder), do="score again or name the bundle with --bundle")
    return replace(noted, sources=sources, bundle=folder)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder made by `reviewmine insights`.")],
    out: Out = Path("report.html"),
) -> None:
    """Make the HTML page of a folder of insights."""
    from reviewmine import workflow

    workflow.make_report(folder, out, say)


@app.command()
def digest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder made by `reviewmine insights`.")],
    out: Out = Path("digests"),
    week: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="A day of the week to tell of; by default the last whole one."),
    ] = None,
    language: Annotated[Literal["ru", "en"], typer.Option(help="The language of the digests.")] = "ru",
) -> None:
    """Write a digest for each owner, Markdown and HTML, from a folder of insights."""
    from reviewmine import workflow

    workflow.make_digests(folder, out, week, language=language, say=say)
