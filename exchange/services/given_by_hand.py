"""That copies were given by hand, as somebody wrote it down (``services.by_hand``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from exchange.ports import UnitOfWork
from exchange.ports.items import Item
from exchange.services.protect import protected_pupils

KIND = "by-hand"


@dataclass(frozen=True, slots=True)
class Given:
    """That somebody was given a copy.

    :param to: id of the place (``services.elsewhere``); ``place`` its name.
    :param by: who wrote it down, ``at`` when.
    """

    pupil_id: str
    copy_id: str
    to: str
    place: str
    day: date
    by: str
    at: datetime


def given_to(unit: UnitOfWork, pupil_id: str) -> list[Given]:
    """Return what was given for a pupil, in the order in which it was written down."""
    return _read(unit.items.about(KIND, pupil_id))


def given_by_pupil(unit: UnitOfWork) -> Mapping[str, list[Given]]:
    """Return the same for every pupil of whom there is any; of a protected move nothing."""
    hidden = protected_pupils(unit)
    found: dict[str, list[Given]] = {}
    for one in _read(unit.items.all(KIND)):
        if one.pupil_id not in hidden:
            found.setdefault(one.pupil_id, []).append(one)
    return found


def _read(items: Iterable[Item]) -> list[Given]:
    ordered = sorted(items, key=lambda one: one.created_at)
    return [_given(one.content or {}, one.created_at) for one in ordered]


def _given(told: Mapping[str, object], at: datetime) -> Given:
    return Given(
        pupil_id=str(told["pupil"]),
        copy_id=str(told["copy"]),
        to=str(told["to"]),
        place=str(told["place"]),
        day=date.fromisoformat(str(told["day"])),
        by=str(told["by"]),
        at=at,
    )
