"""The format page in plain Python: what a router in another language does, slowly and with dictionaries."""

import math
from collections import Counter
from itertools import pairwise

from reviewmine.language.negation import denied_tokens
from reviewmine.language.normalize import words, words_and_stops
from reviewmine.router.features import TEXT_FIELDS, as_number
from reviewmine.router.hashing import CHARS, EXTRAS, MEANING, WORDS

LOW, SIZE = (
    {WORDS: 0, CHARS: 1 << 19, MEANING: (7 << 17) - (1 << 13), EXTRAS: (1 << 20) - (1 << 13)},
    {WORDS: 1 << 19, CHARS: (3 << 17) - (1 << 13), MEANING: 1 << 17, EXTRAS: 1 << 13},
)
MASK = (1 << 64) - 1
BASE = 0x9E3779B97F4A7C15
SALTS = {"pros": 0xD6E8FEB86659FD93, "cons": 0xA0761D6478BD642F}
DENIED = 0x8EBC6AF09C88C6E3


def bucket(value, block):
    """Return the bucket of a hash, in plain integers: a bundle written today must be read by tomorrow's code."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return LOW[block] + ((((value ^ (value >> 31)) >> 32) * SIZE[block]) >> 32)


def word_hash(form):
    return sum(ord(char) * pow(BASE, i + 1, 1 << 64) for i, char in enumerate(f"\1{form}\1")) & MASK


def gram_hash(gram):
    return (
        sum(ord(char) * pow(BASE, i, 1 << 64) for i, char in enumerate(gram)) + pow(BASE, 65 + len(gram), 1 << 64)
    ) & MASK


def unit_buckets(unit, spec):
    """Return the buckets of a unit: form, field, whether denied."""
    form, field, is_denied = unit
    alone = word_hash(form) ^ (DENIED if is_denied else 0)
    found = {bucket(alone, WORDS)}
    if field in SALTS:
        found.add(bucket(alone ^ SALTS[field], WORDS))
    if spec.meaning:
        found.add(bucket(alone, MEANING))
    edged = f"\1{form}\1"
    for n in range(spec.char_ngrams[0], spec.char_ngrams[1] + 1):
        for gram in (edged[i : i + n] for i in range(len(edged) - n + 1)):
            at = bucket(gram_hash(gram), CHARS)
            found.add((at - LOW[CHARS] + 123_457) % SIZE[CHARS] + LOW[CHARS] if is_denied else at)
    return found


def sentences(review, spec):
    """Return the sentences of a review, each a list of units; empty ones are left out."""
    found = []
    for name in TEXT_FIELDS:
        text = review.get(name) or ""
        denials = denied_tokens(text, words(text)) if spec.negation else []
        place, sentence = 0, []
        for form in [*words_and_stops(text), "."]:
            if form == ".":
                found.append(sentence)
                sentence = []
            else:
                sentence.append((form, name if name in SALTS else "", place in denials))
                place += 1
    return [sentence for sentence in found if sentence]


def margin(said, review, linear, types):
    """Return the margins of some sentences of a review, and the share of their word features that training saw."""
    spec, at = linear.spec, {int(one): i for i, one in enumerate(linear.vocabulary.buckets)}
    units = Counter(unit for sentence in said for unit in sentence)
    pairs = Counter(
        bucket((word_hash(a[0]) * BASE + word_hash(b[0])) & MASK, WORDS) for one in said for a, b in pairwise(one)
    )
    parts = [({found}, 1 + math.log(n)) for found, n in pairs.items()] if spec.word_ngrams > 1 else []
    parts += [(unit_buckets(unit, spec), 1 + math.log(n)) for unit, n in units.items()]
    parts += [({found}, value) for found, value in extras(review, spec).items()]
    got = [float(one) for one in linear.intercept]
    for block, weight in zip((WORDS, CHARS, MEANING, EXTRAS), spec.block_weights, strict=True):
        total, square = [0.0] * types, 0.0
        for found, times in parts:
            for column in (at[one] for one in found if one in at and LOW[block] <= one < LOW[block] + SIZE[block]):
                value = times * float(linear.vocabulary.idf[column])
                square += value * value
                total = [sum_ + value * float(linear.weights[column, k]) for k, sum_ in enumerate(total)]
        got = [one + weight * sum_ / math.sqrt(square or 1) for one, sum_ in zip(got, total, strict=True)]
    word = [one for found, _ in parts for one in found if one < SIZE[WORDS]]
    return got, sum(one in at for one in word) / max(len(word), 1)


def extras(review, spec):
    """Return bucket to value of the side features."""
    found = Counter()
    for column in spec.categorical:
        for value in {one.strip().lower() for one in str(review.get(column) or "").split("|")} - {""}:
            found[bucket(word_hash(f"{column}={value}"), EXTRAS)] += 1
    for column, (mean, std) in spec.numeric.items():
        number = as_number(review.get(column))
        if number is not None:
            found[bucket(word_hash(f"{column}#"), EXTRAS)] += math.tanh((number - mean) / (2 * std or 1)) * 0.999
    return found


def margins(review, linear):
    """Return the margins of a review, and its share of known word features."""
    said, types = sentences(review, linear.spec), len(linear.intercept)
    whole, known = margin(said, review, linear, types)
    compared = [one for one in said if len(one) > 1][:30]
    if linear.spec.sentences and len(compared) > 1:
        alone = [margin([one], review, linear, types)[0] for one in compared]
        lean = linear.spec.sentences
        whole = [one + lean * (max(each[k] for each in alone) - one) for k, one in enumerate(whole)]
    return whole, known
