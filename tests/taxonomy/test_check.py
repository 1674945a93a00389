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
    ({"parent": ""}, "warning", "delivery", "is a group with one child"),
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


def grown(*changes, **top):
    """Return the findings when the types are changed in order and more are added."""
    types = [
        *CLEAN["types"],
        *(
            {"id": f"T{n}", "code": f"c{n}", "title": title, "status": "draft"}
            for n, title in ((3, "Мятая коробка"), (4, "Нет чека"))
        ),
    ]
    types = [one | change for one, change in zip(types, (*changes, {}, {}, {}, {}), strict=False)]
    return check_taxonomy(Taxonomy.model_validate(CLEAN | {"types": types} | top))


HISTORY = [
    (
        [{}, {"code": "was-late", "exclude": ["иное -> late"]}],
        {"lineage": [{"op": "rename", "from": "was-late", "version": "0.1.0"}]},
        "error",
        "was-late",
        "the code was that of T1 (late) before",
    ),
    (
        [{}, {}],
        {"lineage": [{"op": "merge", "from": ["T1", "T99"], "version": "0.1.0"}]},
        "warning",
        "late",
        "lineage names 'T99', which is no id of a type",
    ),
    (
        [{}, {}],
        {"lineage": [{"op": "move", "from": "air", "version": "2.0.0"}]},
        "warning",
        "late",
        "lineage names version 2.0.0, later than 0.1.0",
    ),
]


@pytest.mark.parametrize(("changes", "first", "level", "code", "what"), HISTORY, ids=[one[-1] for one in HISTORY])
def test_history(changes, first, level, code, what):
    found = grown(changes[0] | first | {"exclude": []}, changes[1])
    assert Finding(level, code, what) in found


def test_an_exclude_that_points_at_a_deprecated_type():
    found = grown({}, {"status": "deprecated"})
    assert Finding("warning", "late", "exclude points at 'slow', which is deprecated") in found
    assert Finding("warning", "delivery", "is a group with one child") in found


def test_what_a_deprecated_type_says_disturbs_nobody():
    found = grown({"patterns": ["долго"], "exclude": []}, {"status": "deprecated", "exclude": ["иное -> gone"]})
    assert [one for one in found if "shared" in one.what or "gone" in one.what] == []


def test_a_draft_that_waits_too_long():
    steps = [{"op": "edit", "from": "owner", "version": version} for version in ("1.1.0", "1.2.0", "1.2.5")]
    late, waits = {"lineage": steps}, {"lineage": [{"op": "add", "version": "1.0.0"}]}
    found = grown(late, {}, waits, {"lineage": [{"op": "add", "version": "1.1.0"}]}, version="1.3.0")
    assert [one for one in found if "draft" in one.what] == [
        Finding("warning", "c3", "has been a draft for 3 versions")
    ]


def test_an_example_that_another_type_would_take():
    first = {"include": ["заказ долго шёл через весь город"], "patterns": ["заказ"]}
    second = {"patterns": ["долго идти"]}
    what = "include 'заказ долго шёл через весь город' meets a pattern of slow better than its own"
    assert grown(first, second) == [Finding("warning", "late", what)]
    assert grown(first, second | {"kind": "question"}) == []
    assert grown(first | {"patterns": ["заказ идти"]}, second) == []
