"""The pupils of an import as a list shows them: read apart, once, and in memory for a while.

What stays in memory is a line for each pupil, not the records: these are read again as they are
kept, one by one. After a restart the sealed files are simply read again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exchange.domain.clocks import london_day
from exchange.domain.comparing import Difference
from exchange.domain.provision_standing import ProvisionStanding, provision_standing
from exchange.errors import Conflict, ExchangeError, FormatError
from exchange.ports import ReadPupil, UnreadPupil
from exchange.ports.imports import ListReader
from exchange.services.imports.begin import given
from exchange.services.imports.difference import Matcher, compare, records_here
from exchange.services.imports.model import Import
from exchange.services.inside import Inside
from keys.errors import KeysError
from schemas.errors import SchemaError
from schemas.sen import SenRegister

MOST_PUPILS = 5_000
KEEP = timedelta(minutes=30)
MOST = 6
"""Lists in memory; the one that was made first goes."""

log = logging.getLogger("senx.imports")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: a code, where, and what to do; never a value."""

    code: str
    path: str
    hint: str


@dataclass(frozen=True, slots=True)
class Line:
    """One pupil of a list.

    :param name: to be shown to whoever brought the list, and to nobody else.
    :param problems: why this pupil cannot be taken; else what is left out.
    :param provision: what the list tells of today, and what begins after it; None: nothing.
    :param known: the pupil's id, where they are here already.
    :param differences: what the list says otherwise than our records.
    """

    position: int
    name: str = field(repr=False)
    born: str = field(default="", repr=False)
    nc_year: str = ""
    provision: ProvisionStanding | None = None
    may_be_taken: bool = True
    problems: tuple[Problem, ...] = ()
    known: str = ""
    differences: tuple[Difference, ...] = field(default=(), repr=False)

    @property
    def has_sen(self) -> bool:
        """Return whether the list itself says that there is SEN, or will be."""
        told = self.provision
        return told is not None and not {told.now, told.coming} <= {"", "N"}

    @property
    def contested(self) -> tuple[Difference, ...]:
        """Return the differences that would replace something."""
        return tuple(one for one in self.differences if not one.adds)


@dataclass(slots=True)
class Reading:
    """How far the reading of a list is; its lines once it has ended."""

    until: datetime
    done: int = 0
    ended: bool = False
    lines: tuple[Line, ...] = ()
    failed: Problem | None = None
    over: threading.Event = field(default_factory=threading.Event)


_readings: dict[str, Reading] = {}
_lock = threading.Lock()


def key_of(found: Import) -> str:
    """Return by what the lines of an import are found: another plan, other lines."""
    told = repr((found.import_id, sorted(found.plan.fields.items()), found.plan.no_upn))
    more = repr((sorted(found.plan.orders.items()), sorted(found.plan.words.items())))
    return hashlib.sha256(f"{told}{more}{found.plan.no_provision}".encode()).hexdigest()


def reading_of(
    inside: Inside, org_id: str, found: Import, reader: ListReader, wait: float = 0.8
) -> Reading:
    """Return the lines of an import; begin to read them where nobody has, and wait a moment."""
    key, now = key_of(found), inside.clock.now()
    with _lock:
        there = _readings.get(key)
        if there is None or there.until < now:
            there = _readings[key] = Reading(now + KEEP)
            _make_room(now)
            threading.Thread(
                target=_read, args=(inside, org_id, found, reader, there), daemon=True
            ).start()
    there.over.wait(wait)
    return there


def forget(found: Import) -> None:
    """Forget the lines of an import: it is over, or our own records have changed."""
    with _lock:
        _readings.pop(key_of(found), None)


def _make_room(now: datetime) -> None:
    for key in [key for key, one in _readings.items() if one.until < now]:
        del _readings[key]
    while len(_readings) > MOST:
        del _readings[next(iter(_readings))]


def _read(inside: Inside, org_id: str, found: Import, reader: ListReader, into: Reading) -> None:
    try:
        into.lines = tuple(_lines(inside, org_id, found, reader, into))
    except (ExchangeError, SchemaError, KeysError) as error:
        into.failed = Problem(error.code, error.path, error.hint)
    except Exception as error:  # noqa: BLE001 (a thread's last word; its message may hold a value)
        log.error("list not read kind=%s", type(error).__name__)
        into.failed = Problem("list-unreadable", "/file", "Export it again, or save it as CSV.")
    finally:
        into.ended = True
        into.over.set()


def _lines(
    inside: Inside, org_id: str, found: Import, reader: ListReader, into: Reading
) -> Sequence[Line]:
    with inside.store.reading(org_id) as unit:
        matcher = Matcher(unit.pupils.all())
    lines: list[Line] = []
    seen: set[str] = set()
    for row in reader.read(given(inside, org_id, found.files), found.plan):
        if len(lines) >= MOST_PUPILS:
            hint = f"Use {MOST_PUPILS:,} pupils at most at a time."
            raise FormatError("list-too-large", "/file", hint)
        if isinstance(row, UnreadPupil):
            problems = tuple(Problem(e.code, e.path, e.hint) for e in row.errors)
            lines.append(Line(row.position, row.shown, may_be_taken=False, problems=problems))
        else:
            lines.append(_line(inside, org_id, row, matcher, seen))
        into.done = len(lines)
    return lines


def _line(inside: Inside, org_id: str, row: ReadPupil, matcher: Matcher, seen: set[str]) -> Line:
    known = ""
    found: tuple[Difference, ...] = ()
    problems = tuple(Problem(code, path, "") for code, path in row.remarks)
    may_be_taken = True
    try:
        known = matcher.find(row.pupil) or ""
        if known and known in seen:
            hint = "Another pupil of this list is the same child. Add the UPN."
            raise Conflict("pupil-repeated", f"/pupil/{row.position}", hint)
        if known:
            seen.add(known)
            with inside.store.reading(org_id) as unit:
                found = compare(records_here(unit, known), row)
    except ExchangeError as error:
        may_be_taken, known = False, ""
        problems = (Problem(error.code, error.path, error.hint),)
    entry = next((one for one in row.records if isinstance(one, SenRegister)), None)
    today = london_day(inside.clock.now())
    return Line(
        position=row.position,
        name=row.pupil.names.display,
        born=row.pupil.date_of_birth.isoformat(),
        nc_year=row.pupil.nc_year or "",
        provision=provision_standing(entry, today) if entry else None,
        may_be_taken=may_be_taken,
        problems=problems,
        known=known,
        differences=found,
    )
