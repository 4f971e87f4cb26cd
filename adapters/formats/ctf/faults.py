"""What is wrong with a pupil of a transfer file: where it stands, and what to do about it."""

from __future__ import annotations

from typing import Final

from adapters.formats.ctf.layout import PUPIL_TAG, PUPILS_TAG
from exchange.errors import FormatError

HINTS: Final = {
    "upn-missing": "Give the UPN, or the reason for having none.",
    "upn-form": "Compare the UPN with the pupil's record; it has 13 characters.",
    "upn-check-letter": "Compare the UPN with the pupil's record; a character is wrong.",
    "upn-la-unknown": "Compare the UPN with the pupil's record; no council has that number.",
    "upn-repeated": "Two pupils of the file have one UPN: find out whose it is.",
    "date-missing": "Fill in the date in the school's system and export again.",
    "date-invalid": "Correct the date in the school's system (year-month-day) and export again.",
    "field-missing": "Fill in the field in the school's system and export again.",
    "field-invalid": "Correct the field in the school's system and export again.",
    "field-repeated": "The field is there twice: correct the file and import it again.",
    "provision-outdated": "Record the pupil's SEN provision of today and export again.",
    "provision-later": (
        "Every SEN provision begins more than a year from now: correct the day, or record"
        " today's, and export again."
    ),
}


def pupil_path(position: int) -> str:
    """Return the path of a pupil in the file, counted from 1."""
    return f"/{PUPILS_TAG}/{PUPIL_TAG}[{position}]"


def refused(code: str, path: str) -> FormatError:
    """Return the error for a field."""
    return FormatError(code, path, HINTS[code])
