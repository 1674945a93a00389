"""What a person sees while work goes on: a spinner or a bar on stderr, when it is a terminal; nothing elsewhere."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[str, float, int], None]
"""Called with the table that is read, ``WRITING`` or ``SCORING``, the share of all such work that is done, and its rows so far."""

WRITING = "writing"
"""What is done when no table is being read."""

SCORING = "scoring"
"""What is done once all tables are read and their reviews go through a router."""

_NAME_CHARS = 32


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
    """Give what draws one bar for all reading and one for what follows, writing or scoring, with rows, rows a second and the time left.

    The bar of reading carries the name of the file at hand. A bar's clock starts when the work before it ends. None where
    nobody looks.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}", markup=False),  # a file may be called [red]
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[speed]:,.0f} rows/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[bool, tuple[TaskID, float]] = {}
        last = shown.get_time()

        def draw(what: str, share: float, rows: int) -> None:
            """Move the bar of reading or of what follows."""
            nonlocal last
            writes, name = what in (WRITING, SCORING), short_name(what)
            if writes not in tasks:
                tasks[writes] = shown.add_task(name, total=1.0, rows=0, speed=0.0), last
            task, began = tasks[writes]
            last = shown.get_time()
            speed = rows / (last - began) if last > began else 0.0
            shown.update(task, description=name, completed=max(0.0, min(1.0, share)), rows=rows, speed=speed)

        yield draw


def short_name(where: str) -> str:
    """Return the name of a table without its folders, on one short line that a terminal can show.

    >>> short_name("выгрузки/2024/отзывы.xlsx::Лист1"), short_name("a/" + "б" * 40 + ".csv")
    ('отзывы.xlsx::Лист1', '…ббббббббббббббббббббббббббб.csv')
    """
    name = re.split(r"[/\\]", where.rstrip("/\\"))[-1]
    name = "".join(char if char.isprintable() else "?" for char in name)
    return name if len(name) <= _NAME_CHARS else f"…{name[1 - _NAME_CHARS :]}"
