"""The open register of schools as one SQLite file in the node's home (public data, so plain).

A new edition is written beside the old one, whole and durably, and then takes its name; a reader
sees one edition or the other. The index is asked for nothing but words and numbers that were
folded before: what a person types reaches no statement.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from adapters import school_index as index
from exchange.errors import Conflict, FormatError, NotFound, Refused, StorageFull, StoreError
from exchange.ports.schools import (
    ReadLink,
    ReadSchool,
    RegisterReport,
    RegisterSource,
    RegisterStamp,
    School,
    SchoolQuery,
    UnreadRow,
)

MOST_ERRORS = 100
"""Rows whose error a report holds; all are counted."""
_SMALLER = 0.9
_HINT = "Take it in again: `senx schools import REGISTER.csv --links LINKS.csv`."


class SchoolRegisterFile:
    """exchange.ports.schools.SchoolRegister over a file; safe for threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._seen: tuple[int, int, int] | None = None

    def stamp(self) -> RegisterStamp:
        """Return what register is in place.

        :raises NotFound: ``register-missing``; as each of the others here does.
        :raises StoreError: ``register-damaged``, ``register-outdated``; likewise.
        """
        with self._reading() as connection:
            row = connection.execute("SELECT * FROM stamp").fetchone()
        if row is None:
            raise StoreError("register-damaged", "/register", _HINT)
        return RegisterStamp(datetime.fromisoformat(row[0]), *row[1:])

    def get(self, urn: str) -> School | None:
        """Return the school with this URN, or None."""
        found = self._schools("FROM school WHERE urn = ?", (urn,), 1)
        return found[0] if found else None

    def search(self, query: SchoolQuery, limit: int) -> Sequence[School]:
        """Return the first ``limit`` answers, by the tiers of :func:`exchange.domain.schools.tier`.

        Each tier is asked for only where those above gave too few.
        """
        found: dict[str, School] = {}
        for clause, values in _tiers(query):
            wanted = limit + len(found)  # a school may stand in several tiers
            for school in self._schools(clause, values, wanted):
                found.setdefault(school.urn, school)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def sharing_look(self, look: str, limit: int) -> Sequence[School]:
        """Return schools with this look, those that are open first."""
        return self._schools("FROM school WHERE look = ? ORDER BY id", (look,), limit)

    def replace(
        self, source: RegisterSource, at: datetime, *, allow_smaller: bool = False
    ) -> RegisterReport:
        """Take a register in, whole or not at all.

        :raises FormatError: ``gias-empty``: no row could be read.
        :raises Refused: ``register-smaller``: less than nine tenths of the one in place.
        :raises StorageFull: there is no room. :raises StoreError: it cannot be written.
        """
        before = 0 if allow_smaller else self._size()
        fresh = self._file.with_name(f"{self._file.name}.new")
        with _alone_on(fresh):
            with _failures(), closing(sqlite3.connect(fresh)) as connection:
                report = _Taking(connection).take(source, at)
            _check_size(report, before)
            self._put_in_place(fresh)
        return report

    def _size(self) -> int:
        try:
            return self.stamp().schools
        except (NotFound, StoreError):
            return 0  # none, or one that is of no use

    def _put_in_place(self, fresh: Path) -> None:
        with _failures():
            with fresh.open("rb") as written:
                os.fsync(written.fileno())
            fresh.replace(self._file)
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _schools(self, clause: str, values: tuple[str, ...], limit: int) -> list[School]:
        statement = f"SELECT {index.SCHOOL_COLUMNS} {clause} LIMIT ?"
        with self._reading() as connection:
            rows = connection.execute(statement, (*values, limit)).fetchall()
            return [index.school_of(row, index.successors_of(connection, row[0])) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _failures(damaged="register-damaged"):
            yield self._connection()

    def _connection(self) -> sqlite3.Connection:
        """Return the connection to the file as it is now; a new edition is opened anew."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            hint = "Take the school register in: `senx schools import REGISTER.csv`."
            raise NotFound("register-missing", "/register", hint) from None
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if self._open is None or seen != self._seen:
            self.close()
            # Never changed in place, so that no lock and no journal is looked for.
            address = f"{self._file.absolute().as_uri()}?mode=ro&immutable=1"
            self._open = sqlite3.connect(address, uri=True, check_same_thread=False)
            (edition,) = self._open.execute("PRAGMA user_version").fetchone()
            if edition != index.EDITION:
                self.close()
                raise StoreError("register-outdated", "/register", _HINT)
            self._seen = seen
        return self._open

    def close(self) -> None:
        """Let the file go; the next look opens it anew."""
        if self._open is not None:
            self._open.close()
        self._open = self._seen = None


def _tiers(query: SchoolQuery) -> Iterator[tuple[str, tuple[str, ...]]]:
    if query.numbers:
        yield from _number_tiers(query)
        return
    phrase = query.phrase
    yield "FROM school WHERE folded = ? ORDER BY id", (phrase,)
    yield "FROM school WHERE folded >= ? AND folded < ? ORDER BY id", (phrase, phrase + "\x7f")
    by_word = (
        "FROM word JOIN school ON school.id = word.rowid WHERE word MATCH ? ORDER BY word.rowid"
    )
    # Words hold letters a to z and digits alone, so that quoting them is enough.
    yield by_word, (" AND ".join(f'name : "{one}"' for one in query.words),)
    yield by_word, (" AND ".join(f'"{one}"' for one in query.words),)
    yield by_word, (" AND ".join(f'"{one}"*' for one in query.words),)
    if query.telling and query.telling != query.words:
        yield by_word, (" AND ".join(f'"{one}"*' for one in query.telling),)


def _number_tiers(query: SchoolQuery) -> Iterator[tuple[str, tuple[str, ...]]]:
    numbers = dict(query.numbers)
    current = [one for one in ("urn", "laestab", "ukprn") if one in numbers]
    clause = " OR ".join(f"{one} = ?" for one in current)
    yield f"FROM school WHERE {clause} ORDER BY id", tuple(numbers[one] for one in current)
    if "laestab" in numbers:
        yield "FROM school WHERE former_laestab = ? ORDER BY id", (numbers["laestab"],)


class _Taking:
    """One edition as it is written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._refused = 0
        self._errors: list[FormatError] = []
        self._remarks: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()

    def take(self, source: RegisterSource, at: datetime) -> RegisterReport:
        # The file is thrown away if anything fails, and synced before it is used.
        quick = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        self._connection.executescript(f"{quick} {index.TABLES} BEGIN;")
        for row in source.rows:
            self._refuse(row) if isinstance(row, UnreadRow) else self._take(row)
        schools = self._statuses.total()
        if not schools:
            raise FormatError("gias-empty", "/", "None of its rows could be read.")
        links = sum(self._link(row) for row in source.links)
        values = (at.isoformat(), source.sha256, source.links_sha256, schools, links)
        self._connection.execute("INSERT INTO stamp VALUES (?, ?, ?, ?, ?)", values)
        self._connection.commit()
        self._connection.executescript(f"BEGIN; {index.SETTLE} COMMIT;")
        return RegisterReport(
            stamp=RegisterStamp(at, source.sha256, source.links_sha256, schools, links),
            statuses=MappingProxyType(dict(self._statuses)),
            refused=self._refused,
            errors=tuple(self._errors),
            remarks=MappingProxyType(dict(self._remarks)),
        )

    def _take(self, row: ReadSchool) -> None:
        taken = self._connection.execute(index.TAKE, index.row_of(row.school))
        if not taken.rowcount:
            hint = "Its URN stands further up; that row was taken."
            error = FormatError("gias-urn-duplicate", f"/{row.line}/URN", hint)
            self._refuse(UnreadRow(row.line, error))
            return
        self._statuses[row.school.status.value] += 1
        self._remarks.update(code for code, _ in row.remarks)

    def _link(self, row: ReadLink | UnreadRow) -> int:
        """Keep which school came directly after which; return 1 where that is new."""
        if isinstance(row, UnreadRow):
            self._refuse(row)
            return 0
        if row.kind == "other" or row.urn == row.other:
            return 0
        ends = (row.urn, row.other) if row.kind == "successor" else (row.other, row.urn)
        return self._connection.execute(index.LINK, ends).rowcount

    def _refuse(self, row: UnreadRow) -> None:
        self._refused += 1
        if len(self._errors) < MOST_ERRORS:
            self._errors.append(row.error)


@contextmanager
def _alone_on(fresh: Path) -> Iterator[None]:
    """Hold an empty file for oneself; what a killed process left of it is used again.

    :raises Conflict: ``register-busy``.
    """
    with _failures():
        handle = os.open(fresh, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(handle), fresh.stat()):
                raise BlockingIOError  # another took it and put it in place just now
        except OSError:
            hint = "Another import is running; look again when it has ended."
            raise Conflict("register-busy", "/register", hint) from None
        os.truncate(handle, 0)
        try:
            yield
        finally:
            fresh.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _check_size(report: RegisterReport, before: int) -> None:
    if report.stamp.schools < before * _SMALLER:
        raise Refused(
            "register-smaller",
            "/register",
            "It holds far fewer schools than the one in place. If that is right: --smaller.",
        )


@contextmanager
def _failures(damaged: str = "register-failed") -> Iterator[None]:
    """Turn errors of the file into this house's, without their text.

    :raises StorageFull: there is no room. :raises StoreError: all else.
    """
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise StorageFull(path="/register") from None
        raise StoreError(damaged, "/register", _HINT) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(path="/register") from None
        raise StoreError("register-failed", "/register") from None
