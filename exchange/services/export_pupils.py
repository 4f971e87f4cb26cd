"""Hand received pupils to the school's own systems: a Common Transfer File, or a table.

A file is made in memory for one download and kept nowhere; the book says who took how many. Packs
that only the safeguarding lead may open are in no file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State
from exchange.errors import BundleError, NotFound, UsageError, Wrapped
from exchange.ports import Actor, Arrival, Item, UnitOfWork
from exchange.ports.export import (
    TRANSFER_VERSIONS,
    ExportedPupil,
    ExportParty,
    Exports,
    TableWriter,
)
from exchange.services.arrival_card import card_of
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack, sender_of
from exchange.services.trust import organisation
from keys.directory import Organisation
from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.pupil import NhsNumberReason, Pupil
from schemas.records import RECORDS
from schemas.sen import Need, OnePageProfile, SenRegister

KIND = "export-serial"
EXPORTABLE = frozenset({State.ACCEPTED, State.IMPORTED})
"""A pack is exported once a person has accepted it."""

HEADS = (
    "Known as",
    "Surname",
    "Forename",
    "Date of birth",
    "UPN",
    "Year",
    "Sex",
    "SEN provision",
    "First need",
    "Second need",
    "Medical alert",
    "Came from",
    "Arrived",
)
_LONDON = ZoneInfo("Europe/London")
_LAST_SERIAL = 999
_COUNCIL = "LLLL"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file for one download."""

    name: str
    media_type: str
    content: bytes
    pupils: int


@dataclass(frozen=True, slots=True)
class _Packed:
    arrival: Arrival
    sender: Organisation
    pupil: ExportedPupil


def export_ctf(
    inside: Inside,
    exports: Exports,
    org_id: str,
    chosen: Collection[str],
    actor: Actor,
    version: int = TRANSFER_VERSIONS[0],
) -> ExportFile:
    """Return the chosen pupils as one Common Transfer File.

    The school that the children come from is its source; where they come from several schools,
    this one is, which hands on what it got.

    :param chosen: bundle ids; empty: all that were accepted.
    :param version: that the school's own system reads, one of ``TRANSFER_VERSIONS``.
    :raises UsageError: ``nothing-to-export``; ``version-unknown``.
    """
    if version not in TRANSFER_VERSIONS:
        raise UsageError("version-unknown", "/version", "Choose one of the versions.")
    found = _found(inside, org_id, chosen)
    now = inside.clock.now()
    here = _party(organisation(inside.directory(), org_id, now), london_day(now))
    senders = {one.sender.org_id: one.sender for one in found}
    only = next(iter(senders.values())) if len(senders) == 1 else None
    source = _party(only, london_day(now)) if only else here
    out = io.BytesIO()
    at = now.astimezone(_LONDON)
    exports.ctf.write(out, source, here, at, (one.pupil for one in found), version=version)
    pair = f"{source.laestab}/{here.laestab}"
    serial = _booked(inside, org_id, "ctf", pair, len(found), actor)
    name = exports.ctf.file_name(source, here, serial)
    return ExportFile(name, "application/xml", out.getvalue(), len(found))


def export_table(
    inside: Inside, exports: Exports, org_id: str, chosen: Collection[str], actor: Actor
) -> ExportFile:
    """Return the chosen pupils as a table for a spreadsheet.

    :param chosen: bundle ids; empty: all that were accepted.
    :raises UsageError: ``nothing-to-export``.
    """
    return _table(inside, exports.table, org_id, chosen, actor, ("csv", "text/csv"))


def export_workbook(
    inside: Inside, exports: Exports, org_id: str, chosen: Collection[str], actor: Actor
) -> ExportFile:
    """Return the chosen pupils as a workbook, as :func:`export_table`.

    :raises UsageError: ``nothing-to-export``.
    """
    return _table(inside, exports.workbook, org_id, chosen, actor, ("xlsx", _WORKBOOK))


def _table(
    inside: Inside,
    writer: TableWriter,
    org_id: str,
    chosen: Collection[str],
    actor: Actor,
    form: tuple[str, str],
) -> ExportFile:
    found = _found(inside, org_id, chosen)
    out = io.BytesIO()
    writer.write(out, HEADS, (_row(one) for one in found))
    suffix, media_type = form
    _booked(inside, org_id, suffix, "", len(found), actor)
    day = london_day(inside.clock.now())
    name = f"received-{day.isoformat()}.{suffix}"
    return ExportFile(name, media_type, out.getvalue(), len(found))


def _found(inside: Inside, org_id: str, chosen: Collection[str]) -> list[_Packed]:
    with inside.store.reading(org_id) as unit:
        arrivals = list(_newest(unit, chosen))
    found = list(_opened(inside, org_id, arrivals))
    if not found:
        raise UsageError("nothing-to-export", "/packs", "Accept a pack first, then export it.")
    return sorted(found, key=lambda one: one.pupil.pupil.names.surname.casefold())


def _newest(unit: UnitOfWork, chosen: Collection[str]) -> Iterator[Arrival]:
    """Yield the newest accepted pack of each child; a safeguarding lead's pack has no card."""
    newest: dict[str, Arrival] = {}
    for arrival in unit.arrivals.all():
        card = card_of(unit, arrival.sender, arrival.bundle_id)
        if card is None or arrival.state not in EXPORTABLE:
            continue
        if not chosen or arrival.bundle_id in chosen:
            newest[card.child] = arrival
    yield from newest.values()


def _opened(inside: Inside, org_id: str, arrivals: Sequence[Arrival]) -> Iterator[_Packed]:
    for arrival in arrivals:
        try:
            with open_pack(inside, org_id, arrival) as opened:
                records = tuple(one for _, one in opened.records(RECORDS))
        except (NotFound, BundleError, Wrapped):
            continue  # its page tells a person why
        pupil = next((one for one in records if isinstance(one, Pupil)), None)
        if pupil is not None:
            pupil = replace(pupil, nhs_number=None, nhs_number_reason=NhsNumberReason.NOT_NEEDED)
            others = tuple(one for one in records if not isinstance(one, Pupil))
            yield _Packed(arrival, sender_of(inside, arrival), ExportedPupil(pupil, others))


def _row(one: _Packed) -> tuple[str, ...]:
    pupil, records = one.pupil.pupil, one.pupil.records
    names = pupil.names
    register = next((each for each in records if isinstance(each, SenRegister)), None)
    profile = next((each for each in records if isinstance(each, OnePageProfile)), None)
    needs = [_label("sen-type", each.type) for each in _needs(register)]
    return (
        names.known_as or (profile.known_as if profile else names.forename),
        names.surname,
        names.forename,
        _day(pupil.date_of_birth),
        str(pupil.upn or ""),
        _label("nc-year", pupil.nc_year or ""),
        pupil.sex,
        _label("sen-provision", register.provision) if register else "",
        *[*needs, "", ""][:2],
        (profile.medical_alert or "") if profile else "",
        one.sender.name,
        _day(london_day(one.arrival.arrived_at)),
    )


def _needs(register: SenRegister | None) -> list[Need]:
    listed = register.needs if register else ()
    return sorted((one for one in listed if one.ends is None), key=lambda one: one.rank)


def _label(name: str, code: str) -> str:
    try:
        return code_set(name).lookup(code, importing=True).label
    except CodeSetError:
        return code


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _party(found: Organisation, on: date) -> ExportParty:
    laestab, urn, la = (found.identifier(one, on) or "" for one in ("laestab", "urn", "la"))
    return ExportParty(laestab or (f"{la}{_COUNCIL}" if la else ""), urn, found.name)


def _booked(inside: Inside, org_id: str, form: str, pair: str, pupils: int, actor: Actor) -> int:
    """Write the book, and return the file's number, counted for each source and destination."""
    now = inside.clock.now()
    item_id = hashlib.sha256(f"{form}/{pair}".encode()).hexdigest()
    with inside.store.unit(org_id) as unit:
        try:
            item = unit.items.get(KIND, item_id)
            before = item.clear["serial"]
            serial = (before if isinstance(before, int) else 0) % _LAST_SERIAL + 1
            unit.items.update(replace(item, clear={"serial": serial}, updated_at=now))
        except NotFound:
            serial = 1
            unit.items.add(Item(KIND, item_id, "kept", None, now, now, clear={"serial": 1}))
        detail = {"format": form, "pupils": str(pupils)}
        unit.audit.record(actor, "pupils.exported", "export", item_id, detail=detail)
        unit.commit()
    return serial
