"""Whom of ours a file speaks of, what it says otherwise, and our records with what was taken.

Nothing that stands here is replaced without somebody's yes to that very difference. What we do
not have is added. Nobody is matched on one identifier alone.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from exchange.domain.comparing import (
    Difference,
    Object,
    Thing,
    differences,
    merged,
    without_own_numbers,
)
from exchange.domain.feeder import fold
from exchange.errors import Conflict, Wrapped
from exchange.ports import ReadPupil, StoredPupil, UnitOfWork
from schemas import strict_json
from schemas.base import SubjectRecord, dump, load, load_bytes, parse_schema_id
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.strict_json import JsonValue


@dataclass(frozen=True, slots=True)
class _Known:
    pupil_id: str
    pupil: Pupil


class Matcher:
    """Finds whom of ours a file speaks of; made once for a file."""

    def __init__(self, stored: Iterable[StoredPupil]) -> None:
        self._by_upn: dict[str, _Known] = {}
        self._by_birthday: dict[object, list[_Known]] = defaultdict(list)
        for one in stored:
            self._add(_Known(one.pupil_id, load_bytes(Pupil, one.record)))

    def _add(self, known: _Known) -> None:
        if known.pupil.upn:
            self._by_upn[str(known.pupil.upn)] = known
        self._by_birthday[known.pupil.date_of_birth].append(known)

    def add(self, pupil_id: str, pupil: Pupil) -> None:
        """Note whom the file itself brought."""
        self._add(_Known(pupil_id, pupil))

    def find(self, pupil: Pupil) -> str | None:
        """Return the pupil's id here, or None for somebody new.

        By UPN, where birthday or names agree too; else by birthday, names and sex, where one of
        both has no UPN.

        A file that tells of another name before, where ours does not, finds nobody by names: a
        child with a new identity may not be joined with the old one by a machine.

        :raises Conflict: ``pupil-unclear``: the UPN is another child's here, or two fit, or a
            name before is told.
        """
        known = self._by_upn.get(str(pupil.upn)) if pupil.upn else None
        if known is not None:
            if not _may_be(known.pupil, pupil):
                hint = "A pupil here has this UPN, another name and another birthday."
                raise Conflict("pupil-unclear", "/upn", hint)
            return known.pupil_id
        alike = [
            one
            for one in self._by_birthday.get(pupil.date_of_birth, ())
            if not (one.pupil.upn and pupil.upn) and _alike(one.pupil, pupil)
        ]
        if len(alike) > 1:
            hint = "Two pupils here have these names and this birthday. Add the UPN to the list."
            raise Conflict("pupil-unclear", "/upn", hint)
        if alike and not _before(pupil) <= _before(alike[0].pupil):
            hint = "The list tells of an earlier name. Compare with the pupil here by hand."
            raise Conflict("pupil-unclear", "/names", hint)
        return alike[0].pupil_id if alike else None


def _before(one: Pupil) -> set[str]:
    """Return the names and UPNs of before."""
    names = (one.names.former_surname, one.names.former_forename)
    return {*(fold(name) for name in names if name), *(str(upn) for upn in one.former_upns)}


def _may_be(here: Pupil, sent: Pupil) -> bool:
    names = _surnames(here) & _surnames(sent) and _forenames(here) & _forenames(sent)
    return here.date_of_birth == sent.date_of_birth or bool(names)


def _alike(here: Pupil, sent: Pupil) -> bool:
    """Tell whether two of one birthday are one child, as far as anything is said of them."""
    middle = [fold(one.names.middle_names or "") for one in (here, sent)]
    sexes = {here.sex, sent.sex} - {"U"}
    return (
        fold(here.names.surname) == fold(sent.names.surname)
        and bool(_forenames(here) & _forenames(sent))
        and (middle[0] == middle[1] or "" in middle)
        and len(sexes) < 2
    )


def _surnames(one: Pupil) -> set[str]:
    names = one.names
    told = (names.surname, names.preferred_surname, names.former_surname)
    return {fold(name) for name in told if name}


def _forenames(one: Pupil) -> set[str]:
    names = one.names
    told = (names.forename, names.known_as, names.former_forename)
    return {fold(name) for name in told if name}


def slot(record: SubjectRecord) -> str:
    """Return the slot of a record: the name of its schema without ``sen.``."""
    return parse_schema_id(record.schema)[0].removeprefix("sen.")


def records_here(unit: UnitOfWork, pupil_id: str) -> dict[str, Object]:
    """Return a pupil's own record and all others, dumped, by slot.

    :raises NotFound: ``pupil-unknown``.
    """
    found = {"pupil": cast(Object, strict_json.loads(unit.pupils.get(pupil_id).record))}
    for one in unit.records.of_pupil(pupil_id):
        found[one.slot] = cast(Object, strict_json.loads(one.record))
    return found


def dumped(row: ReadPupil) -> dict[str, Object]:
    """Return what a file says of one pupil, by slot.

    :raises Wrapped: a record breaks its schema.
    """
    try:
        told = {slot(one): cast(Object, dump(one)) for one in row.records}
        return {"pupil": cast(Object, dump(row.pupil)), **told}
    except SchemaError as error:
        raise Wrapped.of(error) from None


def compare(ours: dict[str, Object], row: ReadPupil) -> tuple[Difference, ...]:
    """Return what a file says of a pupil otherwise than we do; what is derived is told once.

    :raises Wrapped: a record breaks its schema.
    """
    found = differences(ours, dumped(row))
    return tuple(one for one in without_own_numbers(found) if not _follows(one, found))


def _follows(one: Difference, found: Sequence[Difference]) -> bool:
    """Tell whether a difference is only what another one brings with it."""
    if one.field != "pupil/upn_unknown":
        return False
    return not one.adds or not any(other.field == "pupil/upn" for other in found)


def mark_of(found: Sequence[Difference]) -> str:
    """Return what tells these differences from others."""
    told = [_marked(one) for one in found]
    return hashlib.sha256(strict_json.dumps(told)).hexdigest()[:32]


def _marked(one: Difference) -> JsonValue:
    steps: list[JsonValue] = [
        [*each.name, each.at] if isinstance(each, Thing) else each for each in one.steps
    ]
    return [one.slot, steps, one.ours, one.theirs, [_marked(each) for each in one.brings]]


def merge(
    ours: dict[str, Object], taken: Collection[Difference], pupil_id: str
) -> tuple[Pupil, list[SubjectRecord]]:
    """Return the records with what was taken; of others than the pupil's own, those that changed.

    :raises Wrapped: together they break a rule; then nothing of it can be taken as it is.
    """
    made, changed = merged(ours, taken)
    try:
        pupil = load(Pupil, made["pupil"])
        others = [load(RECORDS, made[slot]) for slot in sorted(changed - {"pupil"})]
    except SchemaError as error:
        raise Wrapped.of(error) from None
    told = [replace(one, subject=pupil_id) for one in others if isinstance(one, SubjectRecord)]
    return replace(pupil, subject=pupil_id), told
