"""What a pupil's page says of a life that has more than one school or another council."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import due
from exchange.ports import Transfer, UnitOfWork
from exchange.services.authority import Responsible, responsible_for
from exchange.services.calendars import calendar_of
from exchange.services.choose_destination import live_transfers
from exchange.services.second_registration import second_of
from exchange.web.here import inside
from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class Second:
    """The second school of a pupil.

    :param by: the 15th school day after the head learned of it, by the school's calendar.
    :param pack: the newest pack there, or None.
    """

    name: str
    learned_on: date | None
    by: date | None
    pack: Transfer | None


@dataclass(frozen=True, slots=True)
class Lives:
    """What stands beside the ordinary of a pupil.

    :param council: of the home address; None: nobody has recorded it.
    """

    council: Responsible | None
    second: Second | None


NameOf = Callable[[UnitOfWork, str], str]


def lives_of(
    unit: UnitOfWork, pupil_id: str, pupil: Pupil, name_of: NameOf, *, secret: bool
) -> Lives:
    """Return what is said of a pupil.

    :param name_of: gives the name of an organisation.
    :param secret: where the child goes is not for this person to see.
    """
    return Lives(
        council=responsible_for(inside(), pupil),
        second=None if secret else _second(unit, pupil_id, name_of),
    )


def _second(unit: UnitOfWork, pupil_id: str, name_of: NameOf) -> Second | None:
    found = second_of(unit, pupil_id)
    if found is None:
        return None
    packs = live_transfers(unit, pupil_id, second=True)
    learned, calendar = found.learned_on, calendar_of(inside(), unit)
    return Second(
        name=name_of(unit, found.destination.org_id),
        learned_on=learned,
        by=due("dual-registration", learned, calendar) if learned else None,
        pack=packs[-1] if packs else None,
    )
