"""What leaves for the school's own systems: a Common Transfer File, a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from schemas.base import Record
from schemas.pupil import Pupil

TRANSFER_VERSIONS = tuple(range(25, 11, -1))
"""Versions of a Common Transfer File that are written, the newest first."""


@dataclass(frozen=True, slots=True)
class ExportParty:
    """A school at one end of an exported file.

    :param laestab: the seven characters by which a transfer file calls it: a school's DfE number,
        a council's LA code with ``LLLL``, ``XXXXXXX`` for not known yet; empty: outside the
        maintained sector.
    """

    laestab: str
    urn: str
    name: str


@dataclass(frozen=True, slots=True)
class ExportedPupil:
    """One pupil, and whatever records a file may take in."""

    pupil: Pupil
    records: tuple[Record, ...] = ()


class PupilWriter(Protocol):
    """Writes a Common Transfer File (a CTF-compatible subset)."""

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
        """Write the file.

        :param at: local time of the school.
        :param version: one of :data:`TRANSFER_VERSIONS`.
        :raises exchange.errors.ExchangeError: a record cannot be written.
        """

    def file_name(self, source: ExportParty, destination: ExportParty, serial: int) -> str:
        """Return the name that such a file has by agreement.

        :param serial: 1 to 999, counted by the source for each destination.
        """


class TableWriter(Protocol):
    """Writes a table that a spreadsheet program opens, and in which nothing acts."""

    def write(self, out: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write headings and rows."""


@dataclass(frozen=True, slots=True)
class Exports:
    """What the pages are handed to make files of."""

    ctf: PupilWriter
    table: TableWriter
    workbook: TableWriter
