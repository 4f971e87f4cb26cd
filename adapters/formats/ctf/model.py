"""What a CTF says, in this project's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from adapters.formats.ctf.layout import VERSION
from exchange.errors import FormatError
from schemas.attainment import Attainment
from schemas.attendance import Attendance
from schemas.pupil import ExtraElement, Pupil
from schemas.sen import SenRegister

_LA = re.compile("[0-9A-Z]{3}")
_ESTABLISHMENT = re.compile("[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class CtfParty:
    """A school or LA at one end of a CTF.

    :ivar la: three characters: an LA code, or ``XXX`` (unknown), ``MMM`` (not maintained).
    :ivar establishment: four characters: digits, or ``LLLL`` for the LA itself, ``XXXX``, ``MMMM``.
    """

    la: str
    establishment: str
    urn: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        for form, value, tag in (
            (_LA, self.la, "LEA"),
            (_ESTABLISHMENT, self.establishment, "Estab"),
        ):
            if not form.fullmatch(value):
                raise FormatError("field-invalid", tag, "Give the school's DfE number.")

    @property
    def code(self) -> str:
        """The seven characters by which file names call it."""
        return self.la + self.establishment


UNKNOWN_DESTINATION = CtfParty("XXX", "XXXX")
NOT_MAINTAINED = CtfParty("MMM", "MMMM")


@dataclass(frozen=True, slots=True)
class CtfHeader:
    """Who sends a CTF, to whom, when and why.

    :ivar date_time: local time as the sender's clock had it, without a zone.
    :ivar document_qualifier: ``full`` or ``partial``.
    :ivar extras: elements that this project does not know, ``within`` counted from the root.
    :ivar remarks: what was understood though the file does not say it as it should.
    """

    source: CtfParty | None
    destination: CtfParty | None
    date_time: datetime | None
    version: str = VERSION
    document_qualifier: str = "partial"
    data_qualifier: str | None = None
    data_descriptor: str | None = None
    supplier_id: str | None = None
    academic_year: str | None = None
    extras: tuple[ExtraElement, ...] = ()
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    @property
    def major_version(self) -> int:
        """The version's first number."""
        return int(self.version.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Remark:
    """Something optional that could not be read; of a pupil it was kept as XML.

    :ivar path: such as ``/CTFpupilData/Pupil[3]/Email``.
    """

    code: str
    path: str


@dataclass(frozen=True, slots=True)
class CtfPupil:
    """One pupil of a CTF as records; all of them have the same ``subject``."""

    pupil: Pupil
    sen: SenRegister | None = None
    attendance: Attendance | None = None
    attainment: Attainment | None = None
    position: int = field(default=0, compare=False)
    remarks: tuple[Remark, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class CtfPupilError:
    """A pupil who was not taken, with every reason.

    :ivar position: which ``Pupil`` of the file, from 1.
    """

    position: int
    errors: tuple[FormatError, ...]


CtfRow: TypeAlias = CtfPupil | CtfPupilError


@dataclass(slots=True)
class CtfImport:
    """A CTF that is being read: its header, and its pupils one by one.

    :ivar pupils: to be walked once; raises :class:`exchange.errors.XmlError` where the file
        itself breaks, so nothing should be kept for good before the last one came.
    :ivar extras: elements between the pupils or beside them, complete after the last pupil.
    """

    header: CtfHeader
    pupils: Iterator[CtfRow]
    extras: list[ExtraElement] = field(default_factory=list)


def ctf_file_name(source: CtfParty, destination: CtfParty, serial: int) -> str:
    """Return the name that a CTF has by agreement: ``8201234_CTF_8204567_001.xml``.

    :param serial: 1 to 999, counted by the source for each destination.
    :raises FormatError: ``field-invalid``, a serial beyond three digits.
    """
    if not 1 <= serial <= 999:
        raise FormatError("field-invalid", "serial", "Use a serial number from 1 to 999.")
    return f"{source.code}_CTF_{destination.code}_{serial:03d}.xml"
