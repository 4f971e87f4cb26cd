"""Keep pupils and their records: added by hand, or taken in from another system's file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from exchange.domain.comparing import Difference
from exchange.errors import BagError, Conflict, ExchangeError, FormatError, Wrapped
from exchange.ports import (
    Actor,
    PupilReader,
    ReadPupil,
    StoredPupil,
    StoredRecord,
    UnitOfWork,
    UnreadPupil,
)
from exchange.services.imports.difference import (
    Matcher,
    compare,
    merge,
    records_here,
    slot,
)
from exchange.services.inside import Inside
from schemas.base import SubjectRecord, dump_bytes, load_bytes
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.report import SpecialistReport


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one pupil of a file.

    :param position: which pupil of the file, from 1.
    :param errors: why a ``refused`` one was not taken: codes, paths and what to do.
    :param left: paths of what the file says otherwise, and what stayed as it is here.
    """

    position: int
    outcome: Literal["added", "updated", "unchanged", "refused"]
    pupil_id: str | None = None
    errors: tuple[ExchangeError, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()


def slot_of(record: SubjectRecord) -> str:
    """Return the slot of a record: the name of its schema without ``sen.``."""
    name = slot(record)
    if isinstance(record, SpecialistReport) and record.document:
        # A pupil has many reports of specialists: each lies by the file that it is of.
        return f"{name}-{record.document}"
    return name


Accept = Callable[[ReadPupil, Sequence[Difference]], Collection[Difference]]
"""Says which differences between a file and our records are taken."""


def only_new(row: ReadPupil, found: Sequence[Difference]) -> Collection[Difference]:
    """Take what we do not have; what stands here stays."""
    return [one for one in found if one.adds]


def all_of_theirs(row: ReadPupil, found: Sequence[Difference]) -> Collection[Difference]:
    """Take everything that the file says."""
    return found


def import_pupils(
    inside: Inside,
    reader: PupilReader,
    org_id: str,
    source: BinaryIO,
    origin: str,
    actor: Actor,
    accept: Accept = only_new,
) -> Iterator[Kept]:
    """Take pupils in from a file, one commit each; one that is wrong stops only that one.

    A pupil who is here already is found as :class:`exchange.services.imports.difference.Matcher`
    says, so that reading a file twice makes nobody twice. Two of one file are never taken for one:
    the second is refused (``pupil-repeated``) and left to a person.

    :param accept: which of the file's differences to our records are taken.
    :raises FormatError: the file as a whole is unreadable; pupils before that point are kept.
    """
    with inside.store.reading(org_id) as unit:
        matcher = Matcher(unit.pupils.all())
    taken: set[str] = set()
    for row in reader.read(source):
        if isinstance(row, UnreadPupil):
            yield _refused(inside, org_id, row.position, row.errors, actor)
        else:
            yield take_in(inside, org_id, row, origin, actor, matcher, taken, accept)


def _refused(
    inside: Inside, org_id: str, position: int, errors: tuple[ExchangeError, ...], actor: Actor
) -> Kept:
    with inside.store.unit(org_id) as unit:
        unit.audit.record(
            actor,
            "pupil.imported",
            "file",
            f"pupil-{position}",
            outcome="refused",
            detail={"codes": ",".join(sorted({error.code for error in errors}))},
        )
        unit.commit()
    return Kept(position, "refused", errors=errors)


def take_in(
    inside: Inside,
    org_id: str,
    row: ReadPupil,
    origin: str,
    actor: Actor,
    matcher: Matcher,
    taken: set[str],
    accept: Accept,
) -> Kept:
    """Take one pupil of a file in: as somebody new, or as more of somebody who is here.

    :param taken: whom this file gave before; grows.
    """
    try:
        pupil_id = matcher.find(row.pupil)
        if pupil_id in taken:
            hint = "Another pupil of this file has the same names and birthday. Add the UPN."
            raise FormatError("pupil-repeated", f"/pupil/{row.position}", hint)
        if pupil_id is None:
            pupil_id = row.pupil.subject
            kept = _new(inside, org_id, row, origin, actor)
            matcher.add(pupil_id, row.pupil)
        else:
            kept = _more(inside, org_id, pupil_id, row, actor, accept)
    except (FormatError, Conflict, Wrapped) as error:
        return _refused(inside, org_id, row.position, (error,), actor)
    taken.add(pupil_id)
    return kept


def _new(inside: Inside, org_id: str, row: ReadPupil, origin: str, actor: Actor) -> Kept:
    pupil_id = row.pupil.subject
    with inside.store.unit(org_id) as unit:
        keep_pupil_record(inside, unit, None, row.pupil, origin)
        keep_records(inside, unit, pupil_id, row.records)
        unit.audit.record(actor, "pupil.imported", "pupil", pupil_id, detail={"outcome": "added"})
        unit.commit()
    return Kept(row.position, "added", pupil_id, remarks=row.remarks)


def _more(
    inside: Inside, org_id: str, pupil_id: str, row: ReadPupil, actor: Actor, accept: Accept
) -> Kept:
    with inside.store.unit(org_id) as unit:
        stored = unit.pupils.get(pupil_id)
        ours = records_here(unit, pupil_id)
        found = compare(ours, row)
        wanted = accept(row, found)
        pupil, records = merge(ours, wanted, pupil_id)
        changed = keep_pupil_record(inside, unit, stored, pupil, stored.origin)
        changed = keep_records(inside, unit, pupil_id, records) or changed
        outcome: Literal["updated", "unchanged"] = "updated" if changed else "unchanged"
        if changed:
            detail = {"outcome": outcome}
            unit.audit.record(actor, "pupil.imported", "pupil", pupil_id, detail=detail)
            unit.commit()
    left = tuple(one.field for one in found if one not in wanted)
    return Kept(row.position, outcome, pupil_id, remarks=row.remarks, left=left)


def find_same(unit: UnitOfWork, pupil: Pupil) -> StoredPupil | None:
    """Return who is here without UPN with the same names, birthday and sex, or None."""
    for one in unit.pupils.all():
        if one.upn is None and _identity(load_bytes(Pupil, one.record)) == _identity(pupil):
            return one
    return None


def _identity(pupil: Pupil) -> tuple[object, ...]:
    return (
        pupil.names.surname.casefold(),
        pupil.names.forename.casefold(),
        (pupil.names.middle_names or "").casefold(),
        pupil.date_of_birth,
        pupil.sex,
    )


def keep_pupil_record(
    inside: Inside, unit: UnitOfWork, known: StoredPupil | None, pupil: Pupil, origin: str
) -> bool:
    """Add or update a pupil within a unit of work; return whether anything changed."""
    content = _dumped(pupil)
    now = inside.clock.now()
    upn = str(pupil.upn) if pupil.upn else None
    if known is None:
        unit.pupils.add(StoredPupil(pupil.subject, content, upn, origin, now, now))
        return True
    if known.record == content:
        return False
    unit.pupils.update(replace(known, record=content, upn=upn, updated_at=now))
    return True


def keep_records(
    inside: Inside, unit: UnitOfWork, pupil_id: str, records: Sequence[SubjectRecord]
) -> bool:
    """Keep records within a unit of work; return whether any differs from the current one."""
    current = {one.slot: one.record for one in unit.records.of_pupil(pupil_id)}
    changed = False
    for record in records:
        content, slot = _dumped(record), slot_of(record)
        if current.get(slot) != content:
            unit.records.put(
                StoredRecord(
                    str(uuid.uuid4()),
                    pupil_id,
                    slot,
                    record.schema,
                    content,
                    inside.clock.now(),
                )
            )
            changed = True
    return changed


def _dumped(record: SubjectRecord) -> bytes:
    try:
        return dump_bytes(record)
    except SchemaError as error:
        raise Wrapped.of(error) from None


def add_pupil(inside: Inside, org_id: str, pupil: Pupil, actor: Actor, origin: str = "hand") -> str:
    """Add one pupil; return the reference.

    :raises Conflict: ``pupil-exists``: one with this UPN is here.
    :raises Wrapped: the record breaks its schema.
    """
    with inside.store.unit(org_id) as unit:
        if pupil.upn and unit.pupils.by_upn(str(pupil.upn)):
            raise Conflict("pupil-exists", "/upn", "A pupil with this UPN is here already.")
        keep_pupil_record(inside, unit, None, pupil, origin)
        unit.audit.record(actor, "pupil.added", "pupil", pupil.subject)
        unit.commit()
    return pupil.subject


def subject_of(content: bytes) -> str:
    """Return whom a record says that it is about.

    :raises Wrapped: it breaks its schema.
    :raises FormatError: ``record-kind``: it is about nobody.
    """
    try:
        record = load_bytes(RECORDS, content)
    except SchemaError as error:
        raise Wrapped.of(error) from None
    if not isinstance(record, SubjectRecord):
        raise FormatError("record-kind", "/schema", "Give a record about a pupil.")
    return record.subject


def keep_record(
    inside: Inside, org_id: str, pupil_id: str, content: bytes, actor: Actor
) -> StoredRecord:
    """Keep one record of a pupil; the one of its kind before stays as history.

    :param content: JSON text of a record; its ``subject`` must be the pupil.
    :raises Wrapped: it breaks its schema, with code and path.
    :raises BagError: ``other-subject``: it is about somebody else.
    """
    try:
        record = load_bytes(RECORDS, content)
    except SchemaError as error:
        raise Wrapped.of(error) from None
    if not isinstance(record, SubjectRecord) or isinstance(record, Pupil):
        raise FormatError("record-kind", "/schema", "Give a record other than the pupil's own.")
    if record.subject != pupil_id:
        raise BagError("other-subject", "/subject", "This record is about somebody else.")
    with inside.store.unit(org_id) as unit:
        unit.pupils.get(pupil_id)
        changed = keep_records(inside, unit, pupil_id, [record])
        slot = slot_of(record)
        kept = next(one for one in unit.records.of_pupil(pupil_id) if one.slot == slot)
        if changed:
            unit.audit.record(actor, "record.kept", "pupil", pupil_id)
            unit.commit()
    return kept
