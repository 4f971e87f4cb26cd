"""The CTF adapter as a writer of pupils (exchange.ports.export.PupilWriter)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, TypeVar

from adapters.formats.ctf import (
    NOT_MAINTAINED,
    CtfHeader,
    CtfParty,
    CtfPupil,
    ctf_file_name,
    write_ctf,
)
from adapters.formats.ctf.writing import is_element
from exchange.ports.export import TRANSFER_VERSIONS, ExportedPupil, ExportParty
from schemas.attainment import Attainment
from schemas.attendance import Attendance
from schemas.base import Record
from schemas.sen import SenRegister

R = TypeVar("R", bound=Record)


class CtfExport:
    """Writes pupils, register entries, attendance and attainment to a Common Transfer File."""

    def write(
        self,
        out: BinaryIO,
        source: ExportParty,
        destination: ExportParty,
        at: datetime,
        pupils: Iterable[ExportedPupil],
        *,
        version: int = TRANSFER_VERSIONS[0],
    ) -> None:
        """Write the file; it tells of some pupils of a school, so it is ``partial``.

        :raises exchange.errors.ExchangeError: a record cannot be written.
        """
        header = CtfHeader(
            source=_party(source),
            destination=_party(destination),
            date_time=at.replace(tzinfo=None, microsecond=0),
            version=f"{version}.0",
        )
        write_ctf(out, header, map(_pupil, pupils))

    def file_name(self, source: ExportParty, destination: ExportParty, serial: int) -> str:
        """Return ``8201234_CTF_8204567_001.xml``.

        :raises exchange.errors.FormatError: ``field-invalid``: a serial beyond three digits.
        """
        return ctf_file_name(_party(source), _party(destination), serial)


def _party(one: ExportParty) -> CtfParty:
    if not one.laestab:
        return CtfParty(
            NOT_MAINTAINED.la, NOT_MAINTAINED.establishment, one.urn or None, one.name or None
        )
    return CtfParty(one.laestab[:3], one.laestab[3:], one.urn or None, one.name or None)


def _pupil(one: ExportedPupil) -> CtfPupil:
    """Return a pupil as the writer wants one.

    What a sender calls a kept element and is none is left out: it must not keep a class from being
    exported.
    """
    sound = tuple(extra for extra in one.pupil.extras if is_element(extra))
    return CtfPupil(
        pupil=replace(one.pupil, extras=sound),
        sen=_first(SenRegister, one.records),
        attendance=_first(Attendance, one.records),
        attainment=_first(Attainment, one.records),
    )


def _first(kind: type[R], records: Iterable[Record]) -> R | None:
    return next((one for one in records if isinstance(one, kind)), None)
