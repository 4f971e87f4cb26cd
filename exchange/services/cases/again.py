"""What is kept of a reassessment of the needs behind a plan (Children and Families Act 2014 s.44).

It belongs to the case of the plan. The days are what a person recorded; its clocks are counted in
:mod:`exchange.services.cases.timing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.strict_json import JsonValue

_DAYS = ("asked", "decided", "told", "issued", "stopped")


@dataclass(frozen=True, slots=True)
class Reassessment:
    """One reassessment, or the request for one.

    :param asked: the day on which the request reached the authority; None: nobody asked, it decided
        by itself (s.44(3)).
    :param source: who asked (:class:`exchange.services.cases.model.Source`); empty: nobody did.
    :param yes: whether there will be one; None: not decided yet.
    :param told: the day on which the parent or young person was told of the decision in writing.
    :param issued: the day of the final plan after it.
    :param stopped: the day on which it ended without one: a request that was taken back, or a plan
        that stays as it is.
    :param by: who recorded it first.
    """

    asked: date | None = None
    source: str = ""
    yes: bool | None = None
    decided: date | None = None
    reasons: str = ""
    told: date | None = None
    issued: date | None = None
    stopped: date | None = None
    by: str = ""

    @property
    def began(self) -> date:
        """Return the first day that is known of it."""
        return min(one for one in (self.asked, self.decided, self.told) if one is not None)

    @property
    def runs_from(self) -> date | None:
        """Return the day from which the time for the plan runs (reg 27(2)), once it does."""
        if not self.yes:
            return None
        return self.told if self.asked is not None else self.decided

    @property
    def is_open(self) -> bool:
        """Return whether something is awaited of the authority."""
        refused = self.yes is False and self.told is not None
        return not refused and self.issued is None and self.stopped is None

    @property
    def letter(self) -> date | None:
        """Return the day of what the family may appeal against: a refusal, or the plan."""
        return self.told if self.yes is False else self.issued


def plain_reassessment(one: Reassessment) -> dict[str, JsonValue]:
    """Return what is stored of one."""
    days: dict[str, JsonValue] = {}
    for name in _DAYS:
        day: date | None = getattr(one, name)
        days[name] = day.isoformat() if day else None
    return {**days, "source": one.source, "yes": one.yes, "reasons": one.reasons, "by": one.by}


def read_reassessment(told: Any) -> Reassessment:
    """Return one as it was stored.

    :raises KeyError, TypeError, ValueError: it is damaged.
    """
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in _DAYS}
    return Reassessment(
        source=told["source"], yes=told["yes"], reasons=told["reasons"], by=told["by"], **days
    )
