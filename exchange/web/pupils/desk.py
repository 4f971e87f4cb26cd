"""One record of one pupil as it lies before its writer; what its two editors share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import abort, url_for

from exchange.domain.clocks import london_day
from exchange.ports import Actor, UnitOfWork
from exchange.services.edit_record import (
    change_pupil,
    change_record,
    current_pupil,
    current_record,
    dumped,
    problems_of,
    version_of,
)
from exchange.services.protect import hidden
from exchange.web.forms import PageForm
from exchange.web.here import inside, org_id, visitor
from exchange.web.pupils.described import RecordPage
from exchange.web.pupils.editors import PAGES
from exchange.web.pupils.inputs import Spec, drawn
from schemas.base import Problem, SubjectRecord
from schemas.pupil import Pupil

_OfPupil = Callable[[Pupil], Pupil]


class Wrong(Exception):
    """What was written breaks the schema; nothing is stored."""

    def __init__(self, problems: Sequence[Problem], at: str) -> None:
        self.problems, self.at = problems, at
        super().__init__("record-invalid")


@dataclass(frozen=True, slots=True)
class Desk:
    """One record of one pupil, as it lies before the writer."""

    pupil_id: str
    page: RecordPage
    record: SubjectRecord | None

    @property
    def version(self) -> str:
        """Return the version of the record's own fields."""
        return own_version(self.page, self.record)


def desk_of(pupil_id: str, slot: str) -> Desk:
    """Return a record as this person may see it; there are no others (404)."""
    if slot not in PAGES:
        abort(404)
    found = PAGES[slot]
    with inside().store.reading(org_id()) as unit:
        if hidden(unit, pupil_id, visitor().account_id):
            found = found.without_places()
        return Desk(pupil_id, found, _current(unit, pupil_id, found))


def _current(unit: UnitOfWork, pupil_id: str, page_: RecordPage) -> SubjectRecord | None:
    if page_.kind is Pupil:
        return current_pupil(unit, pupil_id)
    return current_record(unit, pupil_id, page_.kind)


def store(
    desk: Desk, change: Callable[[SubjectRecord | None], SubjectRecord], actor: Actor
) -> None:
    """Store a change of the record: a record of its own, or part of the pupil's.

    :raises Conflict: as ``change``. :raises Wrapped: it breaks its schema.
    """
    if desk.page.kind is Pupil:
        change_pupil(inside(), org_id(), desk.pupil_id, cast(_OfPupil, change), actor)
    else:
        change_record(inside(), org_id(), desk.pupil_id, desk.page.kind, change, actor)


def own_version(page_: RecordPage, record: SubjectRecord | None) -> str:
    """Return what tells two versions of a record's own fields apart."""
    if record is None:
        return ""
    names = {one.name.partition("-")[0] for one in page_.specs}
    return version_of({name: value for name, value in dumped(record).items() if name in names})


def start_of(page_: RecordPage, pupil_id: str) -> dict[str, Any]:
    """Return what a new record begins with."""
    start: dict[str, Any] = {"subject": pupil_id}
    fields = page_.kind.__dataclass_fields__
    if page_.dated is not None:
        start[page_.dated] = london_day(inside().clock.now())
    return start | {name: () for name in ("outcomes", "years", "results") if name in fields}


def dated(page_: RecordPage, record: SubjectRecord) -> SubjectRecord:
    """Return a record with today as the day on which it was written."""
    if page_.dated is None:
        return record
    today: dict[str, Any] = {page_.dated: london_day(inside().clock.now())}
    return replace(record, **today)


def checked(record: SubjectRecord, at: str) -> SubjectRecord:
    """Return a record that its schema takes.

    :raises Wrong: it does not.
    """
    problems = problems_of(record)
    if problems:
        raise Wrong(problems, at)
    return record


def address(described: RecordPage, pupil_id: str) -> str:
    """Return where a record is edited."""
    if described.endpoint == "pupils.profile":
        return url_for("pupils.profile", pupil=pupil_id)
    return url_for("pupils.record", pupil=pupil_id, slot=described.slot)


def begin(form: PageForm, version: str) -> None:
    """Note the version that the writer begins from; a draft brings the one that it began from."""
    if form["version"].raw_data is None:
        form["version"].data = version


def boxes_of(form: PageForm, specs: Sequence[Spec]) -> list[tuple[Any, dict[str, Any]]]:
    """Return each box with how it is drawn."""
    return [(form[one.name.replace("-", "__")], drawn(one)) for one in specs]


def status_of(form: PageForm) -> int:
    """Return the status of a page with this form."""
    return 422 if form.errors else 200
