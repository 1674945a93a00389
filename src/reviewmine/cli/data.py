"""Commands on data: read, statements, explain, discover."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from reviewmine.cli.app import app
from reviewmine.cli.options import AsOf, Map, NoMask, Out, Sources, mapping, moment, reviews_in, say
from reviewmine.errors import ReviewmineError
from reviewmine.terminal import bars, spinner


@app.command()
def read(
    sources: Sources,
    out: Out,
    map_path: Map = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; by default OUT.rejects.csv beside OUT.")
    ] = None,
    as_of: AsOf = None,
    profile: Annotated[
        Path | None, typer.Option(help="Write a page that describes the data: fields, dates, ratings, copies, masks.")
    ] = None,
) -> None:
    """Read any export into one table of reviews; every row is kept or rejected with its reason."""
    from reviewmine import workflow

    with bars() as progress:
        workflow.read(
            sources,
            out,
            mapping(map_path),
            rejects,
            as_of=moment(as_of),
            profile=profile,
            progress=progress,
            say=say,
        )


@app.command()
def statements(sources: Sources, out: Out, map_path: Map = None, as_of: AsOf = None) -> None:
    """Cut reviews into statements: fields split, null answers marked, offsets kept."""
    from reviewmine import workflow
    from reviewmine.corpus.stream import open_reviews

    workflow.not_over(sources, out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        bars() as progress,
        open_reviews(sources, mapping(map_path), moment(as_of), spill=out.parent, progress=progress) as stream,
    ):
        for note in stream.notes:
            say(note)
        if stream.n_rejected:
            first = workflow.rejected_line(stream.first_reject, stream.n_rejected, stream.n_read)
            say(f"{first}; `reviewmine read` lists them")
        workflow.statements(stream.batches(), out, n_reviews=stream.n_kept, progress=progress, say=say)


@app.command()
def explain(
    text: Annotated[str | None, typer.Argument(help="The review; without it, text is read from stdin.")] = None,
    part: Annotated[str, typer.Option(help="What it stands under: text, pros, cons, comment or title.")] = "text",
) -> None:
    """Show how one review is cut: each statement with the rule that cut it, null answers and misplaced ones named."""
    from reviewmine.corpus.statements import explain_field
    from reviewmine.router import TEXT_FIELDS

    if part not in TEXT_FIELDS:
        raise ReviewmineError(f"--part {part!r}", expected=f"one of {', '.join(TEXT_FIELDS)}", do="name one of them")
    found = explain_field(sys.stdin.read() if text is None else text, part)
    for one, rules in found:
        why = ", ".join(rules) or "begins"
        told = f"says nothing: {one.null}" if one.null else "misplaced" if one.misplaced else ""
        print(f"{one.start:>5}–{one.end:<5} {one.part:<8} {why:<16} {told:<22} {' '.join(one.text.split())}")
    say(f"explain: {len(found)} statements, {sum(bool(one.null) for one, _ in found)} null answers")


@app.command()
def discover(
    sources: Sources,
    out: Out,
    config: Annotated[Path | None, typer.Option(help="An experiment file whose discover settings count.")] = None,
    unit: Annotated[str | None, typer.Option(help="review or statement.")] = None,
    types: Annotated[int | None, typer.Option(help="How many topics; by default the data decides.")] = None,
    about: Annotated[str | None, typer.Option(help="pains (default) or all.")] = None,
    guide: Annotated[
        Path | None,
        typer.Option(metavar="TAXONOMY", help="A taxonomy whose types seed the topics; what fits none becomes new."),
    ] = None,
    map_path: Map = None,
    as_of: AsOf = None,
    no_mask: NoMask = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Encode every text anew; vectors are neither read from OUT/vectors nor kept."),
    ] = False,
) -> None:
    """Find topics: assignments.csv, draft.yaml, evidence.jsonl, card.json and topics.html in the folder OUT."""
    from pydantic import ValidationError

    from reviewmine import workflow
    from reviewmine.files import read_table
    from reviewmine.settings import Discover, load_experiment

    experiment = load_experiment(config) if config else None
    settings = experiment.discovery if experiment else Discover()
    given = {
        "unit": unit,
        "types": types,
        "about": about,
        "guide": str(guide) if guide else None,
        "cache": False if no_cache else None,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Discover.model_validate(settings.model_dump() | asked)
    except ValidationError as error:
        first = error.errors()[0]
        raise ReviewmineError(
            f"--{first['loc'][0]} {first['input']!r}: {first['msg']}", do="see reviewmine discover --help"
        ) from error
    with spinner("discovering"):
        reviews = reviews_in(sources, map_path, as_of)
        workflow.statements([reviews], out / "statements.parquet", n_reviews=len(reviews), say=say)
        cut = read_table(out / "statements.parquet")
        name, seed, mask = (
            (experiment.name, experiment.seed, experiment.mask) if experiment else ("discovery", 13, True)
        )
        mask = mask and not no_mask
        workflow.discover(cut, reviews, out, settings, name=name, seed=seed, mask=mask, say=say)
