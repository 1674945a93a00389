"""The bundle made by hand, written to a folder, and reviews for it."""

import random

import pytest

from reviewmine.router import Router, write_bundle
from router.conftest import bundle  # noqa: F401 a fixture

WORDS = (
    "курьер опоздал сломался треснул перестал спасибо отличный рада задержали посылку чайник вчера совсем «ёж»".split()
)


def texts(n, seed=13):
    """Return texts of up to seven words; some have none that the bundle knows."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 7))) for _ in range(n)]


def write_reviews(path, n, seed=13):
    """Write a CSV file of reviews, some without a text, some with formulas in the id and line breaks in the text."""
    rng = random.Random(seed)
    lines = ["id,text,channel,rating"]
    for number, text in enumerate(texts(n, seed)):
        name = f"=R{number}" if number % 11 == 3 else f"отзыв {number}" if number % 7 == 2 else str(number)
        cell = "" if number % 17 == 5 else f'"{text}\nи ""ещё"", {text}"' if number % 13 == 4 else text
        lines.append(f"{name},{cell},{rng.choice(['app', 'site|chat', ''])},{rng.choice(['1', '4', '5', ''])}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def bundle_path(bundle, tmp_path_factory):  # noqa: F811
    path = tmp_path_factory.mktemp("engines") / "bundle"
    write_bundle(path, bundle)
    return path


@pytest.fixture(scope="session")
def router(bundle_path):
    return Router.load(bundle_path)
