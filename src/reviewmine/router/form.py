"""The form of what a bundle's JSON says: checked before a router works with it, since a hash only tells who wrote it."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from reviewmine.errors import BundleError
from reviewmine.router.features import FeatureSpec
from reviewmine.router.policy import Policy
from reviewmine.router.sealed import REMEDY, canonical, strict_json

_ANSWER = {"kind", "types", "action", "owner", "probability"}
_NAMES = ("code", "title", "kind", "owner")
_LARGEST = 1e6  # of a figure in a policy: nothing overflows below it


def spec_of(data: bytes) -> FeatureSpec:
    """Return the features that ``features.json`` describes. Raises ``ValueError`` and its like on another form."""
    given = strict_json(data)
    spec = FeatureSpec.from_json(given)
    low, high = spec.char_ngrams
    _ask(_same(spec.to_json(), given), "keys or types that are not those of features")
    _ask(2 <= low <= high <= 16, f"n-grams of {low} to {high}")
    _ask(spec.word_ngrams in (1, 2), f"word_ngrams {spec.word_ngrams}")
    _ask(0 <= spec.sentences <= 1, f"sentences {spec.sentences}")
    _ask(all(0 <= weight <= _LARGEST for weight in spec.block_weights), "block_weights out of range")
    _ask(all(abs(mean) < 1e30 and 0 <= std < 1e30 for mean, std in spec.numeric.values()), "numeric out of range")
    return spec


def policy_of(data: bytes) -> Policy:
    """Return the policy in ``policy.json``. Raises ``ValueError`` and its like on another form."""
    given = strict_json(data)
    policy = Policy.from_json(given)
    _ask(_same(policy.to_json(), given), "keys or types that are not those of a policy")
    _ask(1 <= policy.shortlist <= _LARGEST, f"shortlist {policy.shortlist}")
    for name in given.keys() - {"head"}:
        several = isinstance(given[name], list)
        figures = given[name] if several else [given[name]]
        _ask(several == name.endswith("thresholds"), f"{name} is {'a' if several else 'no'} list")
        _ask(all(type(each) in (int, float) and abs(each) <= _LARGEST for each in figures), f"{name} out of range")
    return policy


def taxonomy_of(data: bytes) -> dict[str, Any]:
    """Return the taxonomy in ``taxonomy.json``. Raises ``ValueError`` and its like on another form."""
    taxonomy: dict[str, Any] = strict_json(data)
    types = taxonomy["types"]
    _ask(isinstance(types, list) and all(isinstance(kind, dict) for kind in types), "types are no list of objects")
    for name in _NAMES:
        _ask(all(isinstance(kind.get(name), str) for kind in types), f"a type without {name}")
    _ask(len({kind["code"] for kind in types}) == len(types), "a code stands twice")
    json.dumps(taxonomy, ensure_ascii=False).encode()  # half a surrogate pair could not be written into an answer
    return taxonomy


class Golden(Sequence[Mapping[str, Any]]):
    """The rows of ``golden.jsonl``, understood when one is first asked for: who only routes never does."""

    def __init__(self, data: bytes) -> None:
        """Keep ``data``. Raises ``ValueError`` when it is not made of objects, one a line."""
        self._data = data
        self._lines = data.count(b"\n")
        ends = (data[:1], data[-2:], data.count(b"\n{") + 1, data.count(b"}\n"))
        _ask(not data or ends == (b"{", b"}\n", self._lines, self._lines), "golden.jsonl is not one object a line")

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return [_golden_row(number, line) for number, line in enumerate(self._data.split(b"\n")[:-1], start=1)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._lines

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        """Return a row, or several."""
        return self._rows[index]


def _golden_row(number: int, line: bytes) -> dict[str, Any]:
    """Return a row of the golden set. Raises ``BundleError`` when it has another form."""
    try:
        row: dict[str, Any] = strict_json(line)
        review, answer = row["review"], row["answer"]
        _ask(isinstance(review, dict) and isinstance(review["id"], str), "no review with an id")
        _ask(isinstance(answer, dict) and answer.keys() == _ANSWER, f"an answer without {', '.join(sorted(_ANSWER))}")
        _ask(type(answer["probability"]) in (int, float), "a probability that is no number")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError(
            f"does not have the documented form ({str(error)[:200]})", where=f"golden.jsonl, line {number}", do=REMEDY
        ) from error
    return row


def _same(understood: Any, given: Any) -> bool:
    """Return whether what was understood says all that was given, and nothing else."""
    return bool(strict_json(canonical(understood)) == given)


def _ask(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
