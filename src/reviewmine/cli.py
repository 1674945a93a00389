"""The command line: one thin command per stage. Errors are one line on stderr; exit codes 0 done, 1 gate, 2 bad input."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from reviewmine import __version__
from reviewmine.errors import ReviewmineError, missing_extra

app = typer.Typer(
    name="reviewmine",
    help="Reviews in, pain-point taxonomy and complaint-type classifier out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
taxonomy_app = typer.Typer(
    no_args_is_help=True, help="The taxonomy file: the contract between people, models and routers."
)
app.add_typer(taxonomy_app, name="taxonomy")

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SRC...",
        help="Files or folders: CSV, TSV, JSON, JSONL, XLSX, Parquet, SQLite (file.db::table), .gz, or pasted text.",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Where to write.")]
Bundle = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a bundle.")]
ExperimentFile = Annotated[Path, typer.Argument(metavar="X.yaml", help="The experiment file.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the experiment, for example seed=7."),
]
Map = Annotated[Path | None, typer.Option("--map", help="YAML: our field to your column, where names do not tell.")]
Track = Annotated[bool, typer.Option("--track/--no-track", help="Log the run to MLflow.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that cannot show Cyrillic must not stop the work
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    debug = "--debug" in sys.argv
    try:
        app(args=[argument for argument in sys.argv[1:] if argument != "--debug"])
    except ReviewmineError as error:
        if debug:
            raise
        print(f"reviewmine: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if debug:
            raise
        print(f"reviewmine: {error.filename or 'a file'}: {error.strerror or error}; check the path", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if debug or (error.name or "").startswith("reviewmine"):
            raise
        print(f"reviewmine: {missing_extra(str(error.name), 'lab', 'this command')}", file=sys.stderr)
        sys.exit(2)
    except Exception as error:  # a crash must not look like a failed gate, whose code is 1
        if debug:
            raise
        line = " ".join(str(error).split())[:300]
        print(
            f"reviewmine: unexpected {type(error).__name__}: {line}; run again with --debug and report it",
            file=sys.stderr,
        )
        sys.exit(2)


def _print_version(asked: bool) -> None:
    """Print the version and stop, before a command is looked for."""
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
) -> None:
    """Options of every command."""


@app.command()
def read(
    sources: Sources,
    out: Out,
    map_path: Map = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; by default rejects.csv beside OUT.")
    ] = None,
) -> None:
    """Read any export into one table of reviews; every row is kept or rejected with its reason."""
    from reviewmine import workflow
    from reviewmine.corpus.columns import load_map

    with _busy("reading"):
        workflow.read(sources, out, load_map(map_path) if map_path else None, rejects, _say)


@app.command()
def statements(sources: Sources, out: Out, map_path: Map = None) -> None:
    """Cut reviews into statements: fields split, null answers marked, offsets kept."""
    from reviewmine import workflow

    workflow.not_over(sources, out)
    with _busy("cutting"):
        workflow.statements(_reviews(sources, map_path), out, _say)


@app.command()
def discover(
    sources: Sources,
    out: Out,
    config: Annotated[Path | None, typer.Option(help="An experiment file whose discover settings count.")] = None,
    unit: Annotated[str | None, typer.Option(help="review or statement.")] = None,
    types: Annotated[int | None, typer.Option(help="How many topics; by default the data decides.")] = None,
    about: Annotated[str | None, typer.Option(help="pains (default) or all.")] = None,
    map_path: Map = None,
) -> None:
    """Find topics: assignments.csv, draft.yaml, evidence.jsonl and card.json in the folder OUT."""
    from pydantic import ValidationError

    from reviewmine import workflow
    from reviewmine.settings import Discover, load_experiment

    experiment = load_experiment(config) if config else None
    settings = experiment.discover if experiment else Discover()
    asked = {name: value for name, value in (("unit", unit), ("types", types), ("about", about)) if value is not None}
    try:
        settings = Discover.model_validate(settings.model_dump() | asked)
    except ValidationError as error:
        first = error.errors()[0]
        raise ReviewmineError(
            f"--{first['loc'][0]} {first['input']!r}: {first['msg']}", do="see reviewmine discover --help"
        ) from error
    with _busy("discovering"):
        reviews = _reviews(sources, map_path)
        cut = workflow.statements(reviews, out / "statements.parquet", _say)
        workflow.discover(
            cut,
            reviews,
            out,
            settings,
            name=experiment.name if experiment else "discovery",
            seed=experiment.seed if experiment else 13,
            say=_say,
        )


@taxonomy_app.command("check")
def taxonomy_check(path: Annotated[Path, typer.Argument(help="The taxonomy file.")]) -> None:
    """Validate a taxonomy file and list what is doubtful in it; exit 1 when an error is found."""
    from reviewmine.taxonomy.check import check_taxonomy
    from reviewmine.taxonomy.model import load_taxonomy

    taxonomy = load_taxonomy(path)
    findings = check_taxonomy(taxonomy)
    for finding in findings:
        print(f"{finding.level}: {finding.code}: {finding.what}")
    errors = sum(finding.level == "error" for finding in findings)
    _say(
        f"taxonomy check: {path}: {len(taxonomy.types)} types in {len(taxonomy.groups)} groups, "
        f"{errors} errors, {len(findings) - errors} warnings"
    )
    if errors:
        raise typer.Exit(1)


@app.command()
def train(experiment: ExperimentFile, changes: Set = None, track: Track = True) -> None:
    """Train: model, card and bundle under experiments/runs/<name>, and an MLflow run; exit 1 below the gates."""
    from reviewmine import workflow

    with _busy("training"):
        result = workflow.train(experiment, changes or [], track=track, say=_say)
    result.check()


@app.command()
def run(experiment: ExperimentFile, changes: Set = None, track: Track = True) -> None:
    """Run the whole chain, from reading to the report."""
    from reviewmine import workflow

    with _busy("running"):
        workflow.run(experiment, changes or [], track=track, say=_say)


@app.command()
def verify(bundle: Bundle) -> None:
    """Check a bundle: hashes, schema and golden set."""
    from reviewmine.router import Router, bundle_sha256
    from reviewmine.router import verify as check

    n = check(Router.load(bundle))
    _say(f"verify: {bundle} is whole, {n} golden answers repeated; sha256 {bundle_sha256(bundle)}")


@app.command()
def route(
    bundle: Bundle,
    text: Annotated[str | None, typer.Argument(help="The review; without it, JSON is read from stdin.")] = None,
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
    print(json.dumps(router.route(review).to_json(), ensure_ascii=False))


@app.command()
def serve(
    bundle: Bundle,
    host: Annotated[str, typer.Option(help="The address to listen on; loopback by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
) -> None:
    """Serve a bundle over HTTP: POST /route and /route/batch, GET /healthz and /model."""
    from reviewmine.serve import serve as listen

    _say(f"serve: {bundle} on http://{host}:{port}, stop with Ctrl+C")
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
) -> None:
    """Score reviews with a bundle: .csv, .jsonl or .parquet by the ending of OUT."""
    from reviewmine import workflow
    from reviewmine.engines.noted import note_sources

    workflow.not_over(sources, out)
    with _busy("scoring"):
        workflow.score(bundle, _reviews(sources, map_path), out, probabilities=probabilities, say=_say)
    note_sources(out, bundle, sources, map_path)


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
    map_path: Map = None,
) -> None:
    """Find shares, trends, impact on the rating, owners and quotes of a scored file."""
    from reviewmine import workflow
    from reviewmine.engines.noted import noted_sources
    from reviewmine.files import read_table
    from reviewmine.router import Router, bundle_sha256

    noted = noted_sources(scored)
    sources, folder = reviews or noted.sources, bundle or noted.bundle
    if not sources or folder is None:
        raise ReviewmineError(
            "the reviews or the bundle are not known", where=str(scored), do="name them with --reviews and --bundle"
        )
    if bundle is None and noted.bundle_sha256 != bundle_sha256(folder):
        found = "the bundle is not the one that scored the file"
        raise ReviewmineError(found, where=str(folder), do="score again or name the bundle with --bundle")
    with _busy("finding insights"):
        frame = read_table(scored)
        table = _reviews(list(sources), map_path or noted.map_path)
        router = Router.load(folder)
        evidence = workflow.routed_evidence(router, frame, table)
        workflow.insights(frame, table, router.bundle.taxonomy, evidence, out, title=title or scored.stem, say=_say)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder made by `reviewmine insights`.")],
    out: Out = Path("report.html"),
) -> None:
    """Make the HTML page of a folder of insights."""
    from reviewmine import workflow

    workflow.make_report(folder, out, _say)


def _say(line: str) -> None:
    """Print a closing line."""
    print(line, flush=True)


@contextlib.contextmanager
def _busy(what: str) -> Iterator[None]:
    """Show a spinner on stderr while work goes on, when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def _reviews(sources: list[str], map_path: Path | None) -> Any:
    """Return the reviews in ``sources``."""
    from reviewmine.corpus.columns import load_map
    from reviewmine.corpus.read import read_reviews
    from reviewmine.workflow import rejected_line

    reading = read_reviews(sources, load_map(map_path) if map_path else None)
    if len(reading.rejects):
        _say(rejected_line(reading))
    return reading.reviews


if __name__ == "__main__":
    main()
