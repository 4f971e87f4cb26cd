"""Read an admissions list, as a school has it: a CSV file, or rows pasted from a spreadsheet.

Columns are found by their headings, in whatever order; without headings they are name, date of
birth, UPN, current school. Each row is read or told apart with codes that say what is wrong; a
code never holds a value. Pure: no I/O.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.domain.feeder import Who, fold
from exchange.errors import FormatError
from schemas.errors import IdentifierError
from schemas.identifiers import Upn

MOST_ROWS = 5_000
MOST_CHARACTERS = 1_000_000
_LONGEST_CELL = 200
_HEADINGS = {
    "surname": ("surname", "lastname", "familyname", "legalsurname", "childsurname"),
    "forename": ("forename", "firstname", "givenname", "legalforename", "childforename"),
    "known_as": ("knownas", "preferredforename", "preferredname", "preferredfirstname"),
    "name": ("name", "pupil", "pupilname", "child", "childname", "fullname", "student"),
    "born": ("dateofbirth", "dob", "birthdate", "birthday", "born"),
    "upn": ("upn", "uniquepupilnumber", "pupilnumber"),
    "school": (
        "currentschool",
        "school",
        "previousschool",
        "primaryschool",
        "primary",
        "feederschool",
        "lastschool",
    ),
    "starts": ("startdate", "starts", "admissiondate", "dateofadmission", "entrydate", "doa"),
    "group": ("tutorgroup", "form", "tutor", "registrationgroup", "reggroup", "regform", "class"),
}
_UNHEADED = ("name", "born", "upn", "school")
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y")
_SHORT = ("%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%d-%b-%y")


@dataclass(frozen=True, slots=True)
class ListedChild:
    """One row of the list.

    :param line: which line of the text, from 1.
    :param who: None where the row cannot be read.
    :param problems: codes: why not, or what else is wrong with the list.
    """

    line: int
    who: Who | None
    starts: date | None = None
    school: str = ""
    group: str = ""
    problems: tuple[str, ...] = ()


def read_list(text: str, today: date) -> tuple[ListedChild, ...]:
    """Return every row of the list that is not empty.

    :raises FormatError: ``list-empty``, ``list-too-long``, ``list-columns``: neither headings nor
        the order of columns tells where names and birthdays are.
    """
    if len(text) > MOST_CHARACTERS:
        raise FormatError("list-too-long", "/list", f"Use {MOST_ROWS:,} children at most.")
    rows = [(line, row) for line, row in _rows(text) if any(cell.strip() for cell in row)]
    if not rows:
        raise FormatError("list-empty", "/list", "Paste the list, or choose its file.")
    columns, rows = _columns(rows)
    if len(rows) > MOST_ROWS:
        raise FormatError("list-too-long", "/list", f"Use {MOST_ROWS:,} children at most.")
    return _without_doubles([_child(line, row, columns, today) for line, row in rows])


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    plain = text.lstrip("\ufeff").replace("\x00", "")
    first = next((line for line in plain.splitlines() if line.strip()), "")
    mark = max("\t,;|", key=first.count)
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=mark)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise FormatError("list-unreadable", "/list", "Save it as CSV and try again.") from None


_Rows = list[tuple[int, list[str]]]


def _columns(rows: _Rows) -> tuple[dict[str, int], _Rows]:
    heads = [fold(cell) for cell in rows[0][1]]
    found = {
        name: heads.index(known)
        for name, names in _HEADINGS.items()
        for known in names
        if known in heads
    }
    named = "name" in found or {"surname", "forename"} <= found.keys()
    if named and "born" in found:
        return found, rows[1:]
    if len(rows[0][1]) >= 2 and _day(rows[0][1][1]) is not None:
        return {name: place for place, name in enumerate(_UNHEADED)}, rows
    hint = "Give the columns headings: surname, forename, date of birth, UPN, current school."
    raise FormatError("list-columns", "/list", hint)


def _child(line: int, row: Sequence[str], columns: dict[str, int], today: date) -> ListedChild:
    told = {name: _cell(row, place) for name, place in columns.items()}
    problems = [f"{name}-too-long" for name, cell in told.items() if len(cell) > _LONGEST_CELL]
    surname, forename = _names(told)
    if not surname or not forename:
        problems.append("name-missing")
    born, problem = _birthday(told.get("born", ""), today)
    upn, upn_problem = _upn(told.get("upn", ""))
    starts = _day(told.get("starts", ""))
    if told.get("starts") and starts is None:
        problems.append("starts-unreadable")
    problems += [one for one in (problem, upn_problem) if one]
    who = None
    if born is not None and not problems:
        who = Who(surname, forename, born, upn, told.get("known_as", ""))
    group, school = told.get("group", ""), told.get("school", "")
    return ListedChild(line, who, starts, school, group, tuple(problems))


def _cell(row: Sequence[str], place: int) -> str:
    cell = row[place] if place < len(row) else ""
    return " ".join("".join(one if one.isprintable() else " " for one in cell).split())


def _names(told: dict[str, str]) -> tuple[str, str]:
    if told.get("surname") or told.get("forename"):
        return told.get("surname", ""), told.get("forename", "")
    whole = told.get("name", "")
    if "," in whole:
        surname, _, forename = whole.partition(",")
        return surname.strip(), forename.strip()
    forename, _, surname = whole.rpartition(" ")
    return surname.strip(), forename.strip()


def _birthday(text: str, today: date) -> tuple[date | None, str]:
    if not text:
        return None, "born-missing"
    born = _day(text)
    if born is None:
        return None, "born-unreadable"
    age = today.year - born.year
    return (born, "") if born < today and age <= 26 else (None, "born-unlikely")


def _upn(text: str) -> tuple[str, str]:
    plain = re.sub(r"[\s-]", "", text).upper()
    if not plain:
        return "", ""
    try:
        return str(Upn.parse(plain)), ""
    except IdentifierError:
        return "", "upn-invalid"


def _day(text: str) -> date | None:
    """Return a day as people and spreadsheets here write it: the day before the month."""
    plain = text.strip().removesuffix(" 00:00:00").removesuffix("T00:00:00").removesuffix(" 00:00")
    for form in _FORMS + _SHORT:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def _without_doubles(rows: Sequence[ListedChild]) -> tuple[ListedChild, ...]:
    """Refuse each row that another one repeats: which is right, a person must say."""
    upns = Counter(row.who.upn for row in rows if row.who and row.who.upn)
    people = Counter(_same(row.who) for row in rows if row.who)
    return tuple(_judged(row, upns, people) for row in rows)


def _judged(
    row: ListedChild, upns: Counter[str], people: Counter[tuple[str, str, date, str]]
) -> ListedChild:
    if row.who is None:
        return row
    if row.who.upn and upns[row.who.upn] > 1:
        return replace(row, who=None, problems=("upn-repeated",))
    if people[_same(row.who)] > 1:
        return replace(row, who=None, problems=("listed-twice",))
    return row


def _same(who: Who) -> tuple[str, str, date, str]:
    return fold(who.surname), fold(who.forename), who.date_of_birth, who.upn
