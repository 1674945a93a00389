"""Every encoder keeps one contract: unit rows, the same whatever the order, near texts nearer than far ones."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.embed.domain import DomainEncoder, content_lemmas
from reviewmine.embed.encoders import make_encoder, spread, unit_rows
from reviewmine.embed.navec import NavecEncoder, word_vectors
from reviewmine.embed.sentence import SentenceEncoder
from reviewmine.errors import ReviewmineError

TEXTS = [
    "курьер опоздал на два дня",
    "доставка задержалась почти на неделю",
    "курьер не приехал в назначенный день",
    "доставка опоздала, ждали до вечера",
    "вкусный чай с ароматом бергамота",
    "чай ароматный, заваривается хорошо",
    "кофе горький, вкус неприятный",
    "кофе вкусный, аромат на всю кухню",
    "деньги на карту не вернули",
    "возврат денег жду третью неделю",
    "оператор не отвечает на звонки",
    "не дозвониться до оператора",
]
NEAR, FAR = ("курьер опоздал", "доставка задержалась"), "вкусный чай"
WORDS = sorted({word.strip(",") for text in TEXTS for word in text.split()})


@pytest.fixture(scope="module")
def sentence_model(tmp_path_factory):
    """A real sentence-transformers model of five dimensions: a table of word vectors and their mean."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, WordEmbeddings
    from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer

    themes = ("курьер доставка опоздал задержалась", "чай кофе вкусный аромат", "деньги возврат", "оператор")
    table = np.asarray(
        [[float(word in theme.split()) for theme in themes] + [0.1] for word in [*WORDS, "задержалась"]],
        dtype=np.float32,
    )
    tokenizer = WhitespaceTokenizer(vocab=[*WORDS, "задержалась"], stop_words=set(), do_lower_case=True)
    words = WordEmbeddings(tokenizer=tokenizer, embedding_weights=table)
    folder = tmp_path_factory.mktemp("model") / "tiny"
    SentenceTransformer(modules=[words, Pooling(table.shape[1])], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module", params=["domain", "navec", "sentence"])
def encoder(request):
    name = request.param
    if name == "sentence":
        name = f"sentence:{request.getfixturevalue('sentence_model')}"
    return make_encoder(name).fit(TEXTS)


def test_rows_have_length_one(encoder):
    vectors = encoder.encode([*TEXTS, TEXTS[0]])
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(TEXTS) + 1
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS) + 1), abs=1e-5)
    assert (vectors[0] == vectors[-1]).all()


def test_different_texts_differ(encoder):
    assert len(np.unique(encoder.encode(TEXTS).round(5), axis=0)) > len(TEXTS) // 2


def test_near_texts_are_nearer_than_far_ones(encoder):
    first, second, far = encoder.encode([*NEAR, FAR])
    assert first @ second > first @ far + 0.1
    assert first @ second > second @ far + 0.1


def test_the_order_of_texts_changes_nothing(encoder):
    order = np.random.default_rng(0).permutation(len(TEXTS))
    assert (encoder.encode([TEXTS[i] for i in order]) == encoder.encode(TEXTS)[order]).all()


@pytest.mark.parametrize("make", [DomainEncoder, NavecEncoder])
def test_the_order_of_fitting_changes_nothing(make):
    whole = make().fit(TEXTS).encode(TEXTS)
    assert (make().fit([*TEXTS[::-1], TEXTS[3]]).encode(TEXTS) == whole).all()


@pytest.mark.parametrize("make", [DomainEncoder, NavecEncoder])
@pytest.mark.parametrize("text", ["", "...", "zxcvb qwrtp", "👍👍", "синхрофазотрон"])
def test_unknown_words_are_a_zero_row(make, text):
    vectors = make().fit(TEXTS).encode([text, TEXTS[0]])
    assert not vectors[0].any()
    assert vectors[1].any()


@pytest.mark.parametrize("make", [DomainEncoder, NavecEncoder])
@pytest.mark.parametrize("texts", [["чай"], ["чай", "чай"], ["чай", "кофе"], ["чай вкусный", "zxcvb"]])
def test_a_handful_of_texts(make, texts):
    vectors = make().fit(texts).encode(texts)
    assert len(vectors) == len(texts)
    assert np.isfinite(vectors).all()


def test_the_domain_space_learns_from_the_texts():
    """Words that stand in the same company come near, although Navec knows neither."""
    rng = np.random.default_rng(0)
    company = {
        "глюкозавр": "ломается скрипит греется",
        "фырчатор": "ломается скрипит греется",
        "мурмулятор": "сладкий мягкий пахнет",
    }
    texts = [
        f"{word} {' '.join(rng.permutation(said.split()))} {filler}"
        for word, said in company.items()
        for filler in "сильно сразу утром вечером дома ночью зимой летом всегда часто".split()
    ]
    one, same, other = DomainEncoder().fit(texts).encode(list(company))
    assert one @ same > one @ other + 0.2


def test_words_of_content():
    assert content_lemmas("Деньги мне так и не вернули") == ["деньга", "не_вернуть"]


def test_word_vectors_do_not_know_denial():
    plain, denied, unknown = word_vectors(["работать", "не_работать", "глюкозавр"])
    assert (plain == denied).all()
    assert not unknown.any()


@pytest.mark.parametrize("name", ["", "domian", "domain:", "domain:x", "navec:", "sentence", "sentence:", "Domain"])
def test_unknown_encoders(name):
    expected = r"discover\.encoder: encoder '.*', expected domain, navec or sentence:<hub id or folder>; fix"
    with pytest.raises(ReviewmineError, match=expected):
        make_encoder(name)


def test_a_sentence_model_knows_its_name_before_it_loads():
    encoder = make_encoder("sentence:org/model:v1")
    assert isinstance(encoder, SentenceEncoder)
    assert encoder.model == "org/model:v1"


@pytest.mark.parametrize("inside", [{}, {"config.json": "{"}, {"modules.json": json.dumps([{"idx": 0}])}])
def test_a_folder_that_is_no_model(tmp_path, inside):
    for name, text in inside.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    expected = r"sentence:.*: the model does not load \(.*\); check the hub id, the folder and the network"
    with pytest.raises(ReviewmineError, match=expected):
        make_encoder(f"sentence:{tmp_path}").fit(TEXTS)


def test_unit_rows():
    assert unit_rows([[3.0, 4.0], [0.0, 0.0]]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]


@given(st.lists(st.sampled_from("абвгд"), min_size=1, max_size=20))
@settings(max_examples=30)
def test_each_distinct_text_is_encoded_once(texts):
    asked = []

    def encode(distinct):
        asked.extend(distinct)
        return np.asarray([[ord(text)] for text in distinct], dtype=np.float32)

    assert spread(texts, encode)[:, 0].tolist() == [ord(text) for text in texts]
    assert asked == sorted(set(texts))
