"""Draws two school years of attendance marks, session by session."""

from __future__ import annotations

import random
from datetime import date, timedelta

from demo.material.people import YearAttendance

TERMS = {
    2024: [
        (date(2024, 9, 3), date(2024, 10, 25)),
        (date(2024, 11, 4), date(2024, 12, 20)),
        (date(2025, 1, 6), date(2025, 2, 14)),
        (date(2025, 2, 24), date(2025, 4, 4)),
        (date(2025, 4, 22), date(2025, 5, 23)),
        (date(2025, 6, 2), date(2025, 7, 22)),
    ],
    2025: [
        (date(2025, 9, 3), date(2025, 10, 24)),
        (date(2025, 11, 3), date(2025, 12, 19)),
        (date(2026, 1, 5), date(2026, 2, 13)),
        (date(2026, 2, 23), date(2026, 3, 27)),
        (date(2026, 4, 13), date(2026, 5, 22)),
        (date(2026, 6, 1), date(2026, 7, 3)),
    ],
}
BANK_HOLIDAYS = {date(2025, 5, 5), date(2026, 5, 4)}
ABSENCE = {"OTH": 0.13, "PMLD": 0.14, "SEMH": 0.09, "PD": 0.07, "ASD": 0.06}


def open_days(year: int) -> list[tuple[date, bool]]:
    """Return every weekday of the school year, and whether school is open on it."""
    terms = TERMS[year]
    day, last = terms[0][0], terms[-1][1]
    days = []
    while day <= last:
        if day.weekday() < 5:
            within = any(start <= day <= end for start, end in terms)
            days.append((day, within and day not in BANK_HOLIDAYS))
        day += timedelta(days=1)
    return days


def draw_attendance(
    needs: list[str], joined: date, rng: random.Random
) -> tuple[YearAttendance, ...]:
    """Draw marks for Years 5 and 6.

    ``/`` and ``\\`` present, I ill, M medical, O unauthorised, # closed.
    """
    rate = max([ABSENCE.get(code, 0.035) for code in needs], default=0.03)
    years = []
    for year in sorted(TERMS):
        days = [(day, is_open) for day, is_open in open_days(year) if day >= joined]
        if days:
            years.append(YearAttendance(year, days[0][0], _marks(days, rate, rng)))
    return tuple(years)


def _marks(days: list[tuple[date, bool]], rate: float, rng: random.Random) -> str:
    marks: list[str] = []
    ill_for = 0
    for _, is_open in days:
        if not is_open:
            marks.append("##")
            continue
        if ill_for == 0 and rng.random() < rate / 2:
            ill_for = rng.choice((1, 1, 2, 3, 4))
        if ill_for:
            marks.append("II")
            ill_for -= 1
        elif rng.random() < rate / 3:
            marks.append(rng.choice(("M\\", "/M", "/M", "OO")))
        else:
            marks.append("/\\")
    return "".join(marks)
