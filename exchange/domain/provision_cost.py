"""What provision costs in a year: minutes / group size x hourly rate x weeks.

The formula that authorities' costed provision maps use, written out:

    sessions in a year x minutes / 60 x adults x rate of an hour / pupils in the group

Sessions: a day has five in a school week, a fortnight is two weeks; half-terms, terms and years
are counted as six, three and one in a year, however many weeks the authority's year has. Reckoned
exactly, and rounded once for each line, half a penny up; the total is the sum of the rounded
lines, so that whoever adds up the page finds what it says. Money is in pounds (GBP) as
:class:`~decimal.Decimal`. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from schemas.ehc_request import Costs, ProvisionLine
from schemas.sen.plan import Per, Provision

WEEKS = 38
"""Weeks of a school year in the usual formula; a profile may say another number."""

_DAYS_A_WEEK = 5
_BY_WEEKS = {Per.DAY: Fraction(_DAYS_A_WEEK), Per.WEEK: Fraction(1), Per.FORTNIGHT: Fraction(1, 2)}
_BY_YEAR = {Per.HALF_TERM: Fraction(6), Per.TERM: Fraction(3), Per.YEAR: Fraction(1)}
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is done.

    :param rate: pounds for an adult's hour, with what the employer pays on top.
    :param times: sessions in the time ``per``; ``minutes``: of one session.
    :param staff: adults at once; ``group_size``: pupils who share them.
    """

    what: str
    who: str
    times: int
    per: Per
    minutes: int
    rate: Decimal
    group_size: int = 1
    staff: int = 1
    weeks: int = WEEKS

    @property
    def sessions(self) -> Fraction:
        """Return the sessions of a year."""
        if self.per in _BY_WEEKS:
            return self.times * _BY_WEEKS[self.per] * self.weeks
        return self.times * _BY_YEAR[self.per]

    @property
    def hours(self) -> Decimal:
        """Return the adults' hours in a year that are this pupil's share, to two places."""
        return _rounded(self._hours)

    @property
    def yearly(self) -> Decimal:
        """Return the cost in a year, in pounds and pence."""
        return _rounded(self._hours * Fraction(self.rate))

    @property
    def _hours(self) -> Fraction:
        return self.sessions * self.minutes * self.staff / (60 * self.group_size)


@dataclass(frozen=True, slots=True)
class Standing:
    """The lines together, against a threshold.

    :param over: pounds above the threshold, below it less than nothing; None without one.
    """

    total: Decimal
    threshold: Decimal | None

    @property
    def over(self) -> Decimal | None:
        """Return by how much the total is above the threshold."""
        return None if self.threshold is None else self.total - self.threshold


def standing(lines: Iterable[Line], threshold: Decimal | None) -> Standing:
    """Return the total of a year, against what a school is expected to find itself."""
    return Standing(sum((one.yearly for one in lines), Decimal("0.00")), threshold)


def from_plan(provision: Provision, rate: Decimal | None = None, weeks: int = WEEKS) -> Line:
    """Return the line of a provision in an SEN support plan, so that nobody types it again.

    :param rate: where the plan has none.
    """
    pence = provision.hourly_rate_pence
    known = rate or Decimal(0)
    return Line(
        what=provision.what,
        who=provision.who,
        times=provision.times,
        per=provision.per,
        minutes=provision.minutes,
        group_size=provision.group_size,
        weeks=provision.weeks or weeks,
        rate=known if pence is None else Decimal(pence) / 100,
    )


def to_record(lines: Sequence[Line], threshold: Decimal | None) -> Costs | None:
    """Return the costed map as a record says it; None where there is no line."""
    if not lines:
        return None
    rows = tuple(
        ProvisionLine(
            what=one.what,
            who=one.who,
            times=one.times,
            per=one.per,
            minutes=one.minutes,
            group_size=one.group_size,
            staff=one.staff,
            weeks=one.weeks,
            hourly_rate_pence=_pence(one.rate),
            yearly_pence=_pence(one.yearly),
        )
        for one in lines
    )
    return Costs(
        lines=rows,
        total_pence=sum(one.yearly_pence for one in rows),
        threshold_pence=None if threshold is None else _pence(threshold),
    )


def from_record(line: ProvisionLine) -> Line:
    """Return a line of a record, to be reckoned again by whoever reads it."""
    return Line(
        what=line.what,
        who=line.who,
        times=line.times,
        per=line.per,
        minutes=line.minutes,
        group_size=line.group_size,
        staff=line.staff,
        weeks=line.weeks,
        rate=Decimal(line.hourly_rate_pence) / 100,
    )


def _pence(pounds: Decimal) -> int:
    return int((pounds * 100).to_integral_value(ROUND_HALF_UP))


def _rounded(exact: Fraction) -> Decimal:
    """Round to the penny, half up: whole numbers alone, so nothing is lost on the way."""
    pence = (exact * 200 + 1) // 2
    return Decimal(int(pence)) * _PENNY
