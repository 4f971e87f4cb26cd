"""Who acts, and when: actors and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and in which role; both go into the audit book.

    :param name: a staff or machine name (``worker``, ``face``, a login); never a pupil's.
    :param role: ``senco``, ``dsl``, ``head``, ``sen-administrator``, ``machine`` ...
    """

    name: str
    role: str


class Clock(Protocol):
    """The only source of the present time."""

    def now(self) -> datetime:
        """Return the present instant, UTC, whole seconds."""
