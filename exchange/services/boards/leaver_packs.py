"""What went out for a leaver: packs, those of a second school, and copies given by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.transfer import State
from exchange.ports import Glance, StoredPupil, UnitOfWork
from exchange.services.elsewhere import elsewhere
from exchange.services.given_by_hand import Given
from exchange.services.second_registration import SecondRegistration

LEFT_OUT = frozenset({State.RECALLED, State.DESTROYED})


@dataclass(frozen=True, slots=True)
class PackState:
    """The newest pack of a pupil, as the board shows it; None of it of a protected move."""

    bundle_id: str
    state: State
    recipient: str
    transport: str
    at: datetime
    attention: str | None
    is_update: bool


@dataclass(frozen=True, slots=True)
class SecondSchool:
    """The second school of a pupil who is registered at two, and the newest pack that went there.

    :param destination: organisation id.
    """

    destination: str
    pack: PackState | None


@dataclass(frozen=True, slots=True)
class Packs:
    """What is clear of a pupil's packs, second registrations, also ended ones, and copies given."""

    packs: Sequence[Glance]
    seconds: Sequence[SecondRegistration]
    given: Sequence[Given] = ()

    def newest(self) -> PackState | None:
        """Return the newest pack for the pupil's own destination."""
        elsewhere = {bundle_id for one in self.seconds for bundle_id in one.packs}
        return _newest([one for one in self.packs if one.bundle_id not in elsewhere])

    def second_school(self) -> SecondSchool | None:
        """Return the second school and the newest pack that went there."""
        now = next((one for one in self.seconds if one.current), None)
        if now is None:
            return None
        newest = _newest([one for one in self.packs if one.bundle_id in now.packs])
        return SecondSchool(now.destination.org_id, newest)


def _newest(packs: Sequence[Glance]) -> PackState | None:
    """Return the newest transfer pack; one that was recalled counts only where it is the last."""
    mine = [one for one in packs if one.kind == "transfer"]
    live = [one for one in mine if one.state not in LEFT_OUT] or mine[-1:]
    if not live:
        return None
    one = live[-1]
    return PackState(
        bundle_id=one.bundle_id,
        state=one.state,
        recipient=one.recipient,
        transport=one.transport,
        at=one.updated_at,
        attention=one.attention,
        is_update=one.supersedes is not None,
    )


def given_there(unit: UnitOfWork, stored: StoredPupil, given: Sequence[Given]) -> date | None:
    """Return the day on which a copy was last given at the place that the pupil goes to now."""
    if not given or stored.destination is not None:
        return None
    to = elsewhere(unit, stored.pupil_id)
    days = [one.day for one in given if to is not None and one.to == to.org_id]
    return days[-1] if days else None
