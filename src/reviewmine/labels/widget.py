"""The labelling widget for JupyterLab: a thin face of a session; the browser shows and asks, Python decides and writes."""

from functools import cache
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.labels.session import Session

STATIC = Path(__file__).parent / "static"


def label_widget(session: Session) -> Any:
    """Return the widget of a session; as the last line of a cell it is shown.

    Keys: 1–9 mark a type, Enter saves, u is unsure, s skips, z takes back, / searches. Its traits ``view`` and ``types``
    hold what is shown, masked as the session masks. Raises ``ReviewmineError`` when anywidget is not installed.
    """
    widget = _widget_class()(types=session.types(), view=session.view(), language=session.taxonomy.language)
    widget.on_msg(lambda _, message, __: _answer(widget, session, message))
    return widget


def _answer(widget: Any, session: Session, message: Any) -> None:
    """Carry out what the browser asks for, unless it speaks of a review that is no longer the one shown."""
    if not isinstance(message, dict) or message.get("review") != session.review:
        widget.view = session.view() | {"error": "", "turn": widget.view.get("turn", 0) + 1}
        return
    error = ""
    try:
        _do(session, message)
    except ReviewmineError as problem:
        error = str(problem)
    except (
        OSError
    ) as problem:  # a full disk or a folder that is gone: the answer is not written, and the labeller sees it
        error = f"{session.store}: {problem.strerror}; not saved"
    widget.view = session.view() | {"error": error, "turn": widget.view.get("turn", 0) + 1}


def _do(session: Session, message: dict[str, Any]) -> None:
    """Carry out one message. Raises ``ReviewmineError`` when it makes no sense."""
    match message.get("do"):
        case "answer":
            yes, unsure = message.get("yes"), message.get("unsure")
            if not all(
                isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds) for kinds in (yes, unsure)
            ):
                raise ReviewmineError("an answer without lists of types", expected="yes and unsure")
            session.answer(yes or (), unsure or ())
        case "skip":
            session.skip()
        case "undo":
            session.undo()
        case other:
            raise ReviewmineError(f"{str(other)[:40]!r}", expected="answer, skip or undo")


@cache
def _widget_class() -> Any:
    """Return the class of the widget; made on first use, as anywidget comes with the extra ``lab``."""
    try:
        import anywidget  # noqa: PLC0415
        import traitlets  # noqa: PLC0415
    except ModuleNotFoundError:
        raise missing_extra("anywidget", "lab", "the labelling widget") from None

    class LabelWidget(anywidget.AnyWidget):
        """What the browser and Python share."""

        _esm = STATIC / "label.js"
        _css = STATIC / "label.css"
        types: Any = traitlets.List().tag(sync=True)
        view: Any = traitlets.Dict().tag(sync=True)
        language: Any = traitlets.Unicode("ru").tag(sync=True)

    return LabelWidget
