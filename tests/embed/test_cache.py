"""Vectors that were computed once are found again, and nothing else is taken for them."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.embed import cache
from reviewmine.embed.cache import CachedEncoder, cached_encoder, encode_cached
from reviewmine.embed.domain import DomainEncoder
from reviewmine.embed.encoders import make_encoder
from reviewmine.embed.sentence import SentenceEncoder

TEXTS = [
    "курьер позвонил за час",
    "посылку оставили у двери",
    "терминал съел карту",
    "карту перевыпустили за неделю",
    "в пункте выдачи очередь",
    "очередь на полчаса",
]
MORE = "терминал завис и не вернул деньги"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A real sentence-transformers model of three dimensions."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, WordEmbeddings
    from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer

    words = sorted({word for text in [*TEXTS, MORE] for word in text.split()})
    table = np.random.default_rng(3).normal(size=(len(words), 3)).astype(np.float32)
    tokenizer = WhitespaceTokenizer(vocab=words, stop_words=set(), do_lower_case=True)
    modules = [WordEmbeddings(tokenizer=tokenizer, embedding_weights=table), Pooling(3)]
    folder = tmp_path_factory.mktemp("model") / "tiny"
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return folder


class CountedDomain(DomainEncoder):
    """The domain encoder, which tells what it was asked for."""

    asked: ClassVar[list] = []

    def fit(self, texts):
        self.asked.append(("fit", len(texts)))
        return super().fit(texts)

    def encode(self, texts):
        self.asked.append(("encode", len(texts)))
        return super().encode(texts)


class CountedSentence(SentenceEncoder):
    """A sentence encoder, which tells what it was asked for."""

    asked: ClassVar[list] = []

    def encode(self, texts):
        self.asked.append(list(texts))
        return super().encode(texts)


@pytest.fixture
def domain(monkeypatch):
    monkeypatch.setattr("reviewmine.embed.domain.DomainEncoder", CountedDomain)
    CountedDomain.asked.clear()
    return CountedDomain.asked


@pytest.fixture
def sentence(monkeypatch):
    monkeypatch.setattr("reviewmine.embed.sentence.SentenceEncoder", CountedSentence)
    CountedSentence.asked.clear()
    return CountedSentence.asked


def test_a_second_call_encodes_nothing(domain, tmp_path):
    texts = [*TEXTS, TEXTS[0]]
    first = encode_cached("domain", texts, tmp_path)
    assert domain == [("fit", 6), ("encode", 6)]
    again = encode_cached("domain", texts[::-1], tmp_path)
    assert domain == [("fit", 6), ("encode", 6)]
    plain = DomainEncoder().fit(texts).encode(texts)
    assert (first == plain).all()
    assert (again == plain[::-1]).all()
    assert again.dtype == np.float32
    assert len(list(tmp_path.glob("domain-*.npz"))) == 1


@pytest.mark.parametrize("name", ["domain", "navec"])
def test_an_encoder_that_learns_is_another_on_other_texts(name, tmp_path):
    encode_cached(name, TEXTS, tmp_path)
    got = encode_cached(name, [*TEXTS, MORE], tmp_path)
    assert (got == make_encoder(name).fit([*TEXTS, MORE]).encode([*TEXTS, MORE])).all()
    assert len(list(tmp_path.glob(f"{name}-*.npz"))) == 2


def test_a_pretrained_model_encodes_new_texts_only(sentence, model, tmp_path):
    name = f"sentence:{model}"
    first = encode_cached(name, TEXTS[:4], tmp_path)
    both = encode_cached(name, [MORE, *TEXTS], tmp_path)
    assert sentence == [sorted(TEXTS[:4]), sorted([MORE, *TEXTS[4:]])]
    assert both == pytest.approx(make_encoder(name).fit([]).encode([MORE, *TEXTS]), abs=1e-6)
    assert (both[1:5] == first).all()
    sentence.clear()
    encode_cached(name, TEXTS, tmp_path)
    assert sentence == []
    assert len(list(tmp_path.glob("sentence-*.npz"))) == 1


def test_other_weights_in_the_same_folder_are_another_model(sentence, model, tmp_path):
    name = f"sentence:{model}"
    encode_cached(name, TEXTS, tmp_path)
    (model / "note.txt").write_text("веса новые", encoding="utf-8")
    encode_cached(name, TEXTS, tmp_path)
    assert len(sentence) == 2


def test_texts_that_the_encoder_did_not_learn_from(domain, tmp_path):
    encoder = CachedEncoder("domain", tmp_path).fit(TEXTS)
    encoder.encode(TEXTS)
    got = encoder.encode([MORE, TEXTS[0]])
    assert domain == [("fit", 6), ("encode", 6), ("encode", 1)]
    assert got == pytest.approx(DomainEncoder().fit(TEXTS).encode([MORE, TEXTS[0]]), abs=1e-6)
    domain.clear()
    assert (CachedEncoder("domain", tmp_path).fit(TEXTS).encode([TEXTS[0], MORE]) == got[::-1]).all()
    assert domain == []


@pytest.mark.parametrize("change", [("_code", lambda: "0"), ("_versions", lambda name: ["0.0"])])
def test_another_version_encodes_anew(change, domain, monkeypatch, tmp_path):
    encode_cached("domain", TEXTS, tmp_path)
    monkeypatch.setattr(cache, *change)
    encode_cached("domain", TEXTS, tmp_path)
    assert [what for what, _ in domain] == ["fit", "encode"] * 2


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(bytes(data))


def _saved(**changes):
    def damage(path):
        with np.load(path) as stored:
            arrays = dict(stored)
        np.savez(path, **(arrays | {name: change(arrays[name]) for name, change in changes.items()}))

    return damage


DAMAGE = {
    "cut": _cut,
    "flipped": _flip,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("не вектор", encoding="utf-8"),
    "fewer rows": _saved(vectors=lambda old: old[:-1]),
    "no number": _saved(vectors=lambda old: np.where(old == old[0, 0], np.nan, old).astype(np.float32)),
    "double": _saved(vectors=lambda old: old.astype(np.float64)),
    "flat": _saved(vectors=lambda old: old[:, 0]),
    "objects": _saved(vectors=lambda old: old.astype(object)),
    "one hash twice": _saved(hashes=lambda old: np.repeat(old[:1], len(old), axis=0)),
    "short hashes": _saved(hashes=lambda old: old[:, :16]),
    "another name": lambda path: np.savez(path, rows=np.zeros(3)),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_noticed_and_replaced(damage, domain, tmp_path):
    first = encode_cached("domain", TEXTS, tmp_path)
    (path,) = tmp_path.glob("*.npz")
    damage(path)
    domain.clear()
    assert (encode_cached("domain", TEXTS, tmp_path) == first).all()
    assert [what for what, _ in domain] == ["fit", "encode"]
    domain.clear()
    encode_cached("domain", TEXTS, tmp_path)
    assert domain == []


def test_the_files_used_last_stay(monkeypatch, domain, tmp_path):
    monkeypatch.setattr(cache, "N_FILES", 3)
    for n in range(3):
        encode_cached("domain", TEXTS[n:], tmp_path)
    encode_cached("domain", TEXTS, tmp_path)  # the oldest is used once more
    encode_cached("domain", TEXTS[:3], tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3
    domain.clear()
    encode_cached("domain", TEXTS, tmp_path)
    assert domain == []
    encode_cached("domain", TEXTS[1:], tmp_path)
    assert domain != []


def test_no_more_bytes_than_allowed(monkeypatch, sentence, model, tmp_path):
    name = f"sentence:{model}"
    monkeypatch.setattr(cache, "MAX_BYTES", 5 * 3 * 4)  # five rows of three figures
    encode_cached(name, TEXTS[:3], tmp_path)
    got = encode_cached(name, TEXTS[2:], tmp_path)
    assert got == pytest.approx(make_encoder(name).fit([]).encode(TEXTS[2:]), abs=1e-6)
    encode_cached(name, TEXTS, tmp_path)
    assert len(encode_cached(name, TEXTS, tmp_path)) == len(TEXTS)


def test_no_text_is_stored(tmp_path):
    encode_cached("domain", [*TEXTS, "позвоните Зинаиде"], tmp_path)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*"))
    assert "Зинаид".encode() not in stored
    assert "терминал".encode() not in stored
    with np.load(next(tmp_path.glob("*.npz")), allow_pickle=False) as arrays:
        assert set(arrays) == {"hashes", "vectors"}


def test_a_folder_that_cannot_be_written_keeps_nothing(domain, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for _ in range(2):
        assert len(encode_cached("domain", TEXTS, tmp_path / "file" / "vectors")) == len(TEXTS)
    assert [what for what, _ in domain] == ["fit", "encode"] * 2


def test_without_a_folder_nothing_is_kept():
    assert isinstance(cached_encoder("domain", None), DomainEncoder)


def test_no_texts(tmp_path):
    encoder = CachedEncoder("domain", tmp_path).fit(TEXTS)
    assert encoder.encode([]).shape[0] == 0
    assert encoder.encode(TEXTS).shape[0] == len(TEXTS)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*TEXTS, MORE, "", "\ud800"]), min_size=1, max_size=6), min_size=1, max_size=4)
)
def test_a_cache_never_changes_an_answer(tmp_path_factory, calls):
    folder = tmp_path_factory.mktemp("vectors")
    for texts in calls:
        plain = make_encoder("navec").fit([*TEXTS, *texts]).encode(texts)
        assert CachedEncoder("navec", folder).fit([*TEXTS, *texts]).encode(texts) == pytest.approx(plain, abs=1e-6)
