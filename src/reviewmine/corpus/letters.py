"""What texts are written with: scripts, capitals, emoji, and the signs of a broken encoding. Counted in numpy."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SCRIPTS = ("russian", "cyrillic", "latin", "mixed", "other", "none")
"""Russian letters; Cyrillic with letters that Russian has not; Latin; two of them; another script; no letter at all."""

_READ = 2_000  # characters of a text that are looked at
_AT_ONCE = 1 << 21  # characters worked on at once
_NONE, _RUSSIAN, _CYRILLIC, _LATIN, _OTHER, _EMOJI = range(6)
_KINDS = 6
_MOST = 0x20000  # code points from here on are letters of East Asia
_RUSSIAN_RANGES = ((0x401, 0x401), (0x410, 0x44F), (0x451, 0x451))
_CYRILLIC_RANGES = ((0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F))
_LATIN_RANGES = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
_EMOJI_RANGES = ((0x2600, 0x27BF), (0x2B50, 0x2B55), (0x1F000, 0x1FAFF))
_LOST = 0xFFFD  # stands for bytes that no table could read
_MISREAD = (0xD0, 0xD1, 0x420, 0x421)  # «Ð», «Ñ», «Р», «С»: every other letter of Russian UTF-8 in a wrong table

_MOST_OF = 0.8  # share of letters that makes a text of one script
_FOREIGN, _FOREIGN_SHARE = 2, 0.01  # letters that Russian has not, and their share, that make a text another language
_CAPS_LETTERS, _CAPS_SHARE = 10, 0.7
_MISREAD_LETTERS, _MISREAD_SHARE = 6, 0.4


@dataclass(frozen=True)
class Letters:
    """What each text is written with, in the order of the texts, by its first 2,000 characters."""

    script: NDArray[np.str_]
    emoji: NDArray[np.bool_]
    caps: NDArray[np.bool_]
    """Shouted: ten letters or more, most of them capitals."""
    broken: NDArray[np.bool_]
    """Read in a wrong encoding: «Ð¿Ñ€Ð¸», «РїСЂРё», «�»."""
    foreign: Counter[str]
    """Letters of Cyrillic that Russian has not, in all texts of script ``cyrillic``."""


def read_letters(texts: Sequence[str]) -> Letters:
    """Return what each of ``texts`` is written with.

    >>> found = read_letters(["Шумит 👎", "Дуже гарний, їздить тихіше", "Too LOUD", "5+", "НЕ РАБОТАЕТ ВООБЩЕ"])
    >>> found.script.tolist(), found.emoji.tolist().index(True), found.caps.tolist().index(True)
    (['russian', 'cyrillic', 'latin', 'none', 'russian'], 0, 4)
    """
    parts = [_read(chunk) for chunk in _chunks(texts)]
    foreign: Counter[str] = Counter()
    for part in parts:
        foreign.update(part.foreign)
    if not parts:
        nothing = np.zeros(0, dtype=bool)
        return Letters(np.zeros(0, dtype=str), nothing, nothing, nothing, foreign)
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in ("script", "emoji", "caps", "broken")
    }
    return Letters(**joined, foreign=foreign)


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the beginnings of the texts in lists of bounded length together."""
    chunk, n_chars = [], 0
    for text in texts:
        chunk.append(text[:_READ])
        n_chars += len(chunk[-1])
        if n_chars >= _AT_ONCE:
            yield chunk
            chunk, n_chars = [], 0
    if chunk:
        yield chunk


def _read(texts: Sequence[str]) -> Letters:
    """Return what each text of one chunk is written with."""
    kinds, capitals = _tables()
    n = len(texts)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(n), np.fromiter(map(len, texts), dtype=np.int64, count=n))
    codes = np.minimum(codes, _MOST)
    kind = kinds[codes]
    counts = np.bincount(owner * _KINDS + kind, minlength=n * _KINDS).reshape(n, _KINDS)
    upper = np.bincount(owner[capitals[codes]], minlength=n)
    misread = np.bincount(owner[np.isin(codes, _MISREAD)], minlength=n)
    lost = np.bincount(owner[codes == _LOST], minlength=n)
    letters = counts[:, _RUSSIAN : _OTHER + 1].sum(axis=1)
    script = _scripts(counts, letters)
    foreign = codes[(kind == _CYRILLIC) & (script == "cyrillic")[owner]] if n else codes
    found = zip(*(part.tolist() for part in np.unique(foreign, return_counts=True)), strict=True)
    special: Counter[str] = Counter()
    for code, times in found:
        special[chr(code).lower()] += times
    return Letters(
        script,
        counts[:, _EMOJI] > 0,
        (letters >= _CAPS_LETTERS) & (upper >= _CAPS_SHARE * letters),
        (lost > 0) | ((letters >= _MISREAD_LETTERS) & (misread >= _MISREAD_SHARE * letters)),
        special,
    )


def _scripts(counts: NDArray[np.int64], letters: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the script of each text by the counts of its letters."""
    russian, cyrillic, latin, other = (counts[:, kind] for kind in (_RUSSIAN, _CYRILLIC, _LATIN, _OTHER))
    foreign = (cyrillic >= _FOREIGN) & (cyrillic >= _FOREIGN_SHARE * letters)
    return np.select(
        [
            letters == 0,
            other > letters / 2,
            (russian + cyrillic >= _MOST_OF * letters) & foreign,
            russian + cyrillic >= _MOST_OF * letters,
            latin >= _MOST_OF * letters,
        ],
        ["none", "other", "cyrillic", "russian", "latin"],
        "mixed",
    )


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the kind of each code point, and whether it is a capital letter."""
    categories = [unicodedata.category(chr(code)) for code in range(_MOST)]
    kinds = np.full(_MOST + 1, _OTHER, dtype=np.uint8)
    kinds[:_MOST] = np.where([category[0] == "L" for category in categories], _OTHER, _NONE)
    ranged = ((_LATIN, _LATIN_RANGES), (_CYRILLIC, _CYRILLIC_RANGES), (_RUSSIAN, _RUSSIAN_RANGES))
    for kind, ranges in ranged:
        for low, high in ranges:
            kinds[low : high + 1] = np.where(kinds[low : high + 1] != _NONE, kind, _NONE)
    for low, high in _EMOJI_RANGES:
        kinds[low : high + 1] = _EMOJI
    return kinds, np.asarray([category == "Lu" for category in categories] + [False])
