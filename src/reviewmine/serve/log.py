"""Structured logs: one JSON object a line on stderr, never a word of a review."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOGGER = logging.getLogger("reviewmine.serve")
ID_CHARS = 64
"""An id is logged up to here: a client may put anything there."""

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "reviewmine.serve.log.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        LOGGER.name: {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""For ``logging.config.dictConfig``: our lines and the server's in one form."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; of an exception its type and place, for its message may quote a review."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), **facts}
        if record.exc_info and record.exc_info[1]:
            line |= failure(record.exc_info[1])
        return json.dumps(line)


def failure(error: BaseException) -> dict[str, str]:
    """Return the type of ``error`` and the line of code that raised it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return {"error": type(error).__name__, "place": place}
