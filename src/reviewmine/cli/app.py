"""The typer app, its errors and exit codes."""

import contextlib
import signal
import sys
from typing import Annotated

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


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that cannot show Cyrillic must not stop the work
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with contextlib.suppress(ValueError):  # outside the main thread signals are not ours
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is half done is cleaned up
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
