"""What the boards keep of a pupil's EHC plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.readiness import provision_of
from schemas.base import Record
from schemas.ehc import EhcPlan, EhcStatus


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """What of an EHC plan its reviews are counted by; whether it names the next school."""

    issued: date | None
    last_review: date | None
    names_school: bool = False


def plan_of(records: Sequence[Record]) -> HeldPlan | None:
    """Return what is known of the pupil's EHC plan; None: there is none, or it has ended."""
    found = next((one for one in records if isinstance(one, EhcPlan)), None)
    if found is None:
        return HeldPlan(None, None) if provision_of(records) == "E" else None
    plan = HeldPlan(found.issued, found.last_review, found.names_school is not None)
    return None if found.status is EhcStatus.CEASED else plan
