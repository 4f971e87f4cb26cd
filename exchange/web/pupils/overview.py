"""A pupil's page: what is ready and what is missing, where it goes, what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template

from exchange.domain.clocks import london_day
from exchange.domain.readiness import (
    Readiness,
    deadlines,
    is_out_of_date,
    moves_on,
    provision_of,
    readiness,
)
from exchange.domain.transfer import State
from exchange.errors import ExchangeError
from exchange.ports import StoredDocument, Transfer, UnitOfWork
from exchange.services.calendars import calendar_of
from exchange.services.edit_document import documents_of
from exchange.services.edit_record import records_of
from exchange.services.places import place
from exchange.services.protect import shown
from exchange.services.tell_history import history_of
from exchange.web.here import inside, knows_of, may, org_id, sees, visitor
from exchange.web.pupils.child import child_of, label_of, may_prepare, may_send
from exchange.web.pupils.desk import address
from exchange.web.pupils.editors import PAGES
from exchange.web.pupils.lives import lives_of
from exchange.web.pupils.overview_going import Going, going_of
from exchange.web.pupils.waiting import waiting_for
from exchange.web.reach import TABLE
from exchange.web.reviews import linked
from schemas.base import SubjectRecord, load_bytes
from schemas.ehc import EhcPlan
from schemas.pupil import Pupil
from schemas.sen import SenSupportPlan

PART_OF_SLOT = {"one-page-profile": "profile"}
"""slot -> code of the part of a pack, where they are not the same word."""
CONTACTS = "contacts"
"""The page of the contacts, which stand in the pupil's own record."""


@dataclass(frozen=True, slots=True)
class Task:
    """One record, as the page lists it."""

    title: str
    state: str
    href: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, as the page lists it."""

    document_id: str
    title: str
    type: str
    author: str
    authored: Any
    size: int
    old: bool
    marks: tuple[str, ...]
    warnings: tuple[str, ...]


def page(pupil: str) -> Any:
    """Show a pupil."""
    today = london_day(inside().clock.now())
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil)
        stored = unit.pupils.get(pupil)
        records = records_of(unit, pupil)
        papers = [one for one in documents_of(unit, pupil) if sees(one.type)]
        packs = packs_of(unit, pupil)
        going = Going() if child.secret else going_of(unit, pupil, organisation_name)
        record = load_bytes(Pupil, stored.record)
        lives = lives_of(unit, pupil, record, organisation_name, secret=child.secret)
        calendar = calendar_of(inside(), unit)
        waiting = waiting_for(unit, pupil) if may_prepare() else []
        plan = next((one for one in records if isinstance(one, EhcPlan)), None)
        year = record.nc_year or ""
        reviews = linked.of_pupil(unit, pupil, plan, year, today, moves_on(records))
    found = readiness(record, records, papers, today)
    done = any(one.state in (State.ACCEPTED, State.IMPORTED) for one in packs)
    return render_template(
        "pupils/page.html",
        child=child,
        may_send=may_send(),
        may_prepare=may_prepare(),
        found=found,
        deadlines=deadlines(record, records, today, sent=done, calendar=calendar),
        tasks=_tasks(pupil, records, found, bool(record.contacts)),
        has_plan=any(isinstance(one, SenSupportPlan) for one in records),
        waiting=waiting,
        plan_reviews=reviews if may(*TABLE["reviews.page"].roles) else None,
        papers=[_paper(one, today) for one in papers],
        packs=packs,
        going=going,
        lives=lives,
        may_copy=may(*TABLE["lives.copies"].roles),
    )


def packs_of(unit: UnitOfWork, pupil_id: str) -> list[Transfer]:
    """Return the pupil's packs that this person may see, newest first; recalls are part of them."""
    mine = [one for one in unit.transfers.all(pupil_id) if one.kind == "transfer"]
    return list(reversed(shown(unit, mine, visitor().account_id)))


def organisation_name(unit: UnitOfWork, wanted: str) -> str:
    """Return the name of an organisation; one that left the directory has none any more."""
    try:
        return place(inside(), unit, wanted, inside().clock.now()).name
    except ExchangeError:
        return "A school that is not in the directory any more"


def _tasks(
    pupil_id: str, records: Sequence[SubjectRecord], found: Readiness, contacts: bool
) -> list[Task]:
    slots = {one.schema.partition("/")[0].removeprefix("sen.") for one in records}
    slots |= {CONTACTS} if contacts else set()
    tasks = []
    for slot, described in PAGES.items():
        part = PART_OF_SLOT.get(slot, slot)
        if slot == "ehc-plan" and provision_of(records) != "E" and slot not in slots:
            continue
        state = "ready" if slot in slots else "not-started"
        if slot in slots and part in found.out_of_date:
            state = "out-of-date"
        elif slot not in slots and part in found.missing:
            state = "missing"
        tasks.append(Task(described.title, state, address(described, pupil_id)))
    return tasks


def _paper(one: StoredDocument, today: Any) -> Paper:
    return Paper(
        document_id=one.document_id,
        title=one.title,
        type=label_of("document-type", one.type),
        author=one.author,
        authored=one.authored,
        size=one.size,
        old=one.authored is not None and is_out_of_date(one.type, one.authored, today),
        marks=tuple(mark.not_for for mark in one.said.marks),
        warnings=one.warnings,
    )


def history(pupil: str) -> Any:
    """Show what was done for a pupil, by whom and when."""
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil)
        events = history_of(unit, pupil, visitor().account_id, knows_of)
    return render_template("pupils/history.html", child=child, events=events)
