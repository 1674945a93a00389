"""Rules of tokens: spaCy's Matcher on one statement, with the fields where it is looked for and the words that deny it.

They stand in a file of their own beside the taxonomy: what is tried today is no part of the contract that routers load.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.model import Closed, Text

MOST_RULES: Final = 1_000
MOST_FREE: Final = 6
"""Tokens of a rule that may be there or not: the ways to match double with each."""
DENIALS: Final = ("не", "ни", "без", "нет", "никакой")
"""Lemmas that deny what follows."""
_AFFIRMING: Final = frozenset({"только", "просто"})  # «не только опоздал» denies nothing
_MAX_BYTES: Final = 1_000_000
_LIST: Final = "a list such as - {type: late, name: ждали N часов, matcher: [{LEMMA: ждать}, {LIKE_NUM: true}]}"

Several = Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]


class Among(Closed):
    """One of several words, or none of them."""

    IN: Several | None = None
    NOT_IN: Several | None = None


class Token(Closed):
    """What one token must be, in the words of spaCy's Matcher; ``OP`` is ``?``, ``{n}`` or ``{n,m}`` with m up to 6."""

    LEMMA: Text | Among | None = None
    LOWER: Text | Among | None = None
    LIKE_NUM: bool | None = None
    IS_PUNCT: bool | None = None
    OP: Annotated[str, Field(pattern=r"^(\?|\{[0-6](,[0-6])?\})$")] = "{1}"

    @property
    def times(self) -> tuple[int, int]:
        """Return how often the token stands there, at least and at most."""
        least, _, most = ("0,1" if self.OP == "?" else self.OP.strip("{}")).partition(",")
        return int(least), int(most or least)

    @property
    def names_a_word(self) -> bool:
        """Return whether the token must be there and be one of some words."""
        said = (one for one in (self.LEMMA, self.LOWER) if one is not None)
        return self.times[0] > 0 and any(isinstance(one, str) or one.IN is not None for one in said)


class TokenRule(Closed):
    """Tokens that stand one after another and speak for the type with the code ``type``.

    ``fields`` are the parts of a review where it is looked for; without them, where the kind of its type may stand. A match
    is passed over where one of ``not_after`` stands among the two words before it, on this side of a sign.
    """

    type: Text
    name: Text
    matcher: Annotated[tuple[Token, ...], Field(min_length=1, max_length=20)]
    fields: tuple[Literal["pros", "cons", "comment", "title", "text"], ...] = ()
    not_after: Annotated[tuple[Text, ...], Field(max_length=50)] = DENIALS

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip():
            msg = "the table of rules shows the name, and it is empty"
            raise ValueError(msg)
        return name

    @model_validator(mode="after")
    def _bounded(self) -> "TokenRule":
        if not any(one.names_a_word for one in self.matcher):
            msg = "no LEMMA or LOWER that must be there: the rule would meet everything"
            raise ValueError(msg)
        free = sum(most - least for least, most in (one.times for one in self.matcher))
        if free > MOST_FREE or any(most < max(least, 1) for least, most in (one.times for one in self.matcher)):
            msg = f"OP leaves {free} tokens open, at most {MOST_FREE} may be, and {{n,m}} has n up to m"
            raise ValueError(msg)
        return self

    @property
    def text(self) -> str:
        """Return what a person calls the rule."""
        return self.name

    @property
    def places(self) -> tuple[Token, ...]:
        """Return the tokens that must be there."""
        return tuple(one for one in self.matcher if one.times[0])

    def denied(self, before: list[str]) -> bool:
        """Tell whether a match is denied by the lemmas ``before`` it, the last word last.

        >>> late = TokenRule(type="late", name="опоздание", matcher=[{"LEMMA": "опоздание"}])
        >>> late.denied(["не", "быть"]), late.denied(["не", "только"]), late.denied([])
        (True, False, False)
        """
        following = [*before[1:], ""]
        return any(
            word in self.not_after and after not in _AFFIRMING for word, after in zip(before, following, strict=False)
        )


_RULES: TypeAdapter[tuple[TokenRule, ...]] = TypeAdapter(Annotated[tuple[TokenRule, ...], Field(max_length=MOST_RULES)])


def load_token_rules(path: str | Path) -> tuple[TokenRule, ...]:
    """Return the rules in a YAML file. Raises ``ReviewmineError`` that names the first rule that cannot be used, and why."""
    path = Path(path)
    if not path.is_file():
        raise ReviewmineError("no such file", expected="rules of tokens", where=str(path), do="check the path")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ReviewmineError("larger than 1 MB", expected=_LIST, where=str(path), do="check the path")
        return _RULES.validate_python(yaml.safe_load(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        every = error.errors()
        same = (one for one in every if one["loc"][:1] == every[0]["loc"][:1])
        first = max(same, key=lambda one: len(one["loc"]))  # of ways to read a value, the one that came farthest
        number, *place = first["loc"] or ("",)
        at = f"rule {number + 1}" if isinstance(number, int) else "the file"
        inner = ".".join(str(part) for part in place)
        found = f"{at}{f', {inner}' if inner else ''}: {first['msg']}"
        raise ReviewmineError(
            found, expected=_LIST, where=str(path), do="see Rules of tokens in docs/labels.md"
        ) from None
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=str(path), do="fix the file") from error
