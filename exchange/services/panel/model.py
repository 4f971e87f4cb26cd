"""Meetings of a panel, what it advised, and the packs that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
ACCESS_DAYS = 7
"""For how long after a meeting its members may still read, where nobody chose otherwise."""
LONGEST_ACCESS = 28


class Outcome(StrEnum):
    """What a panel advised."""

    AGREE = "agree"
    NOT = "not"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of one meeting.

    :param removed: when the person was taken off; from then on nothing is open to them.
    """

    account_id: str
    name: str
    added: datetime
    removed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Advised:
    """What a panel advised on one case.

    :param what: ``assess`` or ``plan``.
    :param present: names of the members who took part.
    :param by: who wrote it down.
    """

    outcome: Outcome
    what: str
    on: date
    reasons: str
    conditions: str
    present: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OnAgenda:
    """One case of a meeting."""

    case_id: str
    advised: Advised | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting.

    :param access_days: for how many days after it its members may read.
    :param circulated: when the papers were circulated; before that, members see nothing.
    """

    meeting_id: str
    on: date
    access_days: int
    members: tuple[Member, ...]
    agenda: tuple[OnAgenda, ...]
    created_at: datetime
    updated_at: datetime
    circulated: datetime | None = None
    cancelled: bool = False
    version: int = 1

    @property
    def name(self) -> str:
        """Return by what the decisions of its cases name it."""
        return f"Panel of {self.on.day} {self.on:%B %Y}"

    @property
    def sitting(self) -> tuple[Member, ...]:
        """Return the members who were not taken off."""
        return tuple(one for one in self.members if one.removed is None)

    @property
    def last_day(self) -> date:
        """Return the last day on which its members may read."""
        return self.on + timedelta(days=self.access_days)

    @property
    def ends(self) -> datetime:
        """Return when their access ends: midnight in London after the last day."""
        return datetime.combine(self.last_day + timedelta(days=1), time(), LONDON)

    def is_open_to(self, account_id: str, now: datetime) -> bool:
        """Return whether somebody may read its packs at an instant."""
        sits = any(one.account_id == account_id for one in self.sitting)
        return sits and self.circulated is not None and not self.cancelled and now < self.ends

    def case(self, case_id: str) -> OnAgenda | None:
        """Return a case of its list, or None."""
        return next((one for one in self.agenda if one.case_id == case_id), None)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a paper is in a pack (exchange.ports.papers.IndexLine), and which document it is.

    :param document_id: for the request itself, which is a record, the slot of it.
    """

    document_id: str
    number: int
    title: str
    first_page: int
    pages: int
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class PanelPack:
    """A pack of one case.

    :param state: ``waiting``, ``making``, ``ready``, ``failed``, or ``gone``: a newer one took
        its place.
    :param documents: ids of the papers that were chosen, in their order.
    :param question: what the panel is asked: ``assess`` or ``plan``.
    :param left_out: chosen papers that were marked or removed before it was made.
    :param told_of: slots of the records that its request and its summary tell of.
    :param blob: where it lies, sealed; empty until it is ready.
    :param code: why it failed, or empty.
    """

    pack_id: str
    case_id: str
    state: str
    documents: tuple[str, ...]
    question: str
    note: str
    ordered_by: str
    ordered_at: datetime
    updated_at: datetime
    left_out: tuple[str, ...] = ()
    told_of: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    blob: str = ""
    size: int = 0
    pages: int = 0
    code: str = ""
    attempts: int = 0
    version: int = 1

    @property
    def is_ready(self) -> bool:
        """Return whether it can be read."""
        return self.state == "ready"

    @property
    def is_coming(self) -> bool:
        """Return whether it is still to be made."""
        return self.state in ("waiting", "making")
