"""The order of the stages and the files between them. Each stage reads files, writes files and says one closing line."""

from reviewmine.insights.sources import routed_evidence
from reviewmine.workflow.chain import discover, insights, make_report, run, score, unmasked_line
from reviewmine.workflow.reading import ReadResult, not_over, read, rejected_line, said_of, statements
from reviewmine.workflow.training import TrainResult, train, train_on

__all__ = [
    "ReadResult",
    "TrainResult",
    "discover",
    "insights",
    "make_report",
    "not_over",
    "read",
    "rejected_line",
    "routed_evidence",
    "run",
    "said_of",
    "score",
    "statements",
    "train",
    "train_on",
    "unmasked_line",
]
