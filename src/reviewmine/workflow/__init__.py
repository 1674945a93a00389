"""The order of the stages and the files between them. Each stage reads files, writes files and says one closing line."""

from reviewmine.insights.sources import routed_evidence
from reviewmine.workflow.chain import discover, insights, make_report, run, score, unmasked_line
from reviewmine.workflow.promote import Promotion, promote
from reviewmine.workflow.reading import ReadResult, not_over, read, rejected_line, said_of, statements
from reviewmine.workflow.recalibrate import recalibrate
from reviewmine.workflow.recalibrated import Recalibrated
from reviewmine.workflow.replay import Replayed, replay
from reviewmine.workflow.training import TrainResult, train, train_on

__all__ = [
    "Promotion",
    "ReadResult",
    "Recalibrated",
    "Replayed",
    "TrainResult",
    "discover",
    "insights",
    "make_report",
    "not_over",
    "promote",
    "read",
    "recalibrate",
    "rejected_line",
    "replay",
    "routed_evidence",
    "run",
    "said_of",
    "score",
    "statements",
    "train",
    "train_on",
    "unmasked_line",
]
