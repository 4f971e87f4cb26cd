"""The records of one pupil, made of the rows that tell of them; and what is wrong, and where.

As with a Common Transfer File, only identity and today's SEN provision refuse a pupil. Whatever
else cannot be read is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from adapters.formats.mis.cells import HINTS, VITAL, Cells, error
from adapters.formats.mis.entry import register_entry
from adapters.formats.mis.joining import Bunch
from adapters.formats.mis.meanings import flag_of
from exchange.ports import ReadPupil, UnreadPupil
from exchange.ports.imports import Plan
from schemas.base import RecordRefused, SubjectRecord, load, schema_of
from schemas.pupil import Pupil
from schemas.sen import SenRegister

R = TypeVar("R", bound=SubjectRecord)
_NO_UPN = re.compile("UN[1-7]")
_NAMES = ("middle_names", "known_as", "preferred_surname", "former_surname")
_CALLED = {"former_upns": "former_upn", "looked_after": "in_care", "upn_unknown": "upn"}
_MOST_ROUNDS = 8


class Making:
    """Makes records of bunches.

    :param subject: makes the pupil id.
    :param today: the day whose SEN provision counts.
    """

    def __init__(self, plan: Plan, subject: Callable[[], str], today: date) -> None:
        self._plan, self._subject, self._today = plan, subject, today
        self._upns: set[str] = set()

    def pupil(self, bunch: Bunch, position: int) -> ReadPupil | UnreadPupil:
        """Return one pupil."""
        cells = Cells(bunch, self._plan)
        subject = self._subject()
        identity, entry = _identity(cells), register_entry(cells, self._today)
        pupil = None if cells.errors else _loaded(Pupil, identity, subject, cells)
        if pupil is None or cells.errors:
            return UnreadPupil(position, tuple(cells.errors), _shown(cells))
        register = _loaded(SenRegister, entry, subject, cells) if entry else None
        upn = str(pupil.upn) if pupil.upn else ""
        if upn in self._upns:
            wrong = error("upn-repeated", cells.line.path("upn"))
            return UnreadPupil(position, (wrong,), _shown(cells))
        self._upns |= {upn} - {""}
        records = () if register is None else (register,)
        return ReadPupil(position, pupil, records, tuple(cells.remarks))


def _shown(cells: Cells) -> str:
    """Return what a page may call the pupil to whoever gave the list."""
    line = cells.line
    whole = f"{line.of('forename')} {line.of('surname')}".strip()
    return (whole or line.of("full_name"))[:100]


def _loaded(kind: type[R], told: dict[str, Any], subject: str, cells: Cells) -> R | None:
    """Load a record; what it refuses and can do without is left out, with a remark."""
    schema = schema_of(kind).SCHEMA_ID
    for _ in range(_MOST_ROUNDS):
        try:
            return load(kind, {**told, "schema": schema, "subject": subject})
        except RecordRefused as refused:
            for code, pointer in refused.problems:
                _leave_out(told, code, pointer, cells)
            if cells.errors:
                return None
    return None


def _leave_out(told: dict[str, Any], code: str, pointer: str, cells: Cells) -> None:
    field = _field_of(pointer)
    if code not in HINTS:
        code = "upn-form" if "upn" in field else "field-invalid"
    if field in VITAL or not _removed(told, pointer):
        cells.refuse(code, field)
    else:
        cells.remarks.append((code, cells.line.path(field)))


def _field_of(pointer: str) -> str:
    """Return the field of a table that a value of a record came from."""
    steps = pointer.split("/")[1:]
    name = steps[-1] if steps[0] == "names" else steps[0]
    if steps[0] == "needs":
        return "need_type"
    return _CALLED.get(name, name)


def _identity(cells: Cells) -> dict[str, Any]:
    line = cells.line
    told: dict[str, Any] = {"names": _names(cells)}
    if born := cells.day(line, "date_of_birth"):
        told["date_of_birth"] = born
    elif not line.of("date_of_birth"):
        cells.refuse("date-missing", "date_of_birth")
    if sex := cells.code(line, "sex"):
        told["sex"] = sex
    elif not any(one.path == line.path("sex") for one in cells.errors):
        cells.refuse("sex-missing", "sex")
    told |= _numbers(cells)
    if year := cells.code(line, "nc_year"):
        told["nc_year"] = year
    care = flag_of(line.of("in_care"))
    if care is None and line.of("in_care"):
        cells.note("word-unknown", "in_care")
    return told if care is None else told | {"looked_after": {"in_care": care}}


def _names(cells: Cells) -> dict[str, str]:
    surname, forename = cells.text("surname"), cells.text("forename")
    if not (surname and forename):
        surname, forename = _halves(cells.text("full_name"), surname, forename)
    if not (surname and forename) and not cells.errors:
        cells.refuse("name-missing", "forename" if surname else "surname")
    told = {"surname": surname, "forename": forename}
    told |= {name: value for name in _NAMES if (value := cells.text(name))}
    if told.get("known_as") == forename:
        del told["known_as"]
    return told


def _halves(whole: str, surname: str, forename: str) -> tuple[str, str]:
    """Divide ``Oak, Ann``; ``Ann Oak`` likewise, by its last gap."""
    if "," in whole:
        last, _, first = whole.partition(",")
    else:
        first, _, last = whole.rpartition(" ")
    return surname or last.strip(), forename or first.strip()


def _numbers(cells: Cells) -> dict[str, Any]:
    told: dict[str, Any] = {}
    upn = cells.compact("upn")
    if _NO_UPN.fullmatch(upn):
        told["upn_unknown"] = upn
    elif upn:
        told["upn"] = upn
    elif cells.plan.no_upn:
        told["upn_unknown"] = cells.plan.no_upn
    else:
        cells.refuse("upn-missing", "upn")
    if uln := cells.compact("uln"):
        told["uln"] = uln
    if former := cells.compact("former_upn"):
        told["former_upns"] = [former]
    return told


def _removed(told: Mapping[str, Any], pointer: str) -> bool:
    """Take the refused value out of what is to be loaded; tell whether it was there."""
    holder: Any = told
    found: list[tuple[Any, Any]] = []
    for step in pointer.split("/")[1:]:
        key: Any = int(step) if isinstance(holder, list) and step.isdecimal() else step
        try:
            inner = holder[key]
        except (KeyError, IndexError, TypeError):
            break
        found.append((holder, key))
        holder = inner
    if not found:
        return False
    last, key = found[-1]
    del last[key]
    return True
