"""The patterns of a taxonomy as rules: which of them each statement meets, and under which field.

A rule looks at one statement at a time: «не привезли» and «в срок» in two sentences are not one complaint. The field has a
say: a complaint is not looked for under Достоинства, nor praise under Недостатки, unless the statement is misplaced there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from reviewmine.taxonomy.model import Kind, Type
from reviewmine.taxonomy.notation import Pattern, places_of, read_pattern

PAINS: frozenset[Kind] = frozenset(("complaint", "suggestion", "question"))


@dataclass(frozen=True)
class Rule:
    """A pattern and the number of the type that it speaks for."""

    type: int
    pattern: Pattern


@dataclass(frozen=True)
class Catch:
    """A rule that a statement met, both by their numbers."""

    statement: int
    rule: int


def rules_of(types: Sequence[Type]) -> tuple[Rule, ...]:
    """Return a rule for each pattern, in the order of ``types``. Raises ``ReviewmineError`` for a pattern without words."""
    return tuple(Rule(number, read_pattern(text)) for number, one in enumerate(types) for text in one.patterns)


def catches(statements: pd.DataFrame, types: Sequence[Type], rules: Sequence[Rule]) -> list[Catch]:
    """Return which rules the rows of ``statements`` meet (columns of ``statement_schema``), in their order.

    Statements that say nothing or are not the customer's meet none.
    """
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for word in min(rule.pattern.places, key=lambda place: (len(place), sorted(place))):
            by_word[word].append(number)
    met: dict[str, tuple[int, ...]] = {}
    found: list[Catch] = []
    columns = (statements[name] for name in ("text", "part", "misplaced", "null"))
    for at, (text, part, misplaced, null) in enumerate(zip(*columns, strict=True)):
        if null:
            continue
        if text not in met:
            where = places_of(text)
            asked = sorted({number for word in where for number in by_word.get(word, ())})
            met[text] = tuple(number for number in asked if rules[number].pattern.met(where))
        found += [Catch(at, n) for n in met[text] if _fits(types[rules[n].type].kind, part, misplaced)]
    return found


def _fits(kind: Kind, part: str, misplaced: bool) -> bool:
    """Tell whether a type of ``kind`` is looked for under a part of a review."""
    return misplaced or not ((part == "pros" and kind in PAINS) or (part == "cons" and kind == "gratitude"))
