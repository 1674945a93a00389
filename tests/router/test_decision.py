"""The answer as plain data."""

import json

from reviewmine.router.decision import Decision, TypeScore


def test_a_decision_as_json():
    best = TypeScore("017", "Поломка", 0.123456, "quality", (("cons", 0, 8),))
    decision = Decision(
        "7",
        "complaint",
        (best,),
        "human",
        "quality",
        "мало слов",
        (TypeScore("017", "Поломка", 0.123456, "quality"),),
        0.98765,
    )
    data = json.loads(json.dumps(decision.to_json(), ensure_ascii=False))
    shown = {"code": "017", "title": "Поломка", "probability": 0.1235, "owner": "quality"}
    assert data == {
        "id": "7",
        "kind": "complaint",
        "types": [shown | {"evidence": [["cons", 0, 8]]}],
        "action": "human",
        "owner": "quality",
        "reason": "мало слов",
        "alternatives": [shown | {"evidence": []}],
        "novelty": 0.9877,
    }
    assert best.probability == 0.123456
