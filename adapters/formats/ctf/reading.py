"""Reads a CTF leniently, pupil by pupil, in constant memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from lxml import etree

from adapters.formats.ctf.assemble import assemble
from adapters.formats.ctf.faults import pupil_path, refused
from adapters.formats.ctf.layout import (
    HEADER,
    HEADER_TAG,
    OLDEST_VERSION,
    PUPIL_TAG,
    PUPILS_TAG,
    ROOT,
)
from adapters.formats.ctf.model import (
    UNKNOWN_DESTINATION,
    CtfHeader,
    CtfImport,
    CtfParty,
    CtfPupil,
    CtfPupilError,
    CtfRow,
    Remark,
)
from adapters.formats.ctf.walk import Scope, read
from adapters.formats.provision_today import today_in_london
from adapters.xml import DEFAULT_LIMITS, Element, Path, XmlLimits, iter_records
from exchange.errors import FormatError, UsageError
from schemas.codes import code_set
from schemas.identifiers import Upn
from schemas.pupil import ExtraElement

_PUPIL_PATH = (ROOT, PUPILS_TAG, PUPIL_TAG)
_HEADER_PATH = (ROOT, HEADER_TAG)
_MOST_EXTRAS = 500


def new_subject() -> str:
    """Return a fresh pupil id."""
    return str(uuid.uuid4())


def read_ctf(
    stream: BinaryIO,
    *,
    no_upn_reason: str | None = None,
    subject: Callable[[], str] = new_subject,
    today: date | None = None,
    limits: XmlLimits = DEFAULT_LIMITS,
) -> CtfImport:
    """Begin to read a CTF of version 12 or later.

    The header is read at once; pupils come as they are asked for. A pupil whose identity or SEN
    history is wrong comes as a :class:`CtfPupilError` and stops nobody else; any other field
    that cannot be read is kept as XML, with a remark. A destination that names a council and no
    school is one whose school is not known.

    :param no_upn_reason: ``UN1`` to ``UN7``, for pupils without UPN where the file gives none.
    :param subject: makes the pupil id for each pupil's records.
    :param today: the day whose SEN provision counts; without it, the computer's in London.
    :raises XmlError: not XML, or XML that this service does not read; also raised later, by
        ``pupils``, where the file breaks further on.
    :raises FormatError: ``ctf-not-a-ctf``, ``ctf-header-missing``, ``ctf-version-unknown``,
        ``ctf-version-too-old``, ``ctf-too-many-extras``.
    :raises UsageError: ``upn-reason-unknown``.
    """
    if no_upn_reason is not None and no_upn_reason not in code_set("upn-unknown-reason"):
        raise UsageError("upn-reason-unknown", hint="Use one of UN1 to UN7.")
    records = iter_records(stream, _is_record, limits=limits)
    reader = _Reader(records, no_upn_reason, subject, today or today_in_london())
    found = CtfImport(reader.header(), iter(()))
    found.extras, found.pupils = reader.extras, reader.pupils()
    return found


def _is_record(path: Path) -> bool:
    if path[0] != ROOT:
        raise FormatError("ctf-not-a-ctf", hint="Choose the common transfer file of your school.")
    return len(path) == 3 if path[1:2] == (PUPILS_TAG,) else len(path) == 2


class _Reader:
    def __init__(
        self,
        records: Iterator[tuple[Path, Element]],
        no_upn_reason: str | None,
        subject: Callable[[], str],
        today: date,
    ) -> None:
        self.extras: list[ExtraElement] = []
        self._records, self._reason, self._subject = records, no_upn_reason, subject
        self._today = today
        self._upns: set[Upn] = set()

    def header(self) -> CtfHeader:
        """Read as far as the header, which comes before the pupils."""
        for path, element in self._records:
            if path == _HEADER_PATH:
                return _header(element)
            if path == _PUPIL_PATH:
                break
            self._keep(path, element)
        raise FormatError("ctf-header-missing", f"/{HEADER_TAG}")

    def pupils(self) -> Iterator[CtfRow]:
        position = 0
        for path, element in self._records:
            if path == _PUPIL_PATH:
                position += 1
                yield self._pupil(element, position)
            else:
                self._keep(path, element)

    def _pupil(self, element: Element, position: int) -> CtfRow:
        row = assemble(element, position, self._subject(), self._reason, self._today)
        upn = row.pupil.upn if isinstance(row, CtfPupil) else None
        if upn is None:
            return row
        if upn in self._upns:
            return CtfPupilError(
                position, (refused("upn-repeated", f"{pupil_path(position)}/UPN"),)
            )
        self._upns.add(upn)
        return row

    def _keep(self, path: Path, element: Element) -> None:
        if len(self.extras) >= _MOST_EXTRAS:
            raise FormatError("ctf-too-many-extras", "/".join(("", *path[1:-1])) or "/")
        xml = etree.tostring(element, encoding="unicode", with_tail=False)
        self.extras.append(ExtraElement(within="/".join(path[1:-1]), xml=xml))


def _header(element: Element) -> CtfHeader:
    reading = read(element, HEADER)
    values = reading.values
    version = values.get("version", "")
    major = version.partition(".")[0]
    if not (major.isascii() and major.isdecimal() and len(major) <= 3):
        raise FormatError("ctf-version-unknown", f"/{HEADER_TAG}/CTFversion")
    if int(major) < OLDEST_VERSION:
        raise FormatError(
            "ctf-version-too-old",
            f"/{HEADER_TAG}/CTFversion",
            f"Export as version {OLDEST_VERSION} or later.",
        )
    destination = values.get("destination", {})
    remarks: tuple[Remark, ...] = ()
    if "la" in destination and "establishment" not in destination:
        destination["establishment"] = UNKNOWN_DESTINATION.establishment
        remarks = (Remark("destination-no-school", f"/{HEADER_TAG}/DestSchool"),)
    return CtfHeader(
        source=_party(values.get("source"), "SourceSchool"),
        destination=_party(destination, "DestSchool"),
        date_time=_date_time(values.get("date_time")),
        version=version,
        document_qualifier=values.get("document_qualifier", "partial"),
        data_qualifier=values.get("data_qualifier"),
        data_descriptor=values.get("data_descriptor"),
        supplier_id=values.get("supplier_id"),
        academic_year=values.get("academic_year"),
        extras=tuple(
            ExtraElement(within=_below_header(extra["within"]), xml=extra["xml"])
            for extra in cast(list[dict[str, Any]], reading.extras)
        ),
        remarks=remarks,
    )


def _below_header(within: str) -> str:
    return f"{HEADER_TAG}/{within}" if within else HEADER_TAG


def _party(values: Scope | None, tag: str) -> CtfParty | None:
    """Return a school; ``None`` where the file names none that file names could call."""
    if not values:
        return None
    try:
        return CtfParty(
            la=values.get("la", ""),
            establishment=values.get("establishment", ""),
            urn=values.get("urn"),
            name=values.get("name"),
        )
    except FormatError as error:
        raise FormatError(error.code, f"/{HEADER_TAG}/{tag}/{error.path}", error.hint) from None


def _date_time(text: str | None) -> datetime | None:
    """Return the local time; what no clock shows counts as not given."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
