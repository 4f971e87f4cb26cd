"""Rows of tables that belong together: one bunch for each pupil."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.formats.mis.catalogue import fields
from adapters.formats.mis.days import since_1900
from adapters.formats.mis.looking import part_of
from adapters.formats.mis.table import Table, letters

_KEYS = ("pupil_id", "upn")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its place, and what stands in it by field.

    :ivar columns: field -> number of its column, for the path of an error.
    """

    table: int
    number: int
    cells: Mapping[str, str] = field(repr=False)
    columns: Mapping[str, int]

    def path(self, name: str = "") -> str:
        """Return the place of a field, or of the row."""
        column = self.columns.get(name)
        return f"/{self.table + 1}/{self.number}" + (
            "" if column is None else f"/{letters(column)}"
        )

    def of(self, name: str) -> str:
        """Return what stands in a field, or nothing."""
        return self.cells.get(name, "")


@dataclass(slots=True)
class Bunch:
    """All rows of one pupil; the first is whose identity counts."""

    lines: list[Line] = field(default_factory=list)
    needs: list[Line] = field(default_factory=list)
    provision: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Joined:
    """The pupils of all tables, in the order in which they come, and rows that are nobody's.

    :ivar shared: numbers that two different children have; they tell nobody apart.
    """

    bunches: list[Bunch] = field(default_factory=list)
    shared: set[tuple[str, str]] = field(default_factory=set)
    strays: list[Line] = field(default_factory=list)


def join(tables: Sequence[Table], chosen: Mapping[str, str]) -> Joined:
    """Bring the rows of tables together.

    :param chosen: ``table/column`` -> field.
    """
    joined = Joined()
    known: dict[tuple[str, str], Bunch] = {}
    later: list[tuple[str, Line]] = []
    for number, table in enumerate(tables):
        columns = _columns(number, table, chosen)
        part = part_of(set(columns))
        for line in _lines(number, table, columns):
            if part == "pupils":
                _add(joined, known, line)
            elif part:
                later.append((part, line))
    for part, line in later:
        bunch = _bunch(joined, known, line)
        if bunch is None:
            joined.strays.append(line)
        else:
            (bunch.needs if part == "needs" else bunch.provision).append(line)
    return joined


def _columns(number: int, table: Table, chosen: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at in range(len(table.heads)):
        name = chosen.get(f"{number}/{at}", "")
        if name:
            found.setdefault(name, at)
    return found


def _lines(number: int, table: Table, columns: Mapping[str, int]) -> Iterator[Line]:
    for row, cells in table.rows():
        told = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        if table.from_1904:
            days = {name for name in told if fields()[name].kind == "day"}
            told |= {name: since_1900(told[name]) for name in days}
        if any(told.values()):
            yield Line(number, row, told, columns)


def _add(joined: Joined, known: dict[tuple[str, str], Bunch], line: Line) -> None:
    """Take a row as a new pupil, or as more of one who has the same number or is the same."""
    keys = _keys(line) or [("who", _who(line))]
    found = (known[key] for key in keys if key in known)
    # One number and two children: two schools count alike, or the list errs.
    bunch = next((one for one in found if _who(one.lines[0]) == _who(line)), None)
    if bunch is None:
        bunch = Bunch()
        joined.bunches.append(bunch)
    bunch.lines.append(line)
    for key in keys:
        if known.setdefault(key, bunch) is not bunch:
            joined.shared.add(key)


def _bunch(joined: Joined, known: Mapping[tuple[str, str], Bunch], line: Line) -> Bunch | None:
    """Return whose row of another table it is; a number that two children have says nothing."""
    found = [known[key] for key in _keys(line) if key in known and key not in joined.shared]
    return found[0] if found and all(one is found[0] for one in found) else None


def _keys(line: Line) -> list[tuple[str, str]]:
    return [(name, line.of(name).casefold()) for name in _KEYS if line.of(name)]


def _who(line: Line) -> str:
    names = ("surname", "forename", "full_name", "date_of_birth")
    return "\n".join(line.of(name).casefold() for name in names)
