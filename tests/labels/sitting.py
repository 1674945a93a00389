"""What the tests of a labelling session share: four reviews, four types, a clock that stands still."""

import pandas as pd

from reviewmine.labels.session import Session
from reviewmine.taxonomy.model import checked

TAXONOMY = checked(
    {
        "taxonomy": "demo",
        "version": "1.0.0",
        "groups": {"delivery": {"title": "Доставка"}},
        "types": [
            {
                "id": "T001",
                "code": "delivery-late",
                "title": "Опоздание доставки",
                "parent": "delivery",
                "definition": "Привезли позже обещанного срока.",
            },
            {"id": "T002", "code": "courier-rude", "title": "Грубый курьер", "parent": "delivery"},
            {"id": "T003", "code": "defect", "title": "Брак", "definition": "Вещь не работает, всё поломано."},
            {"id": "T004", "code": "old", "title": "Старый тип", "status": "deprecated"},
            {"id": "T005", "code": "praise", "title": "<img src=x onerror=alert(1)> Похвала", "kind": "gratitude"},
        ],
    },
    "demo.yaml",
)
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'> & \u202eзадом наперёд"
REVIEWS = pd.DataFrame(
    [
        {"id": "r1", "cons": "Привезли на три дня позже,\nкурьер Сергей нахамил", "pros": "", "rating": 2.0},
        {"id": "r2", "cons": "", "pros": "Чайник хороший", "rating": 5.0},
        {"id": "r3", "cons": HOSTILE, "pros": "", "rating": float("nan")},
        {"id": "r4", "cons": "Не включается", "pros": "", "rating": 1.0},
    ]
).assign(title="", comment="", text="", date=pd.Timestamp("2026-03-01"), channel="app")
SUGGESTED = {"r1": ("delivery-late", "courier-rude"), "r2": ("praise",), "r3": ("defect", "praise")}


def begin(store, who="anna", suggestions=SUGGESTED, **options):
    """Return a session on the four reviews."""
    return Session(REVIEWS, TAXONOMY, store, who, suggestions, clock=lambda: "2026-03-01T10:00:00Z", **options)
