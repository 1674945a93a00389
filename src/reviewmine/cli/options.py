"""What the commands take, and how what is taken becomes mappings, moments and reviews."""

from pathlib import Path
from typing import Annotated, Any

import typer

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
NoMask = Annotated[bool, typer.Option("--no-mask", help="Show personal data as written in evidence and quotes.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="YYYY-MM-DD", help="The day of the export: from it «вчера» and days without a year count."
    ),
]
Track = Annotated[bool, typer.Option("--track/--no-track", help="Log the run to MLflow.")]


def say(line: str) -> None:
    """Print a closing line."""
    print(line, flush=True)


def mapping(map_path: Path | None) -> dict[str, str] | None:
    """Return the map in a file, when one is named."""
    from reviewmine.corpus.columns import load_map

    return load_map(map_path) if map_path else None


def moment(as_of: str | None) -> Any:
    """Return the day from which «вчера» counts, when one is named."""
    from reviewmine.corpus.dates import parse_as_of

    return parse_as_of(as_of) if as_of else None


def reviews_in(sources: list[str], map_path: Path | None, as_of: str | None) -> Any:
    """Return the reviews in ``sources``, and say what was noted and rejected on the way."""
    from reviewmine.corpus.read import read_reviews
    from reviewmine.workflow import said_of

    reading = read_reviews(sources, mapping(map_path), moment(as_of))
    for line in said_of(reading):
        say(line)
    return reading.reviews
