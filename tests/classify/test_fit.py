"""What is folded into the weights: the meaning of words, the groups of types; and answers by cross-fitting."""

import numpy as np

from reviewmine.classify.crossfit import cross_fit
from reviewmine.classify.fit import Recipe, fit
from reviewmine.classify.matrix import count
from reviewmine.classify.meaning import NO_MEANING, learn_meaning
from reviewmine.classify.taxonomy_rows import no_rows
from reviewmine.router.features import FeatureSpec
from reviewmine.settings import Model

LATE = ["курьер опоздал на час", "доставка задержалась", "курьер приехал поздно", "посылка опоздала"]
DEAR = ["цена завышена", "стоит слишком дорого", "дорого для такого качества", "переплата за бренд"]
MORE = ["водитель опаздывает", "водитель задержался в пробке", "курьер и водитель опоздали", "дорогая стоимость"]
REVIEWS = [{"text": text} for text in (*LATE, *DEAR)]
TARGETS = np.asarray([[True, False]] * 4 + [[False, True]] * 4)


def recipe(meaning, parents=(), **settings):
    spec = FeatureSpec(meaning=bool(len(meaning)))
    return Recipe(spec, meaning, Model(**settings), "multiclass", 13, parents)


def asked(fitted, text):
    return fitted.margins([{"text": text}])[0][0]


def learned(reviews, targets, recipe):
    return fit(count(reviews, recipe.spec), targets, recipe)


def test_a_word_that_no_labelled_review_has_counts_for_the_type_of_its_neighbours():
    meaning = learn_meaning([*LATE, *DEAR, *MORE])
    with_meaning, without = learned(REVIEWS, TARGETS, recipe(meaning)), learned(REVIEWS, TARGETS, recipe(NO_MEANING))
    lead = [float(np.subtract(*asked(fitted, "водитель"))) for fitted in (with_meaning, without)]
    assert lead[0] > lead[1] + 0.02
    assert len(with_meaning.vocabulary.buckets) == len(without.vocabulary.buckets) + len(meaning)


def test_the_order_of_texts_means_nothing():
    texts = [*LATE, *DEAR, *MORE]
    one, other = learn_meaning(texts), learn_meaning(texts[::-1])
    for name in ("buckets", "length", "direction"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_denied_words_have_a_meaning_of_their_own():
    texts = [*MORE, "курьер не приехал", "не приехал вовремя", "курьер приехал"]
    one, both = learn_meaning(texts), learn_meaning(texts, negation=True)
    assert len(both) == len(one) + 1  # «не приехал» is the one denial that was said


def test_what_tells_a_group_speaks_for_its_types():
    """A rare type gains from the words of its neighbours in the group; without groups it does not."""
    said = [
        "курьер опоздал",
        "курьер нахамил",
        "курьер опоздал снова",
        "цена завышена",
        "дорогая доставка",
        "цена выросла",
    ]
    reviews = [{"text": text} for text in said]
    targets = np.eye(4, dtype=bool)[[0, 1, 0, 2, 3, 2]]
    flat = learned(reviews, targets, recipe(NO_MEANING))
    tree = learned(reviews, targets, recipe(NO_MEANING, ("courier", "courier", "price", "price")))
    rare = [float(asked(fitted, "курьер")[1] - asked(fitted, "курьер")[3]) for fitted in (flat, tree)]
    assert rare[1] > rare[0] + 0.02
    none = learned(reviews, targets, recipe(NO_MEANING, ("", "", "", "")))
    assert np.array_equal(none.weights, flat.weights)


def test_cross_fitting_asks_models_that_had_not_seen_the_row():
    """A word that stands in one review alone cannot speak for that review."""
    reviews = [*REVIEWS, {"text": "абракадабра"}]
    targets = np.concatenate([TARGETS, [[False, True]]])
    types = [tuple("ab"[k] for k in np.flatnonzero(row)) for row in targets]
    groups = [str(i) for i in range(len(reviews))]
    margins, words = cross_fit(reviews, targets, types, groups, no_rows("ab"), recipe(NO_MEANING, folds=3))
    whole = learned(reviews, targets, recipe(NO_MEANING))
    assert margins.shape == targets.shape
    assert words.known[-1] == 0
    assert margins[-1, 1] < asked(whole, "абракадабра")[1] - 0.2


def test_single_precision_is_kept_where_it_is_asked_for():
    half, single = (learned(REVIEWS, TARGETS, recipe(NO_MEANING, precision=asked)) for asked in ("half", "single"))
    assert half.weights.dtype == np.float16
    assert single.weights.dtype == np.float32
    assert np.array_equal(single.weights.astype(np.float16), half.weights)
