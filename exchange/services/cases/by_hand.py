"""A request that came by letter, by mail or by word of mouth, as a caseworker enters it.

It starts the same clocks as any other: from the day on which it reached the authority.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from exchange.domain.clocks import london_day, require_likely
from exchange.domain.feeder import Who
from exchange.errors import UsageError
from exchange.ports import Actor
from exchange.services.cases.keeping import add_case, enter
from exchange.services.cases.model import Case, CaseState, Note, Source
from exchange.services.cases.names import reference_of
from exchange.services.inside import Inside

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class HandRequest:
    """What a caseworker enters.

    :param received: the day on which it reached the authority, whoever opened it.
    :param school_name: the child's school, where one is known; ``how`` it came, in words.
    """

    source: Source
    who: Who
    received: date
    nc_year: str = ""
    school_name: str = ""
    how: str = ""


def enter_request(
    inside: Inside,
    org_id: str,
    order: HandRequest,
    actor: Actor,
    caseworker: tuple[str, str] = ("", ""),
) -> Case:
    """Open a case for a request that came another way.

    :param caseworker: account id and name of who works it; nobody yet.
    :raises UsageError: ``date-in-future``, ``date-unlikely``.
    """
    if order.received > london_day(inside.clock.now()):
        raise UsageError("date-in-future", "/received", "Give a day that has come.")
    require_likely("decide-assess", order.received, "/received")
    made = _case(inside, order, actor, caseworker)
    with inside.store.unit(org_id) as unit:
        add_case(unit, made)
        detail = {"source": order.source.value, "reached": order.received.isoformat()}
        enter(unit, actor, "case.entered", made.case_id, detail)
        unit.commit()
    return made


def _case(inside: Inside, order: HandRequest, actor: Actor, caseworker: tuple[str, str]) -> Case:
    case_id, now, who = str(uuid.uuid4()), inside.clock.now(), order.who
    notes = (Note(order.how.strip(), actor.name, now),) if order.how.strip() else ()
    return Case(
        case_id=case_id,
        state=CaseState.OPEN,
        source=order.source,
        reference=reference_of(case_id),
        reached=order.received,
        reached_at=datetime.combine(order.received, time(12), _LONDON),
        created_at=now,
        updated_at=now,
        school_name=order.school_name.strip(),
        who=who,
        name=f"{who.known_as or who.forename} {who.other_surname or who.surname}",
        nc_year=order.nc_year,
        caseworker=caseworker[0],
        caseworker_name=caseworker[1],
        notes=notes,
    )
