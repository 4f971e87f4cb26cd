"""Makes the values read from one ``Pupil`` element into records, and says what is wrong and where.

Only what makes a pupil unusable refuses the pupil: identity, and the SEN history. Any other
field that a record will not hold, and a need of an unknown type, is kept as the XML it was, with
a remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from adapters.formats.ctf.faults import HINTS, pupil_path, refused
from adapters.formats.ctf.layout import PUPIL
from adapters.formats.ctf.model import CtfPupil, CtfPupilError, Remark
from adapters.formats.ctf.nodes import DfeNumber, Group, Kept, Kind, Leaf, Many, Node
from adapters.formats.ctf.walk import EXTRAS, Pointer, Reading, Scope, read
from adapters.formats.provision_today import coming_after, held_on
from adapters.xml import Element
from exchange.errors import FormatError
from schemas.attainment import Attainment
from schemas.attendance import Attendance
from schemas.base import Record, RecordRefused, load, schema_of
from schemas.codes import code_set
from schemas.pupil import Pupil
from schemas.sen import SenRegister

_RECORDS: Final[dict[str, type[Record]]] = {
    "pupil": Pupil,
    "sen": SenRegister,
    "attendance": Attendance,
    "attainment": Attainment,
}
_MOST_ROUNDS = 8
_NEED_TYPE = ("sen", "needs", "*", "type")
_DERIVED = {("sen", "provision"), ("sen", "provision_starts")}


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a field of a record stands in the file, and what it is."""

    path: str
    kind: Kind
    vital: bool


def assemble(
    element: Element, position: int, subject: str, no_upn_reason: str | None, today: date
) -> CtfPupil | CtfPupilError:
    """Make the records of one pupil.

    :param subject: the pupil's id, set into each record.
    :param no_upn_reason: why a pupil without UPN has none, where the file does not say.
    :param today: the day whose SEN provision counts.
    """
    attempt = _Attempt(element, pupil_path(position), subject, no_upn_reason, today)
    for _ in range(_MOST_ROUNDS):
        made = attempt.round()
        if attempt.errors:
            return CtfPupilError(position, tuple(attempt.errors))
        if made is not None:
            return CtfPupil(
                pupil=cast(Pupil, made["pupil"]),
                sen=cast("SenRegister | None", made.get("sen")),
                attendance=cast("Attendance | None", made.get("attendance")),
                attainment=cast("Attainment | None", made.get("attainment")),
                position=position,
                remarks=tuple(attempt.remarks),
            )
    return CtfPupilError(position, (refused("field-invalid", attempt.path),))


class _Attempt:
    """Reads a pupil, sets aside what records refuse, and reads again until all fits."""

    def __init__(
        self, element: Element, path: str, subject: str, no_upn_reason: str | None, today: date
    ) -> None:
        self.path = path
        self.errors: list[FormatError] = []
        self.remarks: list[Remark] = []
        self._element, self._subject, self._reason = element, subject, no_upn_reason
        self._today = today
        self._rejected: set[str] = set()
        self._made: dict[str, tuple[Scope, Record]] = {}
        """What the round before made of which values."""

    def round(self) -> dict[str, Record] | None:
        """Return the records, or ``None`` where there are errors or something was set aside."""
        reading = read(self._element, PUPIL, self._rejected)
        set_aside = len(self._rejected)
        for path, leaf in reading.repeated:
            self._repeated(path, leaf)
        # Results are stored flat, so a key stage with anything unknown in it is kept whole.
        self._rejected.update(_flatten_stages(reading))
        self._complete(reading)
        made: dict[str, Record] = {}
        for name, kind in _RECORDS.items():
            values = reading.values.get(name)
            if values and (record := self._load(name, kind, values, reading)) is not None:
                made[name] = record
        return made if not self.errors and len(self._rejected) == set_aside else None

    def _complete(self, reading: Reading) -> None:
        """Add what the file leaves to be understood."""
        pupil: Scope = reading.values.setdefault("pupil", {})
        if reading.extras:
            pupil["extras"] = reading.extras
        if "upn" in pupil:
            pupil.pop("upn_unknown", None)
        elif "upn_unknown" not in pupil:
            if self._reason is None:
                self.errors.append(refused("upn-missing", f"{self.path}/UPN"))
            else:
                pupil["upn_unknown"] = self._reason
        _number_missing(pupil.get("contacts", []), "order")
        if sen := reading.values.get("sen"):
            _number_missing(sen.get("needs", []), "rank")
            self._provision_now(sen)

    def _provision_now(self, sen: Scope) -> None:
        """Set the provision of today, else the one that begins next."""
        history = [p for p in sen.get("provision_history", []) if "provision" in p]
        if not history:
            self.errors.append(refused("field-missing", f"{self.path}/SENhistory/SEN"))
            return
        now = held_on(self._today, history) or coming_after(self._today, history)
        if now is None:
            self.errors.append(refused("provision-later", f"{self.path}/SENhistory/SEN"))
            return
        codes = code_set("sen-provision")
        if now.provision in codes and codes.lookup(now.provision, importing=True).import_only:
            place = f"{self.path}/SENhistory/SEN" + ("" if now.at is None else f"[{now.at + 1}]")
            self.errors.append(refused("provision-outdated", place))
        sen["provision"] = now.provision
        if now.starts:
            sen["provision_starts"] = now.starts

    def _load(
        self, name: str, kind: type[Record], values: Scope, reading: Reading
    ) -> Record | None:
        if name in self._made and self._made[name][0] == values:
            return self._made[name][1]
        schema = schema_of(kind).SCHEMA_ID
        try:
            record = load(kind, {**values, "schema": schema, "subject": self._subject})
            self._made[name] = values, record
            return record
        except RecordRefused as error:
            for code, pointer in error.problems:
                self._refuse(code, (name, *_steps(pointer)), reading)
            return None

    def _refuse(self, code: str, pointer: Pointer, reading: Reading) -> None:
        """Turn a record's refusal into an error, or set the element aside with a remark."""
        if code == "upn-or-reason" or pointer in _DERIVED:
            return  # told already, where it comes from
        place = _FIELDS.get(_pattern(pointer))
        vital = pointer[0] == "sen" or (place is not None and place.vital)
        paths = _origins(pointer, reading)
        code = _code(code, place)
        if code == "field-invalid" and _pattern(pointer) == _NEED_TYPE:
            # A need of a newer list of codes says nothing against the rest of the child.
            self._set_aside("need-unknown", reading.origins[pointer[:-1]])
            return
        if not vital and paths:
            self._set_aside(code, paths)
            return
        where = self.path + _item_path(pointer, reading) + (f"/{place.path}" if place else "")
        self.errors.append(refused(code, where))

    def _repeated(self, path: str, leaf: Leaf) -> None:
        if leaf.vital:
            self.errors.append(refused("field-repeated", self.path + path))
        else:
            self._set_aside("field-repeated", (path,))

    def _set_aside(self, code: str, paths: tuple[str, ...]) -> None:
        for path in paths:
            if path not in self._rejected:
                self._rejected.add(path)
                self.remarks.append(Remark(code, self.path + path))


def _number_missing(items: list[Scope], name: str) -> None:
    """Give a number to each item without one: behind all others, in the order of the file."""
    last = max((item[name] for item in items if isinstance(item.get(name), int)), default=0)
    for item in items:
        if name not in item:
            last += 1
            item[name] = last


def _flatten_stages(reading: Reading) -> list[str]:
    """Make one list of results of the lists in each key stage, origins included.

    :returns: the paths of key stages that a flat list cannot hold.
    """
    stages = reading.values.pop("attainment", {}).get("stages", [])
    results: list[Scope] = []
    whole: list[str] = []
    moved: dict[Pointer, Pointer] = {}
    for number, stage in enumerate(stages):
        before: Pointer = ("attainment", "stages", number)
        if EXTRAS in stage or not stage.get("results"):
            whole += reading.origins[before]
        for index, result in enumerate(stage.get("results", [])):
            moved[(*before, "results", index)] = ("attainment", "results", len(results))
            results.append(({"stage": stage["stage"]} if "stage" in stage else {}) | result)
    if results:
        reading.values["attainment"] = {"results": results}
        reading.origins = {
            (*moved[p[:5]], *p[5:]) if p[:5] in moved else p: paths
            for p, paths in reading.origins.items()
        }
    return whole


def _steps(pointer: str) -> Pointer:
    parts = pointer.split("/")[1:]
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def _pattern(pointer: Pointer) -> tuple[str, ...]:
    return tuple("*" if isinstance(step, int) else step for step in pointer)


def _origins(pointer: Pointer, reading: Reading) -> tuple[str, ...]:
    """Return the elements to set aside for a refused value: its own, those in it, or around it."""
    while len(pointer) > 1:
        found = reading.origins.get(pointer) or reading.inside.get(pointer)
        if found:
            return tuple(found)
        pointer = pointer[:-1]
    return ()


def _item_path(pointer: Pointer, reading: Reading) -> str:
    """Return the path of the innermost list element around a value."""
    for end in range(len(pointer), 0, -1):
        if isinstance(pointer[end - 1], int):
            return reading.origins.get(pointer[:end], ("",))[0]
    return ""


def _code(code: str, place: _Field | None) -> str:
    """Translate a record's code; identifiers' own codes stay."""
    if code in HINTS:
        return code
    if place is not None and place.kind is Kind.UPN:
        return "upn-form"
    family = "date" if place is not None and place.kind is Kind.DATE else "field"
    return f"{family}-missing" if code == "missing" else f"{family}-invalid"


def _fields(
    nodes: tuple[Node, ...], scope: tuple[str, ...], path: str
) -> dict[tuple[str, ...], _Field]:
    """Return each field's pattern with its path below the innermost list element."""
    found: dict[tuple[str, ...], _Field] = {}
    for node in nodes:
        if isinstance(node, Kept):
            continue
        here = f"{path}/{node.tag}" if path else node.tag
        if isinstance(node, Group):
            found |= _fields(node.children, scope, here)
            continue
        at = (*scope, *node.at.split("."))
        if isinstance(node, Many):
            found |= _fields(node.children, (*at, "*"), "")
        else:
            kind = Kind.CODE if isinstance(node, DfeNumber) else node.kind
            found[at] = _Field(here, kind, isinstance(node, Leaf) and node.vital)
    return found


_FIELDS = _fields(PUPIL, (), "")
