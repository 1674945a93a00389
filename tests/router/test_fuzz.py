"""Whatever a stranger sends, the answer is a decision or a clear error, and the work is bounded."""

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.router import Decision, explain, features, units
from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS


class Broken:
    """Raises whatever it is asked."""

    def __str__(self):
        raise RuntimeError("нечего сказать")

    __float__ = __int__ = __index__ = __len__ = __iter__ = __str__
    __eq__ = __ne__ = __bool__ = lambda *_: 1 / 0
    __hash__ = object.__hash__


class BrokenText(str):
    def __str__(self):
        raise RuntimeError("нечего сказать")


class BrokenNumber(float):
    def __ne__(self, other):
        raise RuntimeError("не сравнить")

    __hash__ = float.__hash__


class BrokenMapping(Mapping):
    def __getitem__(self, key):
        raise OSError("нет связи")

    def __iter__(self):
        raise OSError("нет связи")

    def __len__(self):
        raise OSError("нет связи")


class Colliding:
    """A key that falls where «text» does and cannot be compared with it."""

    def __hash__(self):
        return hash("text")

    def __eq__(self, other):
        raise RuntimeError("не сравнить")


def nested(kind, depth=100_000):
    """Return a list, tuple or mapping inside another, and so on."""
    value = ""
    for _ in range(depth):
        value = {"a": value} if kind is dict else kind([value])
    return value


def shared(depth=60):
    """Return a list that is small in memory and has 2^60 items when it is written out."""
    value = ["сломался"]
    for _ in range(depth):
        value = [value, value]
    return value


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.text(st.sampled_from("👍👎🏽🇷🇺❤️\u200d⭐"), max_size=20),
    st.text(
        st.sampled_from(
            "ао\u0301\u0306\u00ad\u200b\u202e\ufdd0\ud83d\ude00\x00\x01\x02\x04\x1c\x85\u2028 \n.-'!?)&;<>#1,x@"
        ),
        max_size=60,
    ),
    st.lists(
        st.sampled_from(
            "курьер опоздал СЛОМАЛСЯ спасибо не нет 1890 6.7x3 :) <br> &laquo; &#1105; https://a.ru/б a@b.ru ... !!".split()
        ),
        max_size=20,
    ).map(" ".join),
)
LEAVES = st.one_of(
    TEXTS,
    TEXTS.map(BrokenText),
    TEXTS.map(np.str_),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=9),
    st.complex_numbers(),
    st.dates(),
    st.timedeltas(),
    st.uuids(),
    st.builds(Broken),
    st.builds(BrokenMapping),
    st.floats().map(BrokenNumber),
    st.floats(width=16).map(np.float16),
    st.integers(-9, 9).map(np.int64),
    st.sampled_from([-1, 1]).map(lambda sign: sign * 10**5_000),
    st.sampled_from([10**400, 1e308, Decimal("NaN"), Decimal("sNaN"), Fraction(10**400)]),
    st.sampled_from(
        [..., NotImplemented, int, print, np.zeros((2, 2)), np.datetime64("NaT"), memoryview(b"a"), range(3)]
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(TEXTS | st.integers() | st.none(), inner, max_size=3),
        st.sets(st.integers() | TEXTS, max_size=3),
        st.lists(inner, max_size=2).map(iter),
    ),
    max_leaves=6,
)
NAMES = (*TEXT_FIELDS, "id", "channel", "rating")
REVIEWS = st.one_of(
    st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(TEXT_FIELDS, TEXTS) | {"channel": VALUES, "rating": VALUES}),
    st.dictionaries(st.one_of(st.sampled_from(NAMES), TEXTS, st.integers(), st.none(), st.binary(max_size=3)), VALUES),
    VALUES,
)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answered(router, review, *, explained=False):
    """Return the decision after looking at all of it, or None when the review was refused in one clear line."""
    try:
        decision = router.route(review, explain=explained)
    except ReviewmineError as error:
        line = str(error)
    else:
        check(decision, review)
        return decision
    assert "expected a" in line
    assert line.isprintable()
    assert len(line) < 400
    return None


def check(decision, review):
    """Assert that a decision can be sent, and that what it shows of the review is there."""
    assert isinstance(decision, Decision)
    json.dumps(decision.to_json(), ensure_ascii=False, allow_nan=False).encode()
    assert decision.types
    for score in (*decision.types, *decision.alternatives):
        assert 0 <= score.probability <= 1
        words = [(word.field, word.start, word.end) for word in score.words]
        for name, start, end in (*score.evidence, *words):
            text = review if isinstance(review, str) else review[name]
            assert 0 <= start < end <= min(len(str(text)), MAX_CHARS)
    assert 0 <= decision.novelty <= 1


@given(REVIEWS, st.booleans())
@QUICK
def test_anything_is_decided_or_refused(router, review, explained):
    answered(router, review, explained=explained)


@given(st.lists(REVIEWS, max_size=4))
@QUICK
def test_many_are_decided_as_one_by_one_or_refused(router, reviews):
    alone = [answered(router, review) for review in reviews]
    if None in alone:
        with pytest.raises(ReviewmineError):
            router.route_many(reviews)
    else:
        assert router.route_many(reviews) == alone


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*TEXT_FIELDS, "id", "channel"), TEXTS) | {"rating": VALUES}))
@QUICK
def test_a_review_of_texts_is_always_decided(router, review):
    before = dict(review)
    assert answered(router, review, explained=True) is not None
    assert list(review) == list(before)
    assert all(review[name] is before[name] for name in review)


@pytest.mark.parametrize("reviews", [None, 5, "сломался", b"a", {"text": "сломался"}, Broken], ids=ascii)
def test_what_is_no_list_of_reviews_is_refused(router, reviews):
    with pytest.raises(ReviewmineError, match=r"reviews are \w+, expected a list; pass one review to `route`"):
        router.route_many(reviews)


REFUSED = [
    ({"id": 10**5_000}, "id is int, expected a text; send text"),
    ({"id": Broken()}, "id is Broken"),
    ({"id": ["7"]}, "id is list"),
    ({"id": b"7"}, "id is bytes"),
    ({"id": 7, "text": 10**5_000}, "review 7: text is int, expected a text; send text"),
    ({"text": BrokenText("сломался")}, "text is BrokenText"),
    ({"text": Broken()}, "text is Broken"),
    ({"text": Decimal(3)}, "text is Decimal"),
    ({"id": "8", "channel": ["app", "chat"]}, "review 8: channel is list, expected a text"),
    ({"channel": Broken()}, r"review \?: channel is Broken"),
    ({"id": "9" * 10_000, "channel": {}}, "review 9{100}: channel is dict"),
    (BrokenMapping(), r"a review that cannot be read \(OSError\), expected a text or a mapping of fields"),
    (BrokenText("сломался"), r"a review that cannot be read \(RuntimeError\)"),
    ({Colliding(): "сломался"}, r"a review that cannot be read \(RuntimeError\)"),
]


@pytest.mark.parametrize(("review", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_has_no_text_is_refused_and_named(router, review, message):
    with pytest.raises(ReviewmineError, match=message):
        router.route(review)


@pytest.mark.parametrize("field", ["cons", "channel"])
def test_a_number_is_read_whatever_it_says_of_others(router, field):
    assert router.route({"id": "7", field: BrokenNumber(1)}) == router.route({"id": "7", field: "1.0"})


def test_an_id_may_be_what_systems_number_things_with(router):
    named = UUID(int=7)
    for given_id, shown in ((7, "7"), (np.int64(7), "7"), (named, str(named)), (None, ""), ("\ud800ы", "?ы")):
        assert router.route({"id": given_id, "text": "сломался"}).id == shown


def test_what_the_router_does_not_look_at_may_be_anything(router):
    wanted = router.route("сломался")
    for odd in (Broken(), BrokenMapping(), nested(list), shared(), b"\xff", 10**5_000):
        assert router.route({"text": "сломался", "attachments": odd, 5: odd, None: odd, "rating": odd}) == wanted


@pytest.mark.parametrize("kind", [list, tuple, dict])
@pytest.mark.parametrize("name", NAMES)
def test_deep_nesting(router, name, kind):
    assert (answered(router, {"text": "сломался"} | {name: nested(kind)}) is None) == (name != "rating")


@pytest.mark.parametrize("name", NAMES)
def test_a_list_that_has_no_end_when_it_is_written_out(router, name):
    assert (answered(router, {"text": "сломался"} | {name: shared()}) is None) == (name != "rating")


@pytest.fixture
def read(monkeypatch):
    """The number of characters in each text that is cut into words."""
    seen = []
    for module, name in ((units, "words_and_stops"), (units, "denied_tokens"), (explain, "token_spans")):
        original = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda text, *more, cut=original: [seen.append(len(text)), cut(text, *more)][1]
        )
    return seen


LONG = [
    "сломался не ",
    "сломался",
    "👍",
    "\ud83d",
    "&lt;a ",
    "<a ",
    "а-",
    "a@",
    "1,",
    "https://",
    "а\u0301",
    ".",
    "не. ",
]


@pytest.mark.parametrize("piece", LONG, ids=ascii)
def test_ten_megabytes_are_read_up_to_a_bound(router, read, piece):
    text = piece * (10_000_000 // len(piece))
    decision = answered(router, {"text": text, "cons": text}, explained=True)
    assert 4 * MAX_CHARS <= sum(read) <= 6 * MAX_CHARS  # for margins and for evidence, and perhaps for negation
    assert decision == router.route({"text": text[:MAX_CHARS], "cons": text[:MAX_CHARS]}, explain=True)


def test_a_category_of_ten_megabytes_is_read_up_to_a_bound(router, monkeypatch):
    hashed = []
    original = features.hash_words
    monkeypatch.setattr(features, "hash_words", lambda forms, n: [hashed.append(len(forms)), original(forms, n)][1])
    cell = "|".join(map(str, range(1_300_000)))
    assert router.route({"text": "сломался", "channel": cell}) == router.route(
        {"text": "сломался", "channel": cell[:MAX_CHARS]}
    )
    assert max(hashed) <= MAX_CHARS / 2
