"""The shapes that a phrase may have, and the grammar that each asks for: agreement, case, subject and object."""

from collections.abc import Callable, Sequence

from reviewmine.discover.clauses import Word
from reviewmine.discover.failings import COMING, UNITS

_CASES = frozenset("nomn gent datv accs ablt loct gen2 loc2 acc2".split())


def _came(w: Sequence[Word]) -> bool:
    """Return whether an adjective tells in what state a thing came: «пришла сломанная»."""
    return w[0].lemma in COMING and _any(w[0], w[1], lambda v, a: _agree(v, a) and bool(a & {"nomn", "ablt"}))


def _any(left: Word, right: Word, alike: Callable[[frozenset[str], frozenset[str]], bool]) -> bool:
    return any(alike(one, other) for one in left.tags for other in right.tags)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two readings are of one number and, in the singular, of one gender; an infinitive has neither."""
    if "plur" in one or "plur" in other:
        return "plur" in one and "plur" in other
    genders = [tag & {"masc", "femn", "neut"} for tag in (one, other)]
    return not all(genders) or genders[0] == genders[1]


def _subject(noun: Word, verb: Word) -> bool:
    return noun.lemma not in UNITS and _any(
        noun, verb, lambda n, v: "nomn" in n and _agree(n, v) and not v & {"1per", "2per"} and not _doubtful(noun, v)
    )


def _doubtful(noun: Word, verb: frozenset[str]) -> bool:
    """Return whether a noun that looks like a subject is rather an object: «отменил заказ», «купил чайник»."""
    return {"tran", "sing", "past"} <= verb and any({"inan", "accs"} <= tag for tag in noun.tags)


def _object(noun: Word, verb: Word, cases: frozenset[str] = frozenset(("accs", "gent"))) -> bool:
    """Return whether a noun may be what is done by a verb without a subject of its own («деньги не вернули»)."""
    if noun.lemma in UNITS:
        return False
    denied = verb.shown.startswith("не ")
    wanted = cases if denied else cases - {"gent"}
    return any(tag & wanted for tag in noun.tags) and any(
        "tran" in tag and ("plur" in tag or "INFN" in tag) and not tag & {"1per", "2per", "impr"} for tag in verb.tags
    )


def _noun_verb(w: Sequence[Word]) -> bool:
    return _subject(w[0], w[-1]) or _object(w[0], w[-1])


def _verb_noun(w: Sequence[Word]) -> bool:
    return _subject(w[1], w[0]) or _object(w[1], w[0])


def _impersonal(verb: Word) -> bool:
    """Return whether a verb stands without a subject: «не отвечают», «не дозвониться», «не работает», not «не увидел»."""
    return any(
        "INFN" in tag or ("3per" in tag) or ("past" in tag and "plur" in tag) or {"neut", "past"} <= tag
        for tag in verb.tags
    )


def _of(head: Word, noun: Word) -> bool:
    """Return whether ``noun`` may belong to ``head``: it is in the genitive and no nominative of a thing by itself."""
    return (
        not {noun.lemma, head.lemma} & UNITS
        and any("gent" in tag for tag in noun.tags[:2])
        and any("nomn" in tag for tag in head.tags)
    )


def _adjective(adjective: Word, noun: Word) -> bool:
    return noun.lemma not in UNITS and _any(adjective, noun, lambda a, n: _agree(a, n) and bool(a & n & _CASES))


def _belonging(adjective: Word, noun: Word) -> bool:
    return _any(adjective, noun, lambda a, n: _agree(a, n) and "gent" in a and "gent" in n)


def _named(adjective: Word, noun: Word) -> bool:
    return noun.lemma not in UNITS and _any(adjective, noun, lambda a, n: _agree(a, n) and "nomn" in a and "nomn" in n)


def _short(noun: Word, short: Word) -> bool:
    return _any(noun, short, lambda n, s: "nomn" in n and _agree(n, s))


def _genitive(word: Word) -> bool:
    return any("gent" in tag or "gen2" in tag for tag in word.tags)


def _counted(w: Sequence[Word]) -> bool:
    return any(word.lemma in UNITS for word in w)


def _governed(w: Sequence[Word]) -> bool:
    """Return whether a noun after a preposition is in an oblique case; of measures only «на день» says something."""
    return any("nomn" not in tag for tag in w[-1].tags) and (w[-1].lemma not in UNITS or w[-2].lemma == "на")


Shape = tuple[float, Callable[[Sequence[Word]], bool]]
SHAPES: dict[str, Shape] = {
    "V": (0.35, lambda w: _impersonal(w[0])),
    "I": (0.45, lambda w: True),
    "NV": (1.0, _noun_verb),
    "VN": (0.95, _verb_noun),
    "IN": (0.9, lambda w: _object(w[1], w[0])),
    "VI": (0.75, lambda w: _impersonal(w[0])),
    "VIN": (0.8, lambda w: _impersonal(w[0]) and _object(w[2], w[1])),
    "NDV": (1.0, _noun_verb),
    "NVD": (0.95, lambda w: _noun_verb(w[:2])),
    "DVN": (0.9, lambda w: _verb_noun(w[1:])),
    "NNV": (1.0, lambda w: _of(w[0], w[1]) and _noun_verb((w[0], w[2]))),
    "VA": (0.9, _came),
    "VNN": (0.95, lambda w: _of(w[1], w[2]) and _verb_noun(w[:2])),
    "VAN": (0.95, lambda w: _adjective(w[1], w[2]) and _verb_noun((w[0], w[2]))),
    "ANV": (0.95, lambda w: _named(w[0], w[1]) and _subject(w[1], w[2])),
    "VPN": (0.9, lambda w: _governed(w) and _impersonal(w[0])),
    "IPN": (1.0, _governed),
    "NVPN": (0.95, lambda w: _noun_verb(w[:2]) and _governed(w)),
    "NPN": (0.8, lambda w: _governed(w) and any("nomn" in tag for tag in w[0].tags) and not _counted(w)),
    "NN": (0.85, lambda w: _of(w[0], w[1])),
    "AN": (0.9, lambda w: _adjective(w[0], w[1])),
    "NA": (0.8, lambda w: _named(w[1], w[0])),
    "ANN": (0.85, lambda w: _named(w[0], w[1]) and _of(w[1], w[2])),
    "NAN": (0.8, lambda w: _belonging(w[1], w[2]) and _of(w[0], w[2])),
    "NS": (0.95, lambda w: _short(w[0], w[1])),
    "SN": (0.9, lambda w: _short(w[1], w[0])),
    "NNS": (0.95, lambda w: _of(w[0], w[1]) and _short(w[0], w[2])),
    "WN": (0.95, lambda w: _genitive(w[1])),
    "WAN": (0.95, lambda w: _belonging(w[1], w[2])),
    "WNN": (0.9, lambda w: _genitive(w[1]) and _genitive(w[2])),
    "DV": (0.75, lambda w: _impersonal(w[1])),
    "VD": (0.75, lambda w: _impersonal(w[0])),
    "DI": (0.85, lambda w: True),
    "DIN": (0.9, lambda w: _object(w[2], w[1])),
    "DN": (0.6, lambda w: w[0].lemma in {"мало", "много", "долго"} and _genitive(w[1])),
    "NC": (0.55, lambda w: any("nomn" in tag for tag in w[0].tags)),
}
"""Letters: N noun, A adjective, V verb, I infinitive, S short form, D adverb, C comparative, P preposition, W without."""
