"""Where the reviews of a JSON document stand: the lists of objects in it, those of one kind joined, the others named."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reviewmine.corpus.formats.flat import MAX_DEPTH

_AN_ITEM = 3  # inner objects to an outer one from which the outer ones are pages, not reviews
_SHARED_OF_BEST, _SHARED_OF_OTHER = 0.3, 0.5  # share of the text under common keys from which two lists are of a kind
_LOOKED_AT = 20  # values of a mapping
_NAMED = 20  # lists left out that get a note each
_ID = re.compile(r"\d+|(?=[^\d]{0,64}\d)[\w-]{8,64}")


@dataclass
class _Objects:
    """All lists of objects that stand at one path of a document, as one list."""

    path: str
    outer: str | None
    items: list[Any] = field(default_factory=list)
    inner: list["_Objects"] = field(default_factory=list)
    """Those that stand right in the objects."""

    @cached_property
    def text(self) -> Counter[str]:
        """Return the number of characters of text under each key of the objects; addresses are no text."""
        found: Counter[str] = Counter()
        for item in self.items:
            found.update(_text_in(item))
        return found

    @cached_property
    def n_text(self) -> int:
        """Return the number of characters of text right in the objects."""
        return self.text.total()


def reviews_in(document: Any, notes: list[str] | None = None) -> list[Any]:
    """Return the reviews in a document: the list of objects with most text, and all lists of the same kind.

    A mapping whose values are alike, such as reviews under their ids, is a list of its values. Lists at the same path
    are one list, so pages of reviews come out as reviews; lists of a kind have their text under the same keys, and are
    joined in the order of the document. What lies inside a review, such as answers, is not taken for reviews. ``notes``
    gets a line for each list that is left out.

    >>> reviews_in({"new": [{"pros": "Тихий"}], "tags": [{"n": 1}], "old": {"7": {"pros": "Лёгкий"}}})
    [{'pros': 'Тихий'}, {'pros': 'Лёгкий'}]
    """
    found: dict[str, _Objects] = {}
    for path, outer, items in _lists(document):
        if path not in found:
            found[path] = _Objects(path, outer)
            if outer is not None:
                found[outer].inner.append(found[path])
        found[path].items.extend(items)
    best, around = _best(found)
    if best is None:
        return []
    taken, left_out = [], []
    passed = {None, *around}  # lists in which others are looked for
    for one in found.values():
        if one.outer not in passed or one.path in around:
            continue
        if one is best or _of_a_kind(best, one):
            taken.append(one)
        elif any(_of_a_kind(best, inner) and _are_pages(one, inner) for inner in one.inner):
            passed.add(one.path)
            around.append(one.path)
        else:
            left_out.append(one)
    if notes is not None:
        notes.extend(_said(taken, left_out, [found[path] for path in around if found[path].n_text]))
    return [item for one in taken for item in one.items]


def _best(found: dict[str, _Objects]) -> tuple[_Objects | None, list[str]]:
    """Return the list with most text, and the paths of the lists of pages around it."""
    tops = [one for one in found.values() if one.outer is None]
    if not tops:
        return None, []
    best = max(tops, key=lambda one: (max(one.n_text, _n_paged(one)), len(one.items)))
    around: list[str] = []
    while inner := [one for one in best.inner if _are_pages(best, one)]:
        around.append(best.path)
        best = max(inner, key=lambda one: one.n_text)
    return best, around


def _n_paged(outer: _Objects) -> int:
    """Return the most text that a list has whose pages another list holds."""
    return max((one.n_text for one in outer.inner if _are_pages(outer, one)), default=0)


def _are_pages(outer: _Objects, inner: _Objects) -> bool:
    many = len(inner.items) >= _AN_ITEM * len(outer.items) or not outer.n_text
    return many and inner.n_text > outer.n_text


def _of_a_kind(best: _Objects, other: _Objects) -> bool:
    """Return whether two lists have their text under the same keys."""
    shared = best.text.keys() & other.text.keys()
    return (
        bool(shared)
        and sum(best.text[key] for key in shared) >= _SHARED_OF_BEST * best.n_text
        and sum(other.text[key] for key in shared) >= _SHARED_OF_OTHER * other.n_text
    )


def _said(taken: Sequence[_Objects], left_out: Sequence[_Objects], around: Sequence[_Objects]) -> Iterator[str]:
    """Yield what to tell of the lists of a document."""
    if len(taken) > 1:
        told = ", ".join(f"{_called(one)} ({len(one.items)})" for one in taken[:_NAMED])
        yield f"{len(taken)} lists of objects are read as one: {told}{', …' if len(taken) > _NAMED else ''}"
    for one in around:
        yield f"what stands around the lists in the {len(one.items)} objects at {_called(one)} is left out"
    for one in left_out[:_NAMED]:
        yield f"the list at {_called(one)} is left out: {len(one.items)} objects with other keys"
    if more := left_out[_NAMED:]:
        yield f"{len(more)} more lists are left out: {sum(len(one.items) for one in more)} objects with other keys"


def _called(one: _Objects) -> str:
    """Return the path of a list as a person writes it."""
    return repr(one.path.removeprefix(".")[:100]) if one.path else "the top"


def _lists(document: Any) -> Iterator[tuple[str, str | None, list[Any]]]:
    """Yield the lists of objects with their path and the path of the list around them, in the order of the document."""
    stack: list[tuple[Any, str, str | None, int]] = [(document, "", None, 0)]
    while stack:
        value, path, outer, depth = stack.pop()
        if depth > MAX_DEPTH or not isinstance(value, dict | list):
            continue
        items = value if isinstance(value, list) else list(value.values())
        listed = isinstance(value, list) or _is_listed(value)
        if listed and any(isinstance(item, dict) for item in items):
            yield path, outer, items
            outer = path
        names = [f"{path}[]"] * len(items) if listed else [f"{path}.{key}" for key in value]
        parts = [(part, name) for part, name in zip(items, names, strict=True) if isinstance(part, dict | list)]
        stack.extend((part, name, outer, depth + 1) for part, name in reversed(parts))


def _is_listed(mapping: dict[Any, Any]) -> bool:
    """Return whether the values of a mapping are objects of a kind, as reviews under their ids are."""
    if not mapping or not all(isinstance(value, dict) for value in mapping.values()):
        return False
    by_id = all(_ID.fullmatch(str(key)) for key in mapping)
    values = list(mapping.values())[:_LOOKED_AT]
    if len(mapping) == 1 and not by_id:
        return False
    texts = [_text_in(value) for value in values]
    times = Counter(key for text in texts for key in text)
    if max(times.values(), default=0) < max(len(values) / 2, min(len(values), 2)):
        return False
    return by_id or not any(_has_richer_list(value, text.total()) for value, text in zip(values, texts, strict=True))


def _has_richer_list(value: dict[str, Any], n_text: int) -> bool:
    """Return whether an object is but a frame around a list of objects that holds more text than itself."""
    lists = (part for part in value.values() if isinstance(part, list))
    return any(sum(_text_in(item).total() for item in part[:_LOOKED_AT]) > n_text for part in lists)


def _text_in(item: Any) -> Counter[str]:
    """Return the number of characters of text under each key of an object, inner objects included, its lists not."""
    found: Counter[str] = Counter()
    stack: list[tuple[Any, str, int]] = [(item, "", 0)]
    while stack:
        value, name, depth = stack.pop()
        if isinstance(value, str):
            if "://" not in value and any(map(str.isalpha, value)):
                found[name] += len(value)
        elif isinstance(value, dict) and depth <= MAX_DEPTH:
            stack.extend((part, f"{name}.{key}", depth + 1) for key, part in value.items())
    return found
