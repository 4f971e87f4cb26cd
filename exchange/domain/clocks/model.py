"""What a rule, a count and a running clock are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.domain.clocks.calendar import Doubt


class Unit(StrEnum):
    """What is counted."""

    DAYS = "days"
    MONTHS = "months"
    """Calendar months; where the month has no such day, its last."""
    WORKING_DAYS = "working-days"
    """Not Saturdays, Sundays and the bank holidays of England."""
    SCHOOL_DAYS = "school-days"
    """Days on which the school meets."""
    BEFORE = "before"
    """A fixed day of the calendar year of the trigger, which itself is too late."""


class Pick(StrEnum):
    """Which of two counts holds."""

    LATER = "later"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Count:
    """One count of a rule.

    :param start: what happened on the day from which it counts, as a person reads it.
    :param count: how many; negative: so many before the trigger.
    :param beginning_with: the day of the trigger is the first.
    :param before: month and day (``Unit.BEFORE``); ``count`` days earlier than that day.
    """

    start: str
    unit: Unit
    count: int
    beginning_with: bool = False
    before: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule.

    :param number: its number in the list of clocks.
    :param text: the rule, quoted or in the words of its guidance.
    :param regulation: where it stands.
    :param check: nobody has compared it with its source yet.
    :param counts: the first counts from the trigger; a second from another day, see ``pick``.
    :param in_force_from: first day in force; None: as long as records reach.
    :param in_force_until: last day in force; None: still.
    """

    code: str
    number: int
    label: str
    text: str
    regulation: str
    check: bool
    counts: tuple[Count, ...]
    pick: Pick
    in_force_from: date | None
    in_force_until: date | None

    @property
    def unit(self) -> Unit:
        """Return what its first count counts."""
        return self.counts[0].unit

    @property
    def count(self) -> int:
        """Return how many its first count counts."""
        return self.counts[0].count

    @property
    def beginning_with(self) -> bool:
        """Return whether the day of the trigger is the first."""
        return self.counts[0].beginning_with

    def in_force(self, on: date) -> bool:
        """Return whether this version held on a day."""
        return (self.in_force_from is None or self.in_force_from <= on) and (
            self.in_force_until is None or on <= self.in_force_until
        )


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A reason for which a time limit need not be kept.

    :param regulations: code of the rule -> where the exception stands.
    :param check: codes of the rules for which nobody has compared it with its source.
    """

    code: str
    label: str
    regulations: Mapping[str, str] = field(hash=False)
    check: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Excepted:
    """An exception that somebody recorded for one clock.

    :param reason: a code of the exceptions (:func:`exchange.domain.clocks.exceptions_for`).
    :param evidence: what shows it, in words; never empty.
    :param until: when it is expected to be over, where known.
    """

    reason: str
    evidence: str
    recorded_on: date
    recorded_by: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock that runs, or ran.

    :param due: the last day on which it is in time.
    :param met: when it was done.
    :param doubts: why the day may be earlier than the law's (no term dates, for one).
    """

    rule: Rule
    starts: date
    due: date
    met: date | None = None
    excepted: tuple[Excepted, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class Standing(StrEnum):
    """How a clock stands on a day."""

    RUNNING = "running"
    AMBER = "amber"
    """Tomorrow is the last day; whoever counts the day of receipt says today."""
    DUE_TODAY = "due-today"
    LATE = "late"
    MET = "met"
    MET_LATE = "met-late"
    EXCEPTED = "excepted"
    """Not met, with a recorded exception; its date shows all the same."""
