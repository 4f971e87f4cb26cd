"""Change what is written of a pupil, so that of two people who write at once neither loses a word.

A change is a function from the record as it stands to the record as it shall be, run within the
unit of work that stores it. It refuses where the part that its writer began from is another by
now; then nothing is stored, and the writer is shown both. Earlier versions stay as history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from exchange.errors import Conflict, Wrapped
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_pupil_record, keep_records
from schemas import strict_json
from schemas.base import (
    Problem,
    RecordRefused,
    SubjectRecord,
    dump,
    load_bytes,
    parse_schema_id,
    schema_of,
)
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.strict_json import JsonValue

R = TypeVar("R", bound=SubjectRecord)

_CHANGED = "Somebody else changed this while you were writing. Nothing of yours is lost: see below."


def version_of(value: JsonValue) -> str:
    """Return what tells two versions of a part apart; it stands in the form that edits it."""
    return hashlib.sha256(strict_json.dumps(value)).hexdigest()[:32]


def require_version(found: str, based_on: str, path: str) -> None:
    """Refuse to overwrite what the writer has not seen.

    :raises Conflict: ``record-changed``.
    """
    if found != based_on:
        raise Conflict("record-changed", path, _CHANGED)


def current_record(unit: UnitOfWork, pupil_id: str, kind: type[R]) -> R | None:
    """Return a pupil's current record of this kind, or None.

    :raises NotFound: ``pupil-unknown``.
    """
    unit.pupils.get(pupil_id)
    slot = parse_schema_id(schema_of(kind).SCHEMA_ID)[0].removeprefix("sen.")
    for one in unit.records.of_pupil(pupil_id):
        if one.slot == slot:
            return load_bytes(kind, one.record)
    return None


def records_of(unit: UnitOfWork, pupil_id: str) -> tuple[SubjectRecord, ...]:
    """Return all current records of a pupil."""
    found = (load_bytes(RECORDS, one.record) for one in unit.records.of_pupil(pupil_id))
    return tuple(one for one in found if isinstance(one, SubjectRecord))


def current_pupil(unit: UnitOfWork, pupil_id: str) -> Pupil:
    """Return the pupil's own record.

    :raises NotFound: ``pupil-unknown``.
    """
    return load_bytes(Pupil, unit.pupils.get(pupil_id).record)


def problems_of(record: SubjectRecord) -> tuple[Problem, ...]:
    """Return everything that keeps a record from being stored: codes and field paths."""
    try:
        dump(record)
    except RecordRefused as refused:
        return refused.problems
    except SchemaError as error:
        return ((error.code, error.path),)
    return ()


def change_record(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    kind: type[R],
    change: Callable[[R | None], R],
    actor: Actor,
) -> R:
    """Change one record of a pupil; a change that says the same stores nothing.

    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: whatever ``change`` raises: ``record-changed``.
    :raises Wrapped: it breaks its schema.
    """
    with inside.store.unit(org_id) as unit:
        made = change(current_record(unit, pupil_id, kind))
        if keep_records(inside, unit, pupil_id, [made]):
            unit.audit.record(actor, "record.kept", "pupil", pupil_id)
            unit.commit()
    return made


def change_pupil(
    inside: Inside, org_id: str, pupil_id: str, change: Callable[[Pupil], Pupil], actor: Actor
) -> Pupil:
    """Change a pupil's own record, as :func:`change_record`.

    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``record-changed``; ``pupil-exists``: another pupil has the UPN.
    :raises Wrapped: it breaks its schema.
    """
    with inside.store.unit(org_id) as unit:
        stored = unit.pupils.get(pupil_id)
        made = change(load_bytes(Pupil, stored.record))
        other = unit.pupils.by_upn(str(made.upn)) if made.upn else None
        if other is not None and other.pupil_id != pupil_id:
            raise Conflict("pupil-exists", "/upn", "Another pupil here has this UPN.")
        if keep_pupil_record(inside, unit, stored, made, stored.origin):
            unit.audit.record(actor, "pupil.changed", "pupil", pupil_id)
            unit.commit()
    return made


def dumped(record: SubjectRecord) -> dict[str, JsonValue]:
    """Return a record's plain values, for its version.

    :raises Wrapped: it breaks its schema.
    """
    try:
        return dump(record)
    except SchemaError as error:
        raise Wrapped.of(error) from None
