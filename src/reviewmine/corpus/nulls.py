"""Answers that say nothing: «нет», «пока не выявлено», «-», «всё супер» under Недостатки.

An answer is null when every word of it belongs to a small closed vocabulary and something in it denies. So «нет
недостатков» is null and «нет инструкции» is not: the vocabulary has no «инструкция». Table first, then the engine.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice, takewhile

from reviewmine.corpus.null_tables import BY_FORM, GOODS, ROLES, SAYS, WHOLE, YET
from reviewmine.language.lemmas import forms_of, lemma, readings
from reviewmine.language.normalize import Token, tokens

MOST_WORDS = 14
"""Longer answers say something."""

_FREE = frozenset(
    "denies fault merit which them fill well only who pick place there look speak silent later number rhetoric usage weak thanks".split()
)
# Roles that a word may have only beside words of other roles.
_FREE_BESIDE = (
    ("find bad can what see", "denies not"),
    ("when", "find usage use"),
    ("wrote", "place there"),
    ("thing", "well fault speak use pick"),
    ("early", "speak find pick"),
    ("find can", "early rhetoric"),
    ("seek", "find denies not"),
    ("where", "later silent"),
    ("exist", "not"),
    ("side", "weak"),
    ("need", "denies well"),
    ("star", "number"),
    ("quality", "fault"),
    ("knows", "who"),
)
# May stand between «не» and «обнаружил».
_BETWEEN = frozenset("fill which when where can preposition what them".split())

_MISSPELT = 4
"""Letters of a word from which a slip of it can be told."""
_CHIEF = frozenset("denies find fault speak well place".split())
_RUN_ON = frozenset("нет нету отсутствуют".split())

_WHOLE_RULE = {
    answer.strip(): rule
    for rule, table in WHOLE.items()
    for answer in table.replace("\n", "|").split("|")
    if answer.strip()
}


def null_rule(text: str, part: str) -> str:
    """Return the name of the rule by which ``text`` says nothing, or '' when it says something.

    ``signs``: no word in it. ``none``: there is none («нет», «пока не обнаружил»). ``not-said``: «не знаю», «ещё не
    распаковали». ``elsewhere``: «см. комментарий». ``all-good``: «всё нравится» under cons.

    >>> null_rule("-", "cons"), null_rule("Не обнаружено!", "cons"), null_rule("Шнур короткий", "cons")
    ('signs', 'none', '')
    """
    said = (_word(token, text) for token in tokens(text) if token.form[0].isalnum())
    forms = list(islice(said, MOST_WORDS + 1))
    if not forms:
        return "signs"
    if len(forms) > MOST_WORDS:
        return ""
    answer = " ".join(forms)
    whole = _WHOLE_RULE.get(answer)
    if whole:
        return whole
    roles = list(takewhile(bool, map(roles_of, forms)))
    if (
        len(roles) < len(forms)
        or any(phrase in answer for phrase in SAYS)
        or ("ничего" in forms and not GOODS.isdisjoint(forms))
    ):
        return ""
    heads = _heads(roles, yet=not YET.isdisjoint(forms))
    return "" if heads is None else _verdict(heads, frozenset().union(*roles), part)


def _word(token: Token, text: str) -> str:
    """Return the form of a token; of numbers only nought is «0», for «2 минуса» are some."""
    return "#" if token.form == "0" and text[token.start : token.end].strip("0.,") else token.form


@lru_cache(maxsize=50_000)
def roles_of(form: str) -> frozenset[str]:
    """Return the roles of a normal form in a null answer; none for a word that says something.

    >>> sorted(roles_of("минусов")), sorted(roles_of("ненашла")), sorted(roles_of("шнур"))
    (['fault'], ['denies'], [])
    """
    roles = _ROLE_OF.get(form, frozenset()) | (_ROLE_OF.get(lemma(form), frozenset()) - BY_FORM)
    if roles or len(form) < _MISSPELT or readings(form):
        return roles
    if form.startswith("не") and roles_of(form[2:]) & {"find", "speak"}:
        return frozenset({"denies"})  # «ненашла» in one word
    for cut in range(3, len(form) - 2):  # «минусовнет»
        if form[cut:] in _RUN_ON and roles_of(form[:cut]) & {"fault", "which"}:
            return frozenset({"denies", "fault"})
    return next((_spelt()[part] for part in _lacking_one(form) if part in _spelt()), frozenset())


@cache
def _spelt() -> dict[str, frozenset[str]]:
    """Return the forms of the words of the chief roles, and each of them short of one letter, with their roles.

    A word that no dictionary knows is a slip of such a word when the two are one letter apart.
    """
    found: dict[str, frozenset[str]] = {}
    for word, roles in _ROLE_OF.items():
        if roles & _CHIEF and len(word) >= _MISSPELT:
            for form in forms_of(word) if word == lemma(word) else (word,):
                for part in _lacking_one(form):
                    found.setdefault(part, roles)
    return found


def _lacking_one(form: str) -> list[str]:
    """Return a form and what is left of it without each of its letters."""
    return [form, *(form[:i] + form[i + 1 :] for i in range(len(form)))]


def _heads(roles: Sequence[frozenset[str]], yet: bool) -> set[str] | None:
    """Return what the words deny (``none``, ``not-said``), or None when a word stands where it says something."""
    found = frozenset().union(*roles)
    free = set(_FREE).union(*(roles.split() for roles, beside in _FREE_BESIDE if found & set(beside.split())))
    heads: set[str] = set()
    i = 0
    while 0 <= i < len(roles):
        role = roles[i]
        if "not" in role and not (
            "not" in roles[i + 1] if i + 1 < len(roles) else False
        ):  # «не, не слышал» denies once
            i, met = _over(roles, i + 1, _deniable(found, "nor" in role, yet, bool(heads)))
            heads.add(_head_of(met))
        elif "without" in role:
            i, met = _over(roles, i + 1, frozenset({"fault", "them", "place", "speak"}))
            heads.add(_head_of(met))
        elif "preposition" in role and "fill" not in role:
            i = _after_preposition(roles, i)
        elif role & free or "not" in role:
            heads |= {_HEADS[name] for name in role & _HEADS.keys()}
            i += 1
        else:
            return None
    return None if i < 0 else heads


_HEADS = {"denies": "none"} | dict.fromkeys(("silent", "early", "later", "knows"), "not-said")
"""What a word says by its role alone."""


def _head_of(denied: frozenset[str]) -> str:
    """Return what a «не» says by the roles of the word it denies."""
    if "regret" in denied:
        return "well"
    return "not-said" if denied & {"speak", "use"} and "find" not in denied else "none"


def _deniable(found: frozenset[str], nor: bool, yet: bool, denied: bool) -> frozenset[str]:
    """Return the roles that «не» or «ни» may deny in an answer whose words have the roles ``found``."""
    wanted = {"find", "seek", "speak", "only", "what", "regret", "pick"}
    if yet or found & {"fault", "merit"}:
        wanted.add("see")
    if yet:
        wanted.add("use")
    if nor:
        wanted |= {"which", "when"}
    if denied or "speak" in found:
        wanted.add("can")
    if "denies" in found:
        wanted.add("need")
    return frozenset(wanted)


def _after_preposition(roles: Sequence[frozenset[str]], i: int) -> int:
    """Return the place after a preposition and what belongs to it; -1 when it is no word of a null answer."""
    i, _ = _over(roles, i + 1, frozenset({"where", "when", "them", "place", "what"}))
    while 0 < i < len(roles) and roles[i] & {"where", "when"}:
        i += 1
    return i


def _over(roles: Sequence[frozenset[str]], start: int, wanted: frozenset[str]) -> tuple[int, frozenset[str]]:
    """Return the place after the next word of a wanted role and its roles, only fillings between; -1 when there is none."""
    for i in range(start, len(roles)):
        if roles[i] & wanted and ("what" not in roles[i] or "preposition" in roles[i - 1]):
            return i + 1, roles[i]
        if not roles[i] & _BETWEEN:
            break
    return -1, frozenset()


def _verdict(heads: set[str], found: frozenset[str], part: str) -> str:
    """Return the rule for an answer whose words are all in the vocabulary, by what they deny and name."""
    well = "well" in found or "well" in heads or ({"only", "merit"} <= found and ("fault" in found or not heads))
    if "rhetoric" in found and "fault" in found and not heads:
        return "none"  # «какие минусы?»
    if heads - {"well"}:
        if part == "cons" and "merit" in found and not found & {"fault", "only"}:
            return ""  # «плюсов нет» is a complaint
        if well and part != "cons":
            return ""  # praise
        silent = "none" not in heads or (found & {"place", "there", "speak"} and "fault" not in found)
        return "not-said" if silent else "none"
    if found & {"there", "look"} or ("place" in found and found & {"look", "wrote", "preposition"}):
        return "elsewhere"
    return "all-good" if part == "cons" and (well or "thanks" in found) else ""


_ROLE_OF = {
    word: frozenset(role for role, listed in ROLES.items() if word in listed.split())
    for words in ROLES.values()
    for word in words.split()
}
