"""What a person sees while work goes on: a spinner or a bar on stderr, when it is a terminal; nothing elsewhere."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[str, float, int], None]
"""Called with what is done, the share of it that is done, and the number of rows so far."""


@contextlib.contextmanager
def spinner(what: str) -> Iterator[None]:
    """Show that ``what`` goes on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status(f"{what} …"):
        yield


@contextlib.contextmanager
def bars() -> Iterator[Progress | None]:
    """Give what draws a bar for each kind of work, with rows, rows a second and the time left; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[speed]:,.0f} rows/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, int] = {}

        def draw(what: str, share: float, rows: int) -> None:
            """Move the bar of ``what``."""
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=1.0, rows=0, speed=0.0)
            task = shown.tasks[shown.task_ids.index(tasks[what])]
            shown.update(task.id, completed=min(1.0, share), rows=rows, speed=rows / max(task.elapsed or 0.0, 0.001))

        yield draw
