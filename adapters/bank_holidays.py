"""The bank holidays of England, from the list that comes with ``govuk-bank-holidays``.

Nothing is fetched: the list is as new as the installed package, and says how far it reaches. What
lies beyond counts as an ordinary day, and a clock that reaches that far says so.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from exchange.ports.days import BankHolidays


class PackagedHolidays:
    """exchange.ports.days.HolidayTable."""

    def england(self) -> BankHolidays:
        """Return those of England; the list is read when it is first asked for."""
        return self._england

    @cached_property
    def _england(self) -> BankHolidays:
        # Imported where it is needed: most commands count no days, and people wait for them.
        from govuk_bank_holidays.bank_holidays import BankHolidays as Packaged

        table: Any = Packaged(use_cached_holidays=True)
        days = frozenset(one["date"] for one in table.get_holidays(Packaged.ENGLAND_AND_WALES))
        # Whole years are published, and the last days of December are never all of them.
        return BankHolidays(days, date(max(days).year, 12, 31) if days else None)
