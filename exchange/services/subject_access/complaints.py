"""A complaint about data protection: the day it came, by when it is acknowledged, what came of it.

Whoever holds somebody's data acknowledges within 30 days that they complained (Data Protection Act
2018, s.164A), and answers without undue delay. A school or an authority records it by hand; it may
be about a pupil's record or about anything else.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from exchange.domain.clocks import Clock, clock, london_day, require_likely
from exchange.errors import Conflict, StoreError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from schemas.strict_json import JsonValue

KIND = "data-complaint"
OPEN, DONE = "open", "acknowledged"
RULE = "complaint"
LONGEST_NAME, LONGEST = 200, 10_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. All of it but its state is sealed.

    :param name: who complained, as people call them; ``about`` what they say, in words.
    :param pupil_id: whose record it is about, or None.
    :param acknowledged: the day on which they were told in writing that it came.
    :param outcome: what they were told came of it, and when, in words.
    """

    complaint_id: str
    name: str
    about: str
    came: date
    recorded_by: str
    pupil_id: str | None = None
    acknowledged: date | None = None
    outcome: str = ""
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def clock(self) -> Clock:
        """Return by when it is acknowledged."""
        return clock(RULE, self.came, met=self.acknowledged)

    @property
    def version(self) -> int:
        """Return which edition this is."""
        return self.item.version if self.item else 1

    def content(self) -> dict[str, JsonValue]:
        """Return what is sealed."""
        return {
            "name": self.name,
            "about": self.about,
            "came": self.came.isoformat(),
            "by": self.recorded_by,
            "pupil": self.pupil_id,
            "acknowledged": self.acknowledged.isoformat() if self.acknowledged else None,
            "outcome": self.outcome,
        }


def complaints(unit: UnitOfWork, pupil_id: str | None = None) -> Sequence[Complaint]:
    """Return all complaints, or those about a pupil: what is open first, by the day it is due."""
    items = unit.items.all(KIND) if pupil_id is None else unit.items.about(KIND, pupil_id)
    return sorted(
        (_read(one) for one in items), key=lambda one: (one.acknowledged is not None, one.clock.due)
    )


def complaint_of(unit: UnitOfWork, complaint_id: str) -> Complaint:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return _read(unit.items.get(KIND, complaint_id))


def record_complaint(
    inside: Inside,
    org_id: str,
    name: str,
    about: str,
    came: date,
    actor: Actor,
    pupil_id: str | None = None,
) -> Complaint:
    """Record that somebody complained; the 30 days run from the day it came.

    :raises UsageError: ``text-missing``, ``text-too-long``, ``date-in-future``, ``date-unlikely``.
    :raises NotFound: ``pupil-unknown``.
    """
    _require_day(inside, came, "/came")
    require_likely(RULE, came, "/came")
    made = Complaint(
        str(uuid.uuid4()),
        _text(name, "/name", LONGEST_NAME),
        _text(about, "/about", LONGEST),
        came,
        actor.name,
        pupil_id,
    )
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        if pupil_id is not None:
            unit.pupils.get(pupil_id)
        unit.items.add(
            Item(KIND, made.complaint_id, OPEN, made.content(), now, now, about=pupil_id)
        )
        unit.audit.record(actor, "data-complaint.recorded", KIND, made.complaint_id)
        unit.commit()
    return made


def answer_complaint(
    inside: Inside,
    org_id: str,
    complaint_id: str,
    acknowledged: date | None,
    outcome: str,
    actor: Actor,
    based_on: int,
) -> Complaint:
    """Record when it was acknowledged, and what came of it; again corrects both.

    :param based_on: the version that the person saw.
    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``item-changed``: somebody else changed it meanwhile.
    :raises UsageError: ``date-in-future``, ``date-before-asked``, ``text-too-long``.
    """
    with inside.store.unit(org_id) as unit:
        before = complaint_of(unit, complaint_id)
        if before.item is None or before.version != based_on:
            raise Conflict("item-changed", "/complaint", "Somebody else changed it meanwhile.")
        if acknowledged is not None:
            _require_day(inside, acknowledged, "/acknowledged")
            if acknowledged < before.came:
                raise UsageError("date-before-asked", "/acknowledged", "It had not come by then.")
        said = outcome.strip()
        if len(said) > LONGEST:
            raise UsageError("text-too-long", "/outcome", f"Use {LONGEST:,} characters at most.")
        made = replace(before, acknowledged=acknowledged, outcome=said)
        state, now = DONE if acknowledged else OPEN, inside.clock.now()
        unit.items.update(replace(before.item, state=state, content=made.content(), updated_at=now))
        unit.audit.record(actor, "data-complaint.answered", KIND, complaint_id)
        unit.commit()
    return made


def _require_day(inside: Inside, on: date, path: str) -> None:
    if on > london_day(inside.clock.now()):
        raise UsageError("date-in-future", path, "Give a day that has come.")


def _text(typed: str, path: str, longest: int) -> str:
    plain = typed.strip()
    if not plain:
        raise UsageError("text-missing", path, "Fill this in.")
    if len(plain) > longest:
        raise UsageError("text-too-long", path, f"Use {longest:,} characters at most.")
    return plain


def _read(item: Item) -> Complaint:
    told = item.content
    try:
        if told is None:
            raise TypeError
        pupil, day = told["pupil"], told["acknowledged"]
        return Complaint(
            item.item_id,
            str(told["name"]),
            str(told["about"]),
            date.fromisoformat(str(told["came"])),
            str(told["by"]),
            str(pupil) if pupil else None,
            date.fromisoformat(str(day)) if day else None,
            str(told["outcome"]),
            item,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{KIND}") from None
