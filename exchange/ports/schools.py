"""The open register of schools as the core sees it, and what crosses when it is taken in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol

from exchange.domain.school_names import SchoolQuery
from exchange.domain.schools import Phase, School, SchoolStatus
from exchange.errors import FormatError

__all__ = [
    "Phase",
    "ReadLink",
    "ReadSchool",
    "RegisterReport",
    "RegisterSource",
    "RegisterStamp",
    "School",
    "SchoolQuery",
    "SchoolRegister",
    "SchoolStatus",
    "UnreadRow",
]


@dataclass(frozen=True, slots=True)
class ReadSchool:
    """One school that a register file told of; its successors stand in another file.

    :param line: in the file, from 1.
    :param remarks: (code, path) of optional cells that could not be read and were left out.
    """

    line: int
    school: School
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLink:
    """One link between two schools: ``other`` came after ``urn``, before it, or neither."""

    line: int
    urn: str
    other: str
    kind: Literal["successor", "predecessor", "other"]


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row that could not be taken; its error's path begins with the line."""

    line: int
    error: FormatError


@dataclass(frozen=True, slots=True)
class RegisterSource:
    """The files that a register is taken in from.

    :param sha256: of the register file, hex. :param links_sha256: of the links file, or None.
    """

    rows: Iterable[ReadSchool | UnreadRow]
    sha256: str
    links: Iterable[ReadLink | UnreadRow] = ()
    links_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterStamp:
    """What register is in place: when it was taken in, from which bytes, and how much it holds."""

    imported_at: datetime
    sha256: str
    links_sha256: str | None
    schools: int
    links: int


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """What came of taking a register in.

    :param statuses: number of schools by status.
    :param refused: rows that were not taken; ``errors`` are the first of them.
    :param remarks: number of cells left out, by code.
    """

    stamp: RegisterStamp
    statuses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    refused: int = 0
    errors: tuple[FormatError, ...] = ()
    remarks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class SchoolRegister(Protocol):
    """The schools of the country, searched here; nothing is asked of anybody outside."""

    def stamp(self) -> RegisterStamp:
        """Return what register is in place.

        :raises exchange.errors.NotFound: ``register-missing``; as each of the others here does.
        :raises exchange.errors.StoreError: ``register-damaged``; likewise.
        """

    def get(self, urn: str) -> School | None:
        """Return the school with this URN, or None."""

    def search(self, query: SchoolQuery, limit: int) -> Sequence[School]:
        """Return the first ``limit`` answers by :func:`exchange.domain.schools.rank`."""

    def sharing_look(self, look: str, limit: int) -> Sequence[School]:
        """Return schools with this look (:attr:`School.look`), those that are open first."""

    def replace(
        self, source: RegisterSource, at: datetime, *, allow_smaller: bool = False
    ) -> RegisterReport:
        """Take a register in, whole or not at all; the one before stays until then.

        :param allow_smaller: take one that holds much less than the one in place.
        :raises exchange.errors.FormatError: the file is no register, or no row could be read.
        :raises exchange.errors.Refused: ``register-smaller``.
        :raises exchange.errors.StorageFull: there is no room.
        """
