"""The command line: one thin command per stage. Errors are one line on stderr; exit codes 0 done, 1 gate, 2 bad input."""

from reviewmine.cli import data, labels, models, pages, taxonomy  # noqa: F401 (each registers its commands)
from reviewmine.cli.app import app, main

__all__ = ["app", "main"]
