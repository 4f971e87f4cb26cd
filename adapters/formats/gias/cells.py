"""Single cells: cleaned of what does not print, then read as dates, numbers and codes."""

from __future__ import annotations

import re
from datetime import date

LONGEST = 250
_BLANK = re.compile(r"\s+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})(?: 00:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_NOTHING = frozenset(
    {"", "not applicable", "not recorded", "not collected", "none", "n/a", "null", "does not apply"}
)


def clean(cell: str) -> str:
    """Return a cell without control and invisible characters, its spaces single."""
    if not cell:
        return cell
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()
    kept = "".join(one if one.isprintable() else " " for one in _BLANK.sub(" ", cell))
    return _BLANK.sub(" ", kept).strip()


def is_text(cell: str) -> bool:
    """Return whether a cleaned cell is text of a sensible length without undecodable bytes."""
    return 0 < len(cell) <= LONGEST and "\ufffd" not in cell


def said(cell: str) -> str:
    """Return a cleaned cell, or nothing where it only says that there is nothing."""
    text = clean(cell)
    return text if text and text.casefold() not in _NOTHING else ""


def digits(cell: str, width: int) -> str | None:
    """Return a number padded with zeros to its width; None where it is no such number."""
    text = clean(cell)
    padded = text.zfill(width)
    return padded if text.isascii() and text.isdigit() and len(padded) == width else None


def day(cell: str) -> date | None:
    """Return a date: ``dd-mm-yyyy`` as published; ``/`` and ``yyyy-mm-dd`` as saved again.

    :raises ValueError: it is no date; without the value.
    """
    text = clean(cell)
    if not text:
        return None
    if match := _DAY_FIRST.fullmatch(text):
        year, month, number = match[3], match[2], match[1]
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, number = match[1], match[2], match[3]
    else:
        raise ValueError("no date")
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise ValueError("no date") from None


def postcode(cell: str) -> str | None:
    """Return a postcode with its one space, nothing for an empty cell, None for anything else."""
    text = clean(cell).upper().replace(" ", "")
    if not text:
        return ""
    match = _POSTCODE.fullmatch(text)
    return f"{match[1]} {match[2]}" if match else None
