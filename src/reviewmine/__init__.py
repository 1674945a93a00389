"""reviewmine: reviews in, pain-point taxonomy and complaint-type classifier out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reviewmine.corpus.read import read_reviews
    from reviewmine.corpus.statements import cut_reviews
    from reviewmine.discover.run import discover_topics
    from reviewmine.errors import ReviewmineError
    from reviewmine.insights.run import find_insights
    from reviewmine.router import Router
    from reviewmine.settings import Experiment, load_experiment
    from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
    from reviewmine.workflow import run, train

__version__ = "0.1.0"

# Resolved on first use, so that `import reviewmine` stays light for a routing service.
_HOMES = {
    "Experiment": "settings",
    "ReviewmineError": "errors",
    "Router": "router",
    "Taxonomy": "taxonomy.model",
    "cut_reviews": "corpus.statements",
    "discover_topics": "discover.run",
    "find_insights": "insights.run",
    "load_experiment": "settings",
    "load_taxonomy": "taxonomy.model",
    "read_reviews": "corpus.read",
    "run": "workflow",
    "train": "workflow",
}

__all__ = [
    "Experiment",
    "ReviewmineError",
    "Router",
    "Taxonomy",
    "cut_reviews",
    "discover_topics",
    "find_insights",
    "load_experiment",
    "load_taxonomy",
    "read_reviews",
    "run",
    "train",
]


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module on first use."""
    if name not in _HOMES:
        msg = f"module 'reviewmine' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"reviewmine.{_HOMES[name]}"), name)
