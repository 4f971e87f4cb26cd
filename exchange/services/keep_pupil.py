"""Keep pupils and their records: added by hand, or taken in from another system's file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

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
from exchange.services.inside import Inside
from schemas.base import SubjectRecord, dump_bytes, load_bytes, parse_schema_id
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one pupil of a file.

    :param position: which pupil of the file, from 1.
    :param errors: why a ``refused`` one was not taken: codes, paths and what to do.
    """

    position: int
    outcome: Literal["added", "updated", "unchanged", "refused"]
    pupil_id: str | None = None
    errors: tuple[ExchangeError, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


def slot_of(record: SubjectRecord) -> str:
    """Return the slot of a record: the name of its schema without ``sen.``."""
    return parse_schema_id(record.schema)[0].removeprefix("sen.")


def import_pupils(
    inside: Inside, reader: PupilReader, org_id: str, source: BinaryIO, origin: str, actor: Actor
) -> Iterator[Kept]:
    """Take pupils in from a file, one commit each; one that is wrong stops only that one.

    A pupil who is here already is matched by UPN; one without UPN only by all names, date of birth
    and sex together, so that reading a file twice makes nobody twice. Two of one file are never
    taken for one: the second is refused (``pupil-repeated``) and left to a person.

    :raises FormatError: the file as a whole is unreadable; pupils before that point are kept.
    """
    taken: set[str] = set()
    for row in reader.read(source):
        if isinstance(row, UnreadPupil):
            yield _refused(inside, org_id, row, actor)
            continue
        kept = _keep(inside, org_id, row, origin, actor, taken)
        if kept is None:
            hint = "Another pupil of this file has the same names and birthday. Add the UPN."
            error = FormatError("pupil-repeated", f"/pupil/{row.position}", hint)
            kept = _refused(inside, org_id, UnreadPupil(row.position, (error,)), actor)
        yield kept


def _refused(inside: Inside, org_id: str, row: UnreadPupil, actor: Actor) -> Kept:
    with inside.store.unit(org_id) as unit:
        unit.audit.record(
            actor,
            "pupil.imported",
            "file",
            f"pupil-{row.position}",
            outcome="refused",
            detail={"codes": ",".join(sorted({error.code for error in row.errors}))},
        )
        unit.commit()
    return Kept(row.position, "refused", errors=row.errors)


def _keep(
    inside: Inside, org_id: str, row: ReadPupil, origin: str, actor: Actor, taken: set[str]
) -> Kept | None:
    """Keep one pupil; None where it cannot be told from one whom this file gave before."""
    with inside.store.unit(org_id) as unit:
        known = _match(unit, row.pupil)
        if known and known.pupil_id in taken:
            return None
        pupil_id = known.pupil_id if known else row.pupil.subject
        pupil = replace(row.pupil, subject=pupil_id)
        records = [replace(one, subject=pupil_id) for one in row.records]
        changed = keep_pupil_record(inside, unit, known, pupil, origin)
        changed = keep_records(inside, unit, pupil_id, records) or changed
        outcome: Literal["added", "updated", "unchanged"] = "added"
        if known:
            outcome = "updated" if changed else "unchanged"
        if changed:
            unit.audit.record(
                actor, "pupil.imported", "pupil", pupil_id, detail={"outcome": outcome}
            )
            unit.commit()
    taken.add(pupil_id)
    return Kept(row.position, outcome, pupil_id, remarks=row.remarks)


def _match(unit: UnitOfWork, pupil: Pupil) -> StoredPupil | None:
    if pupil.upn:
        return unit.pupils.by_upn(str(pupil.upn))
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
