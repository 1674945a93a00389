"""Reviews that arrive together are decided together, and each gets its own answer, error or not."""

import asyncio

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.router import Router
from reviewmine.serve.together import MOST, Together

REVIEWS = ["Курьер опоздал", {"id": "2", "text": "Спасибо"}, 5, "", {"id": "4", "text": []}, "\ud800 треснул"] * 20


def gathered(*asked):
    """Ask all at once and return decisions and errors in their order."""

    async def ask():
        together = Together()
        return await asyncio.gather(*(together.route(*each) for each in asked), return_exceptions=True)

    return asyncio.run(ask())


@pytest.fixture
def router(written):
    return Router.load(written)


def told(answer):
    """Return a decision, or type and line of an error."""
    return (type(answer), str(answer)) if isinstance(answer, Exception) else answer


def alone(router, review):
    """Return what the router says of one review."""
    try:
        return router.route(review)
    except ReviewmineError as error:
        return error


def test_each_gets_what_it_would_get_alone(router):
    answers = gathered(*((router, review) for review in REVIEWS))
    assert [told(answer) for answer in answers] == [told(alone(router, review)) for review in REVIEWS]
    assert sum(isinstance(answer, ReviewmineError) for answer in answers) == 40


def test_they_are_decided_in_few_calls_of_bounded_size(router, monkeypatch):
    sizes, real = [], Router.route_many
    monkeypatch.setattr(Router, "route_many", lambda self, reviews: sizes.append(len(reviews)) or real(self, reviews))
    gathered(*((router, "Опоздал") for _ in range(2 * MOST + 1)))
    assert sizes == [MOST, MOST, 1]


def test_each_is_answered_by_the_router_it_came_with(router, written):
    class Other(Router):
        def route(self, review, explain=False):
            return "other"

    other = Other(router.bundle)
    answers = gathered((router, "Опоздал"), (other, "Опоздал"), (router, "Спасибо"))
    assert answers == [router.route("Опоздал"), "other", router.route("Спасибо")]


def test_one_that_was_given_up_does_not_disturb_the_others(router):
    async def ask():
        together = Together()
        first, second = (asyncio.ensure_future(together.route(router, text)) for text in ("Опоздал", "Спасибо"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(ask()) == router.route("Спасибо")
