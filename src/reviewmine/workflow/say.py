"""How a stage speaks: one closing line, and what it noticed on the way."""

from collections.abc import Callable

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing: the default of the API."""
