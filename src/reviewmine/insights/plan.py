"""The plan of the insights: one YAML file in which people say what is watched, expected and allowed, and who is called."""

from pathlib import Path

from reviewmine.insights.alerts_plan import AlertsPlan
from reviewmine.insights.escalation import EscalationPlan
from reviewmine.insights.journey import JourneyPlan
from reviewmine.insights.scores import ScoresPlan
from reviewmine.insights.traffic import TrafficPlan
from reviewmine.settings import Closed, load_settings


class InsightsPlan(Closed):
    """The keys of the file; each may be missing."""

    alerts: AlertsPlan = AlertsPlan()
    escalation: EscalationPlan = EscalationPlan()
    scores: ScoresPlan = ScoresPlan()
    traffic: TrafficPlan = TrafficPlan()
    journey: JourneyPlan = JourneyPlan()


def load_plan(path: str | Path | None) -> InsightsPlan:
    """Return the plan at ``path``, or the usual one. Raises ``ReviewmineError`` with file and key."""
    return load_settings(path, InsightsPlan, "docs/insights.md") if path else InsightsPlan()
