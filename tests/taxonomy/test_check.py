"""Every kind of doubt is found, and named with the type it is about."""

import pytest

from reviewmine.taxonomy.check import Finding, check_taxonomy
from reviewmine.taxonomy.model import Taxonomy

CLEAN = {
    "taxonomy": "small",
    "owners": {"logistics": {"title": "Логистика"}},
    "groups": {"delivery": {"title": "Доставка"}},
    "types": [
        {
            "id": f"T{number}",
            "code": code,
            "title": title,
            "owner": "logistics",
            "parent": "delivery",
            "definition": f"Заказ: {title}.",
            "include": [f"пример про {title}"],
            "exclude": [f"другое -> {other}"],
            "patterns": [pattern],
        }
        for number, code, title, other, pattern in (
            (1, "late", "Опоздание", "slow", "опоздать"),
            (2, "slow", "Долгая доставка", "late", "долго"),
        )
    ],
}


def doubts(**first_type):
    types = [CLEAN["types"][0] | first_type, CLEAN["types"][1]]
    return check_taxonomy(Taxonomy.model_validate(CLEAN | {"types": types}))


def test_a_clean_taxonomy_has_no_findings():
    assert doubts() == []


FOUND = [
    ({"exclude": ["иное -> gone"]}, "error", "late", "exclude points at 'gone', which is no type"),
    ({"exclude": ["иное -> late"]}, "error", "late", "exclude points at the type itself"),
    ({"definition": ""}, "warning", "late", "has no definition"),
    ({"include": [], "owner": ""}, "warning", "late", "has no owner, include"),
    ({"title": "ДОЛГАЯ  доставка"}, "warning", "late", "title 'долгая доставка' is shared by late, slow"),
    ({"patterns": ["долго"]}, "warning", "late", "patterns 'долго' is shared by late, slow"),
    (
        {"include": ["Пример про долгая доставка"]},
        "warning",
        "late",
        "include 'пример про долгая доставка' is shared by late, slow",
    ),
    ({"parent": ""}, "warning", "delivery", "is a group with 1 types"),
]


@pytest.mark.parametrize(("change", "level", "code", "what"), FOUND, ids=[what for *_, what in FOUND])
def test_each_doubt(change, level, code, what):
    assert doubts(**change) == [Finding(level, code, what)]


def test_an_owner_without_types():
    owners = CLEAN["owners"] | {"care": {"title": "Забота"}}
    assert check_taxonomy(Taxonomy.model_validate(CLEAN | {"owners": owners})) == [
        Finding("warning", "care", "is an owner without types")
    ]


def test_a_draft_needs_no_wording():
    assert doubts(definition="", include=[], owner="", status="draft") == []


def test_an_exclude_without_an_arrow_is_free_text():
    assert doubts(exclude=["товар не тот, что заказан"]) == []


def test_errors_stand_first():
    found = doubts(definition="", exclude=["иное -> gone"])
    assert [finding.level for finding in found] == ["error", "warning"]
