"""The in-domain space over few texts."""

from reviewmine.embed.domain import DomainEncoder


def test_few_texts_give_the_same_vectors_every_time():
    """The word table of few texts has a low rank, which an iterative decomposition fills up at random."""
    said = [
        f"товар {a} пришёл {b}" for a in ("красный", "мятый", "битый", "старый") for b in ("поздно", "рано", "сегодня")
    ]
    more = [f"слово{i} отдельно{i}" for i in range(300)]
    one, other = (DomainEncoder().fit([*said, *more]).vectors_of(["товар", "красный", "поздно"]) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert one.any(axis=1).all()
