"""Fuzz the router guided by coverage, in a Python that has atheris, numpy and safetensors (Linux, Python 3.11 to 3.13).

    PYTHONPATH=src python tests/fuzz/route.py BUNDLE [CORPUS] [-max_total_time=600] [-len_control=0] [-max_len=3000]

What follows BUNDLE goes to libFuzzer. It stops at the first review that gets neither a decision nor a ReviewmineError, and
writes it to a file that reproduces the failure. ``tests/router/test_fuzz.py`` is the short way with the same demands.
"""

import json
import sys


def main(bundle):
    import atheris

    with atheris.instrument_imports(include=["reviewmine"]):
        from reviewmine.errors import ReviewmineError
        from reviewmine.router import Router
        from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS
    router = Router.load(bundle)
    names = [*TEXT_FIELDS, "id", *router.bundle.spec.categorical, *router.bundle.spec.numeric]

    def value_of(data, depth=0):
        """Return anything that JSON can say, most of it text."""
        kind = data.ConsumeIntInRange(0, 9 if depth < 4 else 7)
        if kind < 5:
            return data.ConsumeUnicode(data.ConsumeIntInRange(0, 400))
        if kind < 8:
            return (None, data.ConsumeFloat(), data.ConsumeInt(2_000))[kind - 5]
        parts = [value_of(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
        return parts if kind == 8 else {data.ConsumeUnicode(5): part for part in parts}

    def review_of(data):
        """Return a review with some of the fields that the router looks at, or anything."""
        if data.ConsumeBool():
            return value_of(data)
        return {name: value_of(data) for name in names if data.ConsumeBool()}

    def once(given):
        review = review_of(atheris.FuzzedDataProvider(given))
        try:
            decision = router.route(review, explain=True)
        except ReviewmineError:
            return
        check(decision, review, MAX_CHARS)
        if router.route_many([review, review]) != [router.route(review)] * 2:
            raise AssertionError("another answer in company")

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


def check(decision, review, most):
    """Assert that a decision can be sent, and that what it shows of the review is there."""
    json.dumps(decision.to_json(), ensure_ascii=False, allow_nan=False).encode()
    for score in decision.types:
        words = [(word.field, word.start, word.end) for word in score.words]
        for name, start, end in (*score.evidence, *words):
            text = review if isinstance(review, str) else str(review[name])
            assert 0 <= start < end <= min(len(text), most)


if __name__ == "__main__":
    main(sys.argv.pop(1))
