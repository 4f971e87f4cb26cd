"""The tables of the school index, and how a school lies in them.

``school.id`` is the school's place by :func:`exchange.domain.schools.standing_order`, so that the
word index yields answers in their final order and a search stops at the first few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from exchange.domain.schools import standing_order
from exchange.ports.schools import Phase, School, SchoolStatus

EDITION = 1
"""Changes with the tables; a file of another edition has to be taken in anew."""

_FIELDS = (
    "urn",
    "name",
    "status",
    "laestab",
    "former_laestab",
    "ukprn",
    "town",
    "locality",
    "la_name",
    "postcode",
    "telephone",
    "phase",
    "type_code",
    "type_name",
    "opened",
    "closed",
    "sen",
    "resourced_provision",
    "section41",
)
_FOLDED = ("folded", "places", "look", "standing", "length")
_ALL = (*_FIELDS, *_FOLDED)
SCHOOL_COLUMNS = ", ".join(f"school.{name}" for name in _FIELDS)

TABLES = f"""
CREATE TABLE taken (urn TEXT PRIMARY KEY, {", ".join(_ALL[1:])}) WITHOUT ROWID;
CREATE TABLE school (id INTEGER PRIMARY KEY, {", ".join(_ALL)});
CREATE TABLE link (urn TEXT, successor TEXT, PRIMARY KEY (urn, successor)) WITHOUT ROWID;
CREATE TABLE stamp (imported_at TEXT, sha256 TEXT, links_sha256 TEXT, schools INT, links INT);
CREATE VIRTUAL TABLE word USING fts5(
    name, place, content='', columnsize=0, detail=column, prefix='1 2 3', tokenize='ascii');
"""
TAKE = f"INSERT OR IGNORE INTO taken VALUES ({', '.join('?' * len(_ALL))})"  # noqa: S608
LINK = "INSERT OR IGNORE INTO link VALUES (?, ?)"
SETTLE = f"""
INSERT INTO school ({", ".join(_ALL)}) SELECT {", ".join(_ALL)} FROM taken
    ORDER BY standing, length, folded, places, urn;
DROP TABLE taken;
INSERT INTO word (rowid, name, place) SELECT id, folded, places FROM school;
INSERT INTO word (word) VALUES ('optimize');
CREATE UNIQUE INDEX by_urn ON school (urn);
CREATE INDEX by_laestab ON school (laestab);
CREATE INDEX by_former ON school (former_laestab);
CREATE INDEX by_ukprn ON school (ukprn);
CREATE INDEX by_name ON school (folded);
CREATE INDEX by_look ON school (look);
PRAGMA user_version = {EDITION};
"""  # noqa: S608


def row_of(school: School) -> tuple[Any, ...]:
    """Return the row of a school for :data:`TAKE`."""
    standing, length, folded, places, _ = standing_order(school)
    return (
        school.urn,
        school.name,
        school.status.value,
        school.laestab,
        school.former_laestab,
        school.ukprn,
        school.town,
        school.locality,
        school.la_name,
        school.postcode,
        school.telephone,
        school.phase.value,
        school.type_code,
        school.type_name,
        _text(school.opened),
        _text(school.closed),
        "\n".join(school.sen),
        school.resourced_provision,
        int(school.section41),
        folded,
        places,
        school.look,
        standing,
        length,
    )


def school_of(row: Sequence[Any], successors: Iterable[str]) -> School:
    """Return the school of a row of :data:`SCHOOL_COLUMNS`."""
    said = dict(zip(_FIELDS, row, strict=True))
    return School(
        **{
            **said,
            "status": SchoolStatus(said["status"]),
            "phase": Phase(said["phase"]),
            "opened": _day(said["opened"]),
            "closed": _day(said["closed"]),
            "sen": tuple(said["sen"].split("\n")) if said["sen"] else (),
            "section41": bool(said["section41"]),
            "successors": tuple(successors),
        }
    )


def successors_of(connection: sqlite3.Connection, urn: str) -> list[str]:
    """Return the URNs directly after a school, ascending."""
    found = connection.execute("SELECT successor FROM link WHERE urn = ? ORDER BY 1", (urn,))
    return [successor for (successor,) in found]


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
