"""The Markdown page of a training run."""

from reviewmine.report.summary import Places, model_description, training_summary


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.05, "high": value + 0.05}


CARD = {
    "name": "delivery",
    "n_types": 3,
    "rows": {"train": 700, "calibration": 150, "test": 200},
    "metrics": {
        "micro_f1": figure(0.71),
        "lrap": figure(0.8),
        "auto_share": figure(0.4),
        "auto_precision": figure(0.96),
        "suggest_share": figure(0.5),
        "human_share": figure(0.1),
    },
    "baselines": {"majority": {"micro_f1": figure(0.2)}, "tfidf_svc": {"micro_f1": figure(0.66), "lrap": figure(0.78)}},
    "per_type": [
        {"code": "late", "title": "Опоздание", "n": 60, "precision": 0.9, "recall": 0.8, "f1": 0.847},
        {"code": "rude", "title": "Грубость", "n": 12, "precision": 0.5, "recall": 0.25, "f1": 0.333},
        {"code": "rare", "title": "Редкое", "n": 2, "precision": None, "recall": 0.0, "f1": 0.0},
    ],
    "policy": {"target_precision": 0.95},
    "gates": {"asked": {"micro_f1": 0.7, "lrap": 0.85}, "failed": ["lrap is 0.8000, the gate is at least 0.85"]},
}


def test_gates_stand_with_their_figures():
    text = training_summary(CARD, Places())
    assert text.startswith("## ❌ delivery: gate failed")
    assert "| micro_f1 | 0.7 | 0.710 [0.660, 0.760] | ✅ passed |" in text
    assert "| lrap | 0.85 | 0.800 [0.750, 0.850] | ❌ lrap is 0.8000, the gate is at least 0.85 |" in text
    passed = training_summary(CARD | {"gates": {"asked": {"micro_f1": 0.7}, "failed": []}}, Places())
    assert passed.startswith("## ✅ delivery: gates passed")
    assert "❌" not in passed


def test_baselines_stand_beside_the_model():
    text = training_summary(CARD, Places())
    assert "| figure | model [95 %] | majority [95 %] | tfidf_svc [95 %] |" in text
    assert "| lrap | 0.800 [0.750, 0.850] | – | 0.780 [0.730, 0.830] |" in text


def test_the_routing_line_and_the_words_of_the_card():
    text = training_summary(CARD | {"workload": {"line": "at 25000 messages a month: 10000 automatic"}}, Places())
    assert "40% automatic (96% of it right, target 95%), 50% with a shortlist, 10% to people" in text
    assert "at 25000 messages a month: 10000 automatic" in text


def test_the_worst_types_come_first_and_rare_ones_do_not_count():
    text = training_summary(CARD, Places())
    assert text.index("`rude`") < text.index("`late`")
    assert "| `rude` Грубость | 12 | 0.500 | 0.250 | 0.333 |" in text
    assert "`rare`" not in text


def test_where_things_lie():
    text = training_summary(CARD, Places("experiments/runs/x/bundle", "ab12", "r1", "reviewmine-x version 3"))
    for line in ("bundle: `experiments/runs/x/bundle`", "sha256: `ab12`", "MLflow run: `r1`"):
        assert f"- {line}" in text
    assert "model:" not in training_summary(CARD, Places())


def test_a_title_cannot_break_table_or_page():
    row = CARD["per_type"][1] | {"title": "<img src=x>|[клик](http://a) `x`\n# все @team"}
    text = training_summary(CARD | {"per_type": [row]}, Places())
    (line,) = [line for line in text.splitlines() if "`rude`" in line]
    assert line.count("|") - line.count("\\|") == 6
    assert "<img" not in text
    assert "\n# все" not in text
    assert "@team" not in text
    assert "\\[клик]" in text


def test_a_bare_card_has_a_page():
    text = training_summary(
        {"name": "x", "metrics": {}, "baselines": {}, "gates": {"asked": {}, "failed": []}}, Places()
    )
    assert "The experiment file sets none." in text


def test_the_curve_and_the_description():
    assert "### Learning curve\n\nThe next 500" in training_summary(CARD, Places(), ["The next 500 labels: …"])
    told = model_description(CARD, Places(bundle_sha256="ab12"))
    assert "micro_f1 | 0.710" in told
    assert "Worst types" not in told
