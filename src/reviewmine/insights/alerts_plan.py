"""The plan of alerts: what is watched, how long the windows are, how sure an alert must be."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from reviewmine.insights.days import Country
from reviewmine.settings import Closed


class AlertsPlan(Closed):
    """How alerts are found: the key ``alerts`` of the plan."""

    period: Literal["day", "week"] = "day"
    windows: Annotated[tuple[Annotated[int, Field(ge=1, le=28)], ...], Field(min_length=1, max_length=10)] = ()
    """Lengths of the windows in periods; without any 1, 2, 3, 5, 7 and 14 days, or 1, 2 and 4 weeks."""
    fdr: Annotated[float, Field(gt=0, le=0.2)] = 0.01
    """Share of false ones among the surges of a period (Benjamini-Hochberg)."""
    min_count: Annotated[float, Field(ge=1)] = 5
    min_ratio: Annotated[float, Field(ge=1)] = 1.5
    segments: tuple[str, ...] = ("channel", "product")
    """Columns of the reviews whose values are looked at one by one; those that the reviews lack are passed over."""
    most_segments: Annotated[int, Field(ge=0, le=50)] = 8
    """Values of a column, the most frequent."""
    holidays: Country = "RU"
    days_off: tuple[date, ...] = ()
    """Further holidays: days off that were moved, days of one's own."""
    quiet: Annotated[int, Field(ge=1, le=60)] | None = None
    """Periods without a surge after which an alert is closed; without one 7 days or 2 weeks."""
    closed: Annotated[int, Field(ge=0, le=366)] | None = None
    """Periods for which a closed alert is still listed; without one 28 days or 4 weeks."""

    @model_validator(mode="after")
    def _sorted_windows(self) -> Self:
        if len(set(self.windows)) < len(self.windows):
            msg = "a window stands twice"
            raise ValueError(msg)
        return self

    @property
    def lengths(self) -> tuple[int, ...]:
        """Return the windows, in periods."""
        return self.windows or ((1, 2, 3, 5, 7, 14) if self.period == "day" else (1, 2, 4))

    @property
    def quiet_periods(self) -> int:
        """Return after how many periods without a surge an alert is closed."""
        return self.quiet or (7 if self.period == "day" else 2)

    @property
    def closed_periods(self) -> int:
        """Return for how many periods a closed alert is listed."""
        return self.closed if self.closed is not None else (28 if self.period == "day" else 4)
