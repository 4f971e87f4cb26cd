"""What a register entry tells of the SEN provision of a day, and which one begins after it.

An entry of which nothing holds yet (a school agreed in July what begins in September) names the
provision that comes, and its first day; what follows the one of today stands in the history.
Pure: no I/O, and whoever asks says what day it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.sen import SenRegister

MOST_AHEAD: Final = timedelta(days=366)
"""A first day that is further ahead than a school year is taken for a mistyped one."""


@dataclass(frozen=True, slots=True)
class ProvisionStanding:
    """The provision of a day and the next one, as codes.

    :ivar now: empty: what is told only begins later.
    :ivar coming: empty: nothing is told of another one; ``begins``: its first day.
    """

    now: str
    coming: str = ""
    begins: date | None = None

    def words(self, label: Callable[[str], str]) -> str:
        """Return it as a person reads it: ``No SEN; SEN support begins on 1 September 2026``."""
        if self.begins is None:
            return label(self.now)
        then = f"{label(self.coming)} begins on {self.begins.day} {self.begins:%B %Y}"
        return f"{label(self.now)}; {then}" if self.now else then


def provision_standing(register: SenRegister, today: date) -> ProvisionStanding:
    """Return what an entry tells of a day."""
    now, since = register.provision, register.provision_starts
    if since is not None and since > today:
        return ProvisionStanding("", now, since)
    coming = [
        (one.starts, one.provision)
        for one in register.provision_history
        if one.starts and today < one.starts <= today + MOST_AHEAD and one.provision != now
    ]
    if not coming:
        return ProvisionStanding(now)
    begins, then = min(coming)
    return ProvisionStanding(now, then, begins)
