"""The widget: messages of the browser to labels, and once in a real browser."""

import json

import pytest

from labels.browser import CHROMIUM, open_page
from labels.sitting import begin
from reviewmine.labels.store import in_force, read_labels
from reviewmine.labels.widget import STATIC, label_widget


def tell(widget, do, review="", **more):
    """Send what the browser sends, through the widget's own channel."""
    content = {"do": do, "review": review, **more}
    widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


@pytest.fixture
def session(tmp_path):
    return begin(tmp_path / "labels.jsonl")


@pytest.fixture
def widget(session):
    made = label_widget(session)
    yield made
    made.close()


def test_an_answer_is_written_and_the_next_review_is_shown(session, widget):
    assert widget.view["review"] == "r1"
    tell(widget, "answer", "r1", yes=["T001"], unsure=[])
    assert [(one.type, one.verdict) for one in read_labels(session.store)] == [("T001", "yes"), ("T002", "no")]
    assert widget.view["review"] == "r2"
    assert widget.view["done"] == 1
    tell(widget, "undo", "r2")
    assert widget.view["review"] == "r1"
    assert in_force(read_labels(session.store)) == []
    tell(widget, "skip", "r1")
    assert widget.view["review"] == "r2"


def test_the_state_that_is_sent_holds_what_the_browser_needs(widget):
    state = widget.get_state()
    assert "export default" in state["_esm"]
    assert state["language"] == "ru"
    assert [one["code"] for one in state["types"]] == ["delivery-late", "courier-rude", "defect", "praise"]
    json.dumps(state["view"])  # plain data


def test_a_message_on_a_review_that_is_gone_changes_nothing(session, widget):
    tell(widget, "skip", "r1")
    turn = widget.view["turn"]
    tell(widget, "answer", "r1", yes=["T001"], unsure=[])  # the second of two quick presses
    assert not session.store.exists()
    assert widget.view["review"] == "r2"
    assert widget.view["turn"] == turn + 1  # the browser waits for an answer


@pytest.mark.parametrize(
    "message",
    [
        {"do": "answer", "yes": ["T999"], "unsure": []},
        {"do": "answer", "yes": "T001", "unsure": []},
        {"do": "answer", "yes": [{}], "unsure": []},
        {"do": "answer"},
        {"do": "drop"},
        {"do": ["answer"]},
    ],
)
def test_a_message_that_makes_no_sense_is_answered_with_an_error(session, widget, message):
    tell(widget, **message | {"review": "r1"})
    assert widget.view["review"] == "r1"
    assert widget.view["error"]
    assert not session.store.exists()


def test_a_store_that_cannot_be_written_is_said(session, widget):
    session.store.mkdir()
    tell(widget, "answer", "r1", yes=["T001"], unsure=[])
    assert "not saved" in widget.view["error"]
    assert widget.view["review"] == "r1"


def test_texts_are_never_put_in_as_markup():
    script = (STATIC / "label.js").read_text(encoding="utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "http:",
        "https:",
        "import ",
    ):
        assert way not in script


def test_the_static_files_are_in_the_package():
    from importlib.resources import files

    assert {"label.js", "label.css"} <= {one.name for one in (files("reviewmine.labels") / "static").iterdir()}


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_in_a_browser(session, widget, tmp_path):
    with open_page(widget, tmp_path) as page:
        text = page.text()
        assert "Недостатки\n\nПривезли на три дня позже,\nкурьер [имя] нахамил" in text
        assert "0 из 4" in text
        assert page.chips() == ["1 Опоздание доставки delivery-late", "2 Грубый курьер courier-rude"]

        page.press("1")
        assert page.chips()[0].endswith("✓")
        page.press("Enter")
        assert [(one.type, one.verdict) for one in read_labels(session.store)] == [("T001", "yes"), ("T002", "no")]
        assert "Чайник хороший" in page.text()

        page.press("z", code="KeyZ", letter="я")  # a Russian keyboard
        assert in_force(read_labels(session.store)) == []
        page.press("2")
        page.press("2")  # once more: unsure
        page.press("Enter")
        assert [one.verdict for one in in_force(read_labels(session.store))] == ["no", "unsure"]

        page.press("s")
        assert session.review == "r3"
        assert page.run("window.hit") is None  # the markup in the review stayed text
        assert page.run("document.querySelectorAll('.rm-label img, .rm-label script').length") == 0
        assert "<script>window.hit = 1</script>" in page.text()
        page.press("u")
        assert {one.verdict for one in in_force(read_labels(session.store)) if one.review == "r3"} == {"unsure"}

        page.press("/")
        page.type("поломан все")
        page.press("Enter")
        assert page.chips()[-1].endswith("Брак defect ✓")
        page.press("Enter")
        assert [one.type for one in in_force(read_labels(session.store)) if one.verdict == "yes"] == ["T003"]
        assert "Все отзывы этой очереди пройдены" in page.text()
        page.press("z")
        assert session.review == "r4"

        for dark in (False, True):
            picture = page.picture(tmp_path / f"label-{'dark' if dark else 'light'}.png", width=390, dark=dark)
            assert picture.stat().st_size > 5_000
            assert page.run("document.documentElement.scrollWidth <= innerWidth")
