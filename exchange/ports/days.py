"""Days on which nobody works, as the core asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """The bank holidays of England.

    :param until: the last day for which they are known; None: none are.
    """

    days: frozenset[date] = frozenset()
    until: date | None = None


class HolidayTable(Protocol):
    """Knows the bank holidays without asking anybody."""

    def england(self) -> BankHolidays:
        """Return those of England."""
