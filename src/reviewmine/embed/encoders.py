"""Encoders behind one protocol: fit on texts, then texts to unit vectors. Each distinct text is encoded once."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What turns texts into vectors."""

    def fit(self, texts: Sequence[str]) -> "Encoder":
        """Learn from ``texts`` what is to be learned; return the encoder."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, shape (texts, dimensions), each of length one or all zero."""
        ...


def make_encoder(name: str) -> Encoder:
    """Return the encoder an experiment names: ``domain``, ``navec`` or ``sentence:<hub id or folder>``."""
    from reviewmine.embed.domain import DomainEncoder  # noqa: PLC0415
    from reviewmine.embed.navec import NavecEncoder  # noqa: PLC0415
    from reviewmine.embed.sentence import SentenceEncoder  # noqa: PLC0415

    kind, colon, argument = name.partition(":")
    makers: dict[str, Callable[[], Encoder]] = {"domain": DomainEncoder, "navec": NavecEncoder}
    if kind in makers and not colon:
        return makers[kind]()
    if kind == "sentence" and argument:
        return SentenceEncoder(argument)
    raise ReviewmineError(
        f"encoder {name!r}",
        expected="domain, navec or sentence:<hub id or folder>",
        where="discover.encoder",
        do="fix the experiment",
    )


def unit_rows(matrix: Any) -> Vectors:
    """Return ``matrix`` with every row scaled to length one; zero rows stay zero."""
    dense = np.asarray(matrix, dtype=np.float64)
    length = np.linalg.norm(dense, axis=1, keepdims=True)
    return (dense / np.where(length > 0, length, 1)).astype(np.float32)


def spread(texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
    """Return ``encode`` of the distinct texts, spread back over all of them."""
    distinct = sorted(set(texts))
    place = {text: i for i, text in enumerate(distinct)}
    vectors = encode(distinct)
    return vectors[[place[text] for text in texts]]
