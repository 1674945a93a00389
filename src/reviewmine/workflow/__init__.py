"""The order of the stages and the files between them. Each stage reads files, writes files and says one closing line."""

from reviewmine.insights.sources import routed_evidence
from reviewmine.workflow.chain import discover, run
from reviewmine.workflow.evaluate import Evaluated, evaluate
from reviewmine.workflow.insights import insights, made_of, make_digests, make_report, unmasked_line
from reviewmine.workflow.promote import Promotion, promote
from reviewmine.workflow.reading import ReadResult, not_over, read, rejected_line, said_of, statements
from reviewmine.workflow.recalibrate import recalibrate
from reviewmine.workflow.recalibrated import Recalibrated
from reviewmine.workflow.replay import Replayed, replay
from reviewmine.workflow.scoring import score, score_files
from reviewmine.workflow.training import TrainResult, train, train_on
from reviewmine.workflow.watch import watch
from reviewmine.workflow.watched import Watched

__all__ = [
    "Evaluated",
    "Promotion",
    "ReadResult",
    "Recalibrated",
    "Replayed",
    "TrainResult",
    "Watched",
    "discover",
    "evaluate",
    "insights",
    "made_of",
    "make_digests",
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
    "score_files",
    "statements",
    "train",
    "train_on",
    "unmasked_line",
    "watch",
]
