"""How bad an alert is and whom it goes to, when: severity levels, the escalation plan, and the body of a webhook."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from reviewmine.corpus.privacy import mask_many
from reviewmine.settings import Closed

SCHEMA: Final = "reviewmine.alert/1"
"""Name and version of the webhook body; a change that a receiver would notice raises the number."""
Level = Literal[1, 2, 3]
NOTICE, SERIOUS, CRISIS = 1, 2, 3
_RATIOS, _EXCESSES = (2.0, 4.0), (20.0, 100.0)
_SERIOUS_FROM, _CRISIS_FROM = 2, 4  # points
_USUAL_SEVERITY = 3
_QUOTES, _IDS, _LETTERS = 2, 10, 300  # in a webhook body
_PLACE = re.compile(r"\{(owner|owner_title)\}")


class Step(Closed):
    """One step of an escalation."""

    after_hours: Annotated[float, Field(ge=0, le=24 * 90)] = 0
    """Hours after the alert opened."""
    to: Annotated[str, Field(min_length=1, max_length=200)] = "{owner_title}"
    """Who; ``{owner}`` and ``{owner_title}`` are those of the type."""
    by: Annotated[str, Field(min_length=1, max_length=100)] = "email"


Steps = Annotated[tuple[Step, ...], Field(max_length=20)]
Levels = dict[Level, Steps]


class EscalationPlan(Closed):
    """Who hears of an alert, by its severity: the key ``escalation`` of the plan."""

    default: Levels = Field(
        default={
            1: (Step(after_hours=24),),
            2: (Step(after_hours=4), Step(after_hours=24, to="руководитель клиентского сервиса")),
            3: (Step(by="phone"), Step(after_hours=2, to="руководитель клиентского сервиса", by="phone")),
        }
    )
    owners: dict[str, Levels] = Field(default={})
    """Owner to levels of its own; a level that it does not name is that of ``default``."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for where, levels in (("default", self.default), *self.owners.items()):
            for level, steps in levels.items():
                hours = [step.after_hours for step in steps]
                if hours != sorted(hours):
                    msg = f"{where}, level {level}: after_hours must not fall from step to step"
                    raise ValueError(msg)
        return self


def severity(kind: str, of_type: float | None, ratio: float, excess: float) -> Level:
    """Return 1 (notice), 2 (serious) or 3 (crisis).

    A point each for 2 and 4 times the expected, for 20 and 100 mentions above it, and for a type of severity 4 and 5 (of 5); one
    less for a type below 3. Two points are serious, four a crisis. Of complaints alone: what else grows is a notice.

    >>> severity("complaint", 3, 3.0, 25), severity("complaint", 5, 4.5, 12), severity("gratitude", 5, 9.0, 500)
    (2, 3, 1)
    """
    if kind != "complaint":
        return NOTICE
    own = _USUAL_SEVERITY if of_type is None else of_type
    points = sum(ratio >= bar for bar in _RATIOS) + sum(excess >= bar for bar in _EXCESSES)
    points += max(-1, min(2, int(own) - _USUAL_SEVERITY))
    return CRISIS if points >= _CRISIS_FROM else SERIOUS if points >= _SERIOUS_FROM else NOTICE


def steps_of(plan: EscalationPlan, level: Level, owner: str, owner_title: str) -> list[dict[str, Any]]:
    """Return the steps for an alert of an owner: ``after_hours``, ``to``, ``by``."""
    steps: Sequence[Step] = plan.owners.get(owner, {}).get(level, plan.default.get(level, ()))
    named = {"owner": owner or "nobody", "owner_title": owner_title or owner or "nobody"}
    return [
        {
            "after_hours": step.after_hours,
            "to": _PLACE.sub(lambda place: named[place[1]], step.to),
            "by": step.by,
        }
        for step in steps
    ]


def webhook_body(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a receiver is sent of an alert: a small JSON of schema ``reviewmine.alert/1``, see docs/alerts.md.

    Of customers' words it has at most two quotes of 300 characters, masked here once more; reviews are named by id.
    """
    kept = (
        "id code title kind owner owner_title segment state severity since opened last observed expected ratio p q n_evidence"
    ).split()
    said = mask_many(["".join(quote[part] for part in ("before", "text", "after")) for quote in alert["quotes"]])
    quotes = [
        {"review_id": quote["review_id"], "text": text[:_LETTERS]}
        for quote, text in zip(alert["quotes"][:_QUOTES], said, strict=False)
    ]
    return (
        {"schema": SCHEMA}
        | {name: alert[name] for name in kept}
        | {"evidence": list(alert["evidence"][:_IDS]), "quotes": quotes, "escalation": list(alert["escalation"])}
    )
