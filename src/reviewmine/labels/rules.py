"""The patterns of a taxonomy as rules: which of them each statement meets, and under which field.

A rule looks at one statement at a time: «не привезли» and «в срок» in two sentences are not one complaint. The field has a
say: a complaint is not looked for under Достоинства, nor praise under Недостатки, unless the statement is misplaced there,
or a rule of tokens names its fields itself.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.labels.token_rules import TokenRule
from reviewmine.taxonomy.model import Kind, Type
from reviewmine.taxonomy.notation import Pattern, places_of, read_pattern
from reviewmine.taxonomy.patterns import token_matcher

PAINS: frozenset[Kind] = frozenset(("complaint", "suggestion", "question"))


@dataclass(frozen=True)
class Rule:
    """A pattern of the taxonomy, or a rule of tokens, and the number of the type that it speaks for."""

    type: int
    pattern: Pattern | TokenRule


@dataclass(frozen=True)
class Catch:
    """A rule that a statement met, both by their numbers."""

    statement: int
    rule: int


Met = Callable[[str], Sequence[int]]
"""A text to the numbers of the rules that it meets, sorted."""


def rules_of(types: Sequence[Type], tokens: Sequence[TokenRule] = ()) -> tuple[Rule, ...]:
    """Return a rule for each pattern, in the order of ``types``, and after them the rules of ``tokens``.

    Raises ``ReviewmineError`` for a pattern without words, and for a rule of tokens whose type is not among ``types``.
    """
    rules = [Rule(number, read_pattern(text)) for number, one in enumerate(types) for text in one.patterns]
    place = {one.code: number for number, one in enumerate(types)}
    for one in tokens:
        if one.type not in place:
            raise ReviewmineError(
                f"rule {one.name!r} is of the type {one.type!r}",
                expected="the code of a type in use",
                do="fix the rule",
            )
        rules.append(Rule(place[one.type], one))
    return tuple(rules)


def catches(statements: pd.DataFrame, types: Sequence[Type], rules: Sequence[Rule]) -> list[Catch]:
    """Return which rules the rows of ``statements`` meet (columns of ``statement_schema``), in their order.

    Statements that say nothing or are not the customer's meet none.
    """
    by_words, by_tokens = _by_words(rules), _by_tokens(rules)
    met: dict[str, list[int]] = {}
    found: list[Catch] = []
    columns = (statements[name] for name in ("text", "part", "misplaced", "null"))
    for at, (text, part, misplaced, null) in enumerate(zip(*columns, strict=True)):
        if null:
            continue
        if text not in met:
            met[text] = sorted({*by_words(text), *by_tokens(text)})
        found += [Catch(at, n) for n in met[text] if _fits(rules[n], types[rules[n].type].kind, part, misplaced)]
    return found


def _by_words(rules: Sequence[Rule]) -> Met:
    """Return what finds the patterns of the taxonomy, which are looked up by one of their words."""
    patterns = {number: one.pattern for number, one in enumerate(rules) if isinstance(one.pattern, Pattern)}
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for number, pattern in patterns.items():
        for word in min(pattern.places, key=lambda place: (len(place), sorted(place))):
            by_word[word].append(number)

    def met(text: str) -> list[int]:
        where = places_of(text)
        asked = {number for word in where for number in by_word.get(word, ())}
        return [number for number in asked if patterns[number].met(where)]

    return met


def _by_tokens(rules: Sequence[Rule]) -> Met:
    """Return what finds the rules of tokens; a match that is denied is none."""
    tokens = [(number, one.pattern) for number, one in enumerate(rules) if isinstance(one.pattern, TokenRule)]
    if not tokens:
        return lambda _: ()
    find = token_matcher([[word.model_dump(exclude_none=True) for word in one.matcher] for _, one in tokens])
    return lambda text: [tokens[n][0] for n, before in find(text) if not tokens[n][1].denied(before)]


def _fits(rule: Rule, kind: Kind, part: str, misplaced: bool) -> bool:
    """Tell whether a rule for a type of ``kind`` is looked for under a part of a review."""
    if isinstance(rule.pattern, TokenRule) and rule.pattern.fields:
        return part in rule.pattern.fields
    return misplaced or not ((part == "pros" and kind in PAINS) or (part == "cons" and kind == "gratitude"))
