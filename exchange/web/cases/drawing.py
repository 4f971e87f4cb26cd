"""The timeline of a case as numbers for a drawing: bars, months, today. No style stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from exchange.domain.clocks import Standing
from exchange.services.cases.timing import CaseClock
from exchange.web.cases.wording import COLOURS, STANDINGS
from exchange.web.words import day

WIDTH = 960
_TOP = 54
_ROW = 44
_FOOT = 14
_EDGE = 40
_MARGIN = timedelta(days=7)
_MOST_MONTHS = 12

Scale = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One clock: from its first day to the day on which it is due.

    :param met_x: where it was kept; ``dashed`` an exception was recorded.
    :param anchor: on which side of ``text_x`` its name stands.
    """

    x: float
    y: float
    width: float
    text: str
    text_x: float
    anchor: str
    colour: str
    dashed: bool
    met_x: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """The first day of a month."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing; ``text`` says in words what it shows."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    months: tuple[Mark, ...]
    today_x: float | None
    today_anchor: str
    text: str


def picture_of(clocks: Sequence[CaseClock], today: date) -> Picture | None:
    """Return the drawing of a case's clocks; None where none runs or ran."""
    if not clocks:
        return None
    first = min(one.begins for one in clocks)
    last = max(max(one.clock.due, one.clock.met or one.clock.due) for one in clocks)
    if today <= last + timedelta(days=90):
        last = max(last, today)
    last += _MARGIN
    scale = WIDTH / max((last - first).days, 1)

    def at(on: date) -> float:
        return round(min(max((on - first).days * scale, 0), WIDTH), 1)

    bars = tuple(_bar(one, place, at, today) for place, one in enumerate(clocks))
    words = "; ".join(
        f"{one.label}, due {day(one.clock.due)}: {STANDINGS[one.standing(today)].text.lower()}"
        for one in clocks
    )
    return Picture(
        width=WIDTH,
        height=_TOP + _ROW * len(clocks) + _FOOT,
        bars=bars,
        months=tuple(_months(first, last, at)),
        today_x=at(today) if first <= today <= last else None,
        today_anchor=_anchor(at(today)),
        text=f"Bars from the day each clock began to the day it is due. {words}.",
    )


def _anchor(x: float) -> str:
    if x < _EDGE:
        return "start"
    return "end" if x > WIDTH - _EDGE else "middle"


def _bar(one: CaseClock, place: int, where: Scale, today: date) -> Bar:
    x, end = where(one.begins), where(one.clock.due)
    standing = one.standing(today)
    right = x > WIDTH / 2
    return Bar(
        x=x,
        y=_TOP + _ROW * place,
        width=round(max(end - x, 2), 1),
        text=f"{one.label}: {day(one.clock.due)}",
        text_x=WIDTH if right else x,
        anchor="end" if right else "start",
        colour=COLOURS[standing],
        dashed=standing is Standing.EXCEPTED,
        met_x=where(one.clock.met) if one.clock.met else None,
    )


def _months(first: date, last: date, where: Scale) -> list[Mark]:
    found, step = [], 1
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > _MOST_MONTHS:
        step = -(-months // _MOST_MONTHS)
    on = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    number = 0
    while on <= last:
        if number % step == 0 and where(on) < WIDTH - 30:
            found.append(Mark(where(on), f"{on:%b}" if on.month > 1 else f"{on:%b %Y}"))
        on = (on + timedelta(days=32)).replace(day=1)
        number += 1
    return found
