"""Training on the sample: better than guessing, the same every time, and one path from text to answer."""

from pathlib import Path

import numpy as np
import pytest

from reviewmine.classify.evaluate import evaluate
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.train import check_gates, train_model
from reviewmine.errors import ReviewmineError
from reviewmine.files import finite
from reviewmine.labels.dataset import labelled_set
from reviewmine.labels.splits import split_parts
from reviewmine.router import Router, bundle_sha256, read_bundle, verify, write_bundle
from reviewmine.taxonomy.model import Taxonomy

ROOT = Path(__file__).parents[2]


def fit(rows, taxonomy, experiment):
    return train_model(labelled_set(rows, experiment.data, taxonomy), taxonomy, experiment)


def test_it_beats_both_baselines_of_guessing(trained):
    got, majority = trained.card["metrics"], trained.card["baselines"]["majority"]
    for name in ("micro_f1", "macro_f1", "lrap", "p_at_1", "hit_at_3"):
        assert got[name]["low"] > majority[name]["high"] + 0.2, name
    assert got["micro_f1"]["value"] > trained.card["baselines"]["tfidf_svc"]["micro_f1"]["low"]
    assert got["ece"]["value"] < 0.12


def test_the_card_says_what_was_done(trained, labelled):
    card = trained.card
    assert set(card) == {
        "name", "head", "n_types", "n_features", "rows", "metrics", "baselines", "per_type", "confusions", "policy", "gates",
        "slices", "reliability", "risk_coverage", "shortlist", "workload",
    }  # fmt: skip
    rows = card["rows"]
    assert rows["train"] + rows["calibration"] + rows["test"] + rows["unused"] == len(labelled)
    assert card["n_types"] == len(card["per_type"]) == len(trained.bundle.types)
    assert sum(row["n"] for row in card["per_type"]) >= rows["test"]
    assert card["head"] == "multilabel"
    assert card["gates"] == {"asked": {"micro_f1": 0.5, "ece": 0.12}, "failed": []}


def test_what_was_learned_is_not_the_test_part(small, small_trained, taxonomy):
    rows, experiment = small
    labelled = labelled_set(rows, experiment.data, taxonomy)
    parts = split_parts(labelled, experiment.split, experiment.seed)
    unseen = {labelled.reviews[i]["id"] for i in parts.test}
    assert not unseen & set(small_trained.learned)
    assert set(small_trained.learned) | unseen == {review["id"] for review in labelled.reviews}
    by_id = {review["id"]: types for review, types in zip(labelled.reviews, labelled.types, strict=True)}
    assert all(by_id[name] == types for name, types in small_trained.learned.items())


def test_the_router_gives_the_figures_of_the_card(trained, labelled, experiment, router):
    parts = split_parts(labelled, experiment.split, experiment.seed)
    scores = router.score([labelled.reviews[i] for i in parts.test])
    targets = target_matrix(labelled.types, [kind["code"] for kind in router.bundle.types])[parts.test]
    groups = [labelled.groups[i] for i in parts.test]
    found = evaluate(scores, targets, router.bundle.policy, groups, experiment.seed)
    assert finite(found) == trained.card["metrics"]  # a figure of no rows is null in the file


def test_the_written_bundle_verifies_and_answers_alike(trained, labelled, router, tmp_path):
    write_bundle(tmp_path / "bundle", trained.bundle)
    loaded = Router(read_bundle(tmp_path / "bundle"))
    assert verify(loaded) >= 200
    some = labelled.reviews[::40]
    assert loaded.route_many(some) == router.route_many(some)


def test_the_bundle_holds_no_personal_data_and_no_folder(trained, tmp_path):
    write_bundle(tmp_path / "bundle", trained.bundle)
    golden = (tmp_path / "bundle/golden.jsonl").read_text(encoding="utf-8")
    assert "900 000 55 66" not in golden
    manifest = (tmp_path / "bundle/manifest.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in manifest
    assert str(ROOT) not in manifest


def test_the_same_rows_give_the_same_bundle_in_any_order(small, small_trained, taxonomy, tmp_path):
    rows, experiment = small
    hashes = {write_bundle(tmp_path / "first", small_trained.bundle)}
    shuffled = rows.iloc[np.random.default_rng(0).permutation(len(rows))]
    for name, frame in (("again", rows), ("shuffled", shuffled)):
        hashes.add(write_bundle(tmp_path / name, fit(frame, taxonomy, experiment).bundle))
    assert len(hashes) == 1
    assert bundle_sha256(tmp_path / "first") in hashes


def test_another_seed_or_row_gives_another_bundle(small, small_trained, taxonomy, tmp_path):
    rows, experiment = small
    other = fit(rows, taxonomy, experiment.model_copy(update={"seed": 14}))
    fewer = fit(rows.iloc[1:], taxonomy, experiment)
    made = [write_bundle(tmp_path / str(i), each.bundle) for i, each in enumerate((small_trained, other, fewer))]
    assert len(set(made)) == 3


def test_one_type_a_row_makes_one_softmax(small_trained, small):
    router = Router(small_trained.bundle)
    assert small_trained.card["head"] == "multiclass"
    probability = router.score([{"text": "курьер опоздал"}, {"text": ""}]).probability
    assert probability.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_several_types_can_be_asked_for(small, taxonomy):
    rows, experiment = small
    asked = experiment.model_copy(update={"model": experiment.model.model_copy(update={"multilabel": "yes"})})
    assert fit(rows, taxonomy, asked).card["head"] == "multilabel"


def test_several_types_can_be_refused(labelled, taxonomy, experiment):
    refused = experiment.model_copy(update={"model": experiment.model.model_copy(update={"multilabel": "no"})})
    with pytest.raises(
        ReviewmineError, match=r"model\.multilabel: no: rows with several types, expected one type a row"
    ):
        train_model(labelled, taxonomy, refused)


def test_one_type_cannot_be_learned(small, taxonomy):
    rows, experiment = small
    one = rows[rows["types"] == rows["types"].iloc[0]]
    with pytest.raises(ReviewmineError, match="1 type among the labels, expected at least two; label more types"):
        fit(one, taxonomy, experiment)


def test_types_without_rows_are_left_out(small_trained, taxonomy):
    codes = [kind["code"] for kind in small_trained.bundle.types]
    assert len(codes) == 6
    assert codes == [code for code in taxonomy.codes if code in codes]


def test_a_numeric_extra_without_numbers(small, taxonomy):
    rows, experiment = small
    data = experiment.data.model_copy(
        update={"extras": experiment.data.extras.model_copy(update={"numeric": ("product",)})}
    )
    with pytest.raises(ReviewmineError, match=r"data\.extras\.numeric: column 'product' holds no number"):
        fit(rows.assign(product="чай"), taxonomy, experiment.model_copy(update={"data": data}))


def test_unknown_ratings_train_and_route(small, taxonomy, tmp_path):
    rows, experiment = small
    data = experiment.data.model_copy(
        update={"extras": experiment.data.extras.model_copy(update={"numeric": ("rating",)})}
    )
    sparse = rows.assign(rating=rows["rating"].where(np.arange(len(rows)) % 2 == 0))
    trained = fit(sparse, taxonomy, experiment.model_copy(update={"data": data}))
    write_bundle(tmp_path / "bundle", trained.bundle)
    assert verify(Router.load(tmp_path / "bundle")) >= 200


def test_codes_are_texts(small):
    rows, experiment = small
    numbers = {code: f"0{i}" for i, code in enumerate(sorted(rows["types"].unique()))}
    renamed = rows.assign(types=rows["types"].map(numbers))
    trained = fit(renamed, Taxonomy.from_codes("numbers", numbers.values()), experiment)
    assert Router(trained.bundle).route("курьер опоздал").types[0].code in numbers.values()


def test_a_type_out_of_scope_is_never_learned_and_only_measured(small, small_trained, taxonomy):
    rows, experiment = small
    code = small_trained.card["per_type"][0]["code"]
    beside = experiment.model_copy(update={"data": experiment.data.model_copy(update={"out_of_scope": (code,)})})
    trained = fit(rows, taxonomy, beside)
    assert code not in [kind["code"] for kind in trained.bundle.types]
    assert trained.card["rows"]["out_of_scope"] == trained.card["out_of_scope"]["n"] == (rows["types"] == code).sum()
    assert trained.card["metrics"]["oos_auroc"] == trained.card["out_of_scope"]["auroc"]
    assert trained.card["out_of_scope"]["auroc"]["low"] > 0.6
    without = fit(rows[rows["types"] != code], taxonomy, experiment)
    assert without.bundle.policy == trained.bundle.policy


def test_a_split_in_time_says_what_drift_costs(small, small_trained, taxonomy):
    rows, experiment = small
    split = experiment.split.model_copy(update={"strategy": "time"})
    trained = fit(rows, taxonomy, experiment.model_copy(update={"split": split}))
    assert trained.card["drift"]["n"] == trained.card["rows"]["test"]
    fixed = trained.card["drift"]["fixed_auto_share"]["value"]
    assert fixed == pytest.approx(trained.card["metrics"]["auto_share"]["value"], abs=1e-4)
    assert "drift" not in small_trained.card


CARD = {"metrics": {"micro_f1": {"value": 0.6}, "ece": {"value": 0.05}, "auto_precision": {"value": float("nan")}}}
GATES = [
    ({}, ()),
    ({"micro_f1": 0.6, "ece": 0.05}, ()),
    ({"micro_f1": 0.61}, ("micro_f1 is 0.6000, the gate is at least 0.61",)),
    ({"ece": 0.04}, ("ece is 0.0500, the gate is at most 0.04",)),
    ({"auto_precision": 0.9}, ("auto_precision is nan, the gate is at least 0.9",)),
]


@pytest.mark.parametrize(("gates", "failed"), GATES)
def test_gates(gates, failed):
    assert check_gates(CARD, gates) == failed


def test_a_gate_on_an_unknown_figure():
    with pytest.raises(ReviewmineError, match="gates: gate 'f1', expected one of auto_precision, ece, micro_f1; fix"):
        check_gates(CARD, {"f1": 0.5})


def test_failed_gates_are_on_the_card(small, small_trained, taxonomy):
    rows, experiment = small
    trained = fit(rows, taxonomy, experiment.model_copy(update={"gates": {"micro_f1": 1.01, "ece": 1.0}}))
    assert len(trained.failed_gates) == 1
    assert trained.card["gates"]["failed"] == list(trained.failed_gates)
    assert trained.failed_gates[0].endswith("the gate is at least 1.01")
    assert trained.bundle.policy == small_trained.bundle.policy
