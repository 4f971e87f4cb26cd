"""How a node stands, for who runs it: counts, dates and public keys; never a pupil's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from exchange.audit import NODE
from exchange.services.inside import Inside
from exchange.services.letters import post_of
from exchange.services.people.names import organisation_name
from exchange.services.people.standing import suspended

KEY_SOON = timedelta(days=90)
"""How long before its end a key is shown as one to replace."""
LITTLE_ROOM = 2 * 1024 * 1024 * 1024
"""Bytes of free disk below which a person should make room."""


@dataclass(frozen=True, slots=True)
class Key:
    """One public key of an organisation.

    :param standing: ``valid``, ``expired``, ``retired``, ``not-yet-valid``, ``compromised``.
    """

    use: str
    kind: str
    key_id: str
    standing: str
    since: datetime
    until: datetime

    def age_days(self, now: datetime) -> int:
        """Return how many days old it is; one that is not valid yet is none."""
        return max(0, (now - self.since).days)

    def ends_soon(self, now: datetime) -> bool:
        """Return whether somebody should make the next one."""
        return self.standing == "valid" and self.until - now < KEY_SOON


@dataclass(frozen=True, slots=True)
class Machine:
    """What of the machine a person should know.

    :param scanner: ``none``, ``answers`` or ``silent``.
    :param directory: ``ok``, ``directory-old``, or the code of why there is none to trust.
    """

    worker_runs: bool
    free: int
    size: int
    scanner: str
    directory: str
    directory_version: int
    directory_issued: datetime | None
    directory_expires: datetime | None

    @property
    def troubles(self) -> tuple[str, ...]:
        """Return the codes of what needs a person."""
        found = {
            "worker-stopped": not self.worker_runs,
            "disk-nearly-full": self.free < LITTLE_ROOM,
            "scanner-silent": self.scanner == "silent",
            "scanner-missing": self.scanner == "none",
            self.directory: self.directory != "ok",
        }
        return tuple(code for code, is_so in found.items() if is_so)


class EngineRoom(Protocol):
    """What wiring tells of keys, machine and settings."""

    def keys(self, org_id: str) -> Sequence[Key]:
        """Return every public key of an organisation, as its own entry has it.

        :raises exchange.errors.SettingsError: ``entry-missing``.
        """

    def machine(self) -> Machine:
        """Return how the machine stands now."""

    def settings(self) -> Sequence[tuple[str, str]]:
        """Return the settings as shown to who runs the node; no secret is among them."""


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """One organisation of the node, in numbers.

    :param held: arrivals that wait for a person; ``stuck``: packs that cannot leave.
    :param letters: that wait to be sent; ``dead_letters``: that were given up.
    """

    org_id: str
    name: str
    suspended: bool
    held: int
    stuck: int
    letters: int
    dead_letters: int


def organisation_states(inside: Inside) -> list[OrganisationState]:
    """Return every hosted organisation, by name."""
    with inside.store.reading(NODE) as unit:
        closed = suspended(unit)
    found = [_state(inside, org_id, org_id in closed) for org_id in inside.store.organisations()]
    return sorted(found, key=lambda one: (one.name.casefold(), one.org_id))


def _state(inside: Inside, org_id: str, is_suspended: bool) -> OrganisationState:
    with inside.store.reading(org_id) as unit:
        held = sum(one.attention is not None for one in unit.arrivals.outlines())
        stuck = unit.transfers.stuck()
    post = post_of(inside, org_id)
    return OrganisationState(
        org_id=org_id,
        name=organisation_name(inside, org_id) or org_id,
        suspended=is_suspended,
        held=held,
        stuck=stuck,
        letters=post.waiting,
        dead_letters=post.dead,
    )
