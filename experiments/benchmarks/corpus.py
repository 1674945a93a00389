"""Reviews in, statements out: field split, null answers and cuts against people's marks, and the speed of it all.

The gold sheets are those of ``tests/gold``; the speed is measured on the public sets, one process, the best of three runs.
"""

import csv
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import razdel
import spacy
from data import data_file

from gold.sheets import PARTS, Score, half, null_cases, score_cuts, score_nulls, statement_cases
from reviewmine import cut_reviews, read_reviews
from reviewmine.corpus.fields import marked_pieces
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.statements import cut
from reviewmine.language.lemmas import lemmas, parse

CANONICAL = {"Достоинства": "pros", "Недостатки": "cons", "Комментарий": "comment"}
RESTYLED = ("{}: ", "{}:", "\n{}\n", "\n{} - ", "\n{} — ", "{}： ", " {} : ", "\n**{}:** ")


def main() -> None:
    marketplace = data_file("marketplace/reviews.csv")
    fields(marketplace)
    sheets()
    speed(marketplace)
    lemma_speed(marketplace)


def fields(path: str) -> None:
    """Print how many texts are split exactly as their own markers say, as written and with the markers restyled."""
    with Path(path).open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    marked = [(text, truth(text)) for text in texts if any(f"{name}:" in text for name in CANONICAL)]
    print(f"field split, {len(marked)} texts with markers")
    print(f"  {'as written':34} {exact(marked):8.2%} exact")
    styled = [restyle(parts, number) for number, (_, parts) in enumerate(marked) if fit_to_restyle(parts)]
    print(f"  {f'markers restyled in {len(RESTYLED) * 3} ways':34} {exact(styled):8.2%} exact of {len(styled)}")
    unmarked = [text for text in texts if not any(f"{name}:" in text for name in CANONICAL)]
    whole = sum([piece.part for piece in marked_pieces(text)] in ([], ["text"]) for text in unmarked)
    print(f"  {'texts without these markers':34} {whole / len(unmarked):8.2%} left whole of {len(unmarked)}")


def truth(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text by its three markers exactly as the site writes them."""
    parts, part = [], "text"
    for piece in re.split(rf"\b({'|'.join(CANONICAL)}):", text):
        if piece in CANONICAL:
            part = CANONICAL[piece]
        elif piece.strip():
            parts.append((part, piece.strip()))
    return parts


def exact(cases: list[tuple[str, list[tuple[str, str]]]]) -> float:
    """Return the share of texts whose parts are all as they should be."""
    right = sum(
        [(piece.part, bare(text[piece.start : piece.end])) for piece in marked_pieces(text)]
        == [(part, bare(said)) for part, said in parts if bare(said)]
        for text, parts in cases
    )
    return right / len(cases)


def bare(text: str) -> str:
    """Return a part without the signs of layout at its edges."""
    return text.strip(" \n\t/|*_\xa0")


def fit_to_restyle(parts: list[tuple[str, str]]) -> bool:
    """Return whether a text keeps its parts when markers change: no marker of another kind stands in them."""
    return all(len(marked_pieces(said)) == 1 for _, said in parts)


def restyle(parts: list[tuple[str, str]], number: int) -> tuple[str, list[tuple[str, str]]]:
    """Return a text with its markers written in another way: style, case and name change from text to text."""
    style = RESTYLED[number % len(RESTYLED)]
    case: Callable[[str], str] = (str.upper, str.lower, str.title)[number // len(RESTYLED) % 3]
    names = {part: case(name) for name, part in CANONICAL.items()}
    text = "".join(f"{style.format(names[part]) if part in names else ''}{said} " for part, said in parts)
    return text, parts


def sheets() -> None:
    """Print the scores on the gold sheets."""
    cases, nulls = statement_cases(), null_cases()
    sentencizer = spacy.blank("ru")
    sentencizer.add_pipe("sentencizer")
    cutters: dict[str, Callable[[str], Iterator[int]]] = {
        "reviewmine": lambda text: (start for start, _ in cut(text)),
        "razdel": lambda text: (one.start for one in razdel.sentenize(text)),
        "spaCy sentencizer": lambda text: (one.start_char for one in sentencizer(text).sents),
    }
    print(f"\nstatement cuts, {len(cases)} texts of the gold sheet")
    for name, cutter in cutters.items():
        for part in PARTS if name == "reviewmine" else ("all",):
            row(f"{name}, {part}", score_cuts(half(cases, part), cutter))
    print(f"\nnull answers, {len(nulls)} fields of the gold sheet")
    for part in PARTS:
        row(f"reviewmine, {part}", score_nulls(half(nulls, part), null_rule))


def row(name: str, score: Score) -> None:
    print(f"  {name:34} precision {score.precision:.3f}  recall {score.recall:.3f}  F1 {score.f1:.3f}")


def speed(path: str) -> None:
    """Print the rows a second of reading and cutting, in one process."""
    print("\nread + statements, one process")
    reading, read_time = best(lambda: read_reviews(path))
    frame, cut_time = best(lambda: cut_reviews(reading.reviews))
    total = reading.n_read / (read_time + cut_time)
    print(
        f"  {reading.n_read} rows -> {len(frame)} statements: read {read_time:.2f} s, cut {cut_time:.2f} s, {total:,.0f} rows/s"
    )


def lemma_speed(path: str) -> None:
    """Print the texts a second of our lemmas and of spaCy's lemmatizer, which gets texts that are tokenised already."""
    texts = [text for text in read_reviews(path).reviews["text"] if text][:3000]
    nlp = spacy.blank("ru")
    lemmatizer: Any = nlp.add_pipe("lemmatizer", config={"mode": "pymorphy3_lookup"})
    nlp.initialize()
    parse.cache_clear()
    _, cold = best(lambda: [lemmas(text) for text in texts], runs=1)
    _, ours = best(lambda: [lemmas(text) for text in texts])
    _, theirs = best(lambda: [lemmatizer(doc) for doc in [nlp.make_doc(text) for text in texts]])
    docs = [[nlp.make_doc(text) for text in texts] for _ in range(3)]
    _, alone = best(lambda: [lemmatizer(doc) for doc in docs.pop()])
    print(f"\nlemmas of {len(texts)} texts")
    print(f"  {'reviewmine, cache empty at first':34} {len(texts) / cold:10,.0f} texts/s")
    print(f"  {'reviewmine, with tokenising':34} {len(texts) / ours:10,.0f} texts/s")
    for name, seconds in (("spaCy ru, with tokenising", theirs), ("spaCy ru, lemmatizer alone", alone)):
        ratios = f"ours is {seconds / ours:.1f} x, {seconds / cold:.1f} x with the cache empty at first"
        print(f"  {name:34} {len(texts) / seconds:10,.0f} texts/s, {ratios}")


def best(work: Callable[[], Any], runs: int = 3) -> tuple[Any, float]:
    """Return what ``work`` gives and the shortest time it took, in seconds."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


if __name__ == "__main__":
    main()
