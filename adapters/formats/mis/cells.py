"""The cells of one pupil's rows: read one by one, and what is wrong with them, and where."""

from __future__ import annotations

import re
from typing import Final

from adapters.formats.csv_export import unguarded
from adapters.formats.mis.catalogue import fields, folded_word
from adapters.formats.mis.days import to_day
from adapters.formats.mis.joining import Bunch, Line
from adapters.formats.mis.meanings import code_of
from exchange.errors import FormatError
from exchange.ports.imports import Plan

HINTS: Final = {
    "name-missing": "Give surname and forename.",
    "date-missing": "Give the date of birth.",
    "date-invalid": "Write the date as day, month and year.",
    "sex-missing": "Give the sex as recorded.",
    "field-invalid": "Correct the cell.",
    "word-unknown": "Say what the word means, or leave the column out.",
    "cell-formula": "The cell holds a formula. Copy the column and paste it as values.",
    "upn-missing": "Give the UPN, or the reason for having none.",
    "upn-form": "Compare the UPN with the pupil's record; it has 13 characters.",
    "upn-check-letter": "Compare the UPN with the pupil's record; a character is wrong.",
    "upn-la-unknown": "Compare the UPN with the pupil's record; no council has that number.",
    "upn-repeated": "Two pupils of the list have one UPN: find out whose it is.",
    "provision-outdated": "Record the pupil's SEN provision of today and export again.",
    "provision-later": (
        "Every SEN provision begins more than a year from now: correct the day, or record"
        " today's, and export again."
    ),
    "provision-unknown": "The list names needs and no SEN provision: they are left out.",
    "row-without-pupil": "No pupil of the list has this row's number.",
    "needs-too-many": "The list names more needs than a register entry holds.",
}
VITAL: Final = frozenset({"surname", "forename", "full_name", "date_of_birth", "sex", "upn"})
"""Without these, or with a wrong one, the pupil is not taken."""


def error(code: str, path: str) -> FormatError:
    """Return the error for a cell or a row."""
    return FormatError(code, path, HINTS.get(code, HINTS["field-invalid"]))


class Cells:
    """The cells of one pupil.

    :ivar errors: why the pupil is not taken; ``remarks``: what was left out.
    """

    def __init__(self, bunch: Bunch, plan: Plan) -> None:
        self.bunch, self.plan = bunch, plan
        self.line = bunch.lines[0]
        self.errors: list[FormatError] = []
        self.remarks: list[tuple[str, str]] = []

    def refuse(self, code: str, name: str) -> None:
        """Say why the pupil is not taken."""
        self.errors.append(error(code, self.line.path(name)))

    def note(self, code: str, name: str, line: Line | None = None) -> None:
        """Say that a cell cannot be read: for what is vital that refuses the pupil."""
        path = (line or self.line).path(name)
        if name in VITAL:
            self.errors.append(error(code, path))
        else:
            self.remarks.append((code, path))

    def text(self, name: str) -> str:
        """Return a cell as text; a formula is no name."""
        plain = " ".join(unguarded(self.line.of(name)).split())
        if plain.startswith("="):
            self.note("cell-formula", name)
            return ""
        return plain

    def compact(self, name: str) -> str:
        """Return a number without gaps, in capitals."""
        return re.sub(r"[\s-]", "", self.line.of(name)).upper()

    def code(self, line: Line, name: str) -> str:
        """Return the code that a cell's word stands for, or nothing."""
        word = line.of(name)
        return self.word(line, name, word) if word else ""

    def word(self, line: Line, name: str, word: str) -> str:
        """Return the code of a word; empty where it is to be left out, or nobody knows it."""
        found = code_of(name, word)
        if found is not None:
            return found
        said = self.plan.words.get(f"{fields()[name].codes}/{folded_word(word)}")
        if said is None:
            code = "cell-formula" if word.startswith("=") else "word-unknown"
            self.note(code, name, line)
        return said or ""

    def day(self, line: Line, name: str) -> str:
        """Return a day as ISO writes it, or nothing."""
        text = line.of(name)
        if not text:
            return ""
        order = self.plan.orders.get(f"{line.table}/{line.columns.get(name)}", "dmy")
        day = to_day(text, order)
        if day is None:
            self.note("cell-formula" if text.startswith("=") else "date-invalid", name, line)
        return day.isoformat() if day else ""
