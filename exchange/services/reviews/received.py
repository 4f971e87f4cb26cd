"""A report of a review as an authority keeps it: an item of its own, sealed, with its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.clocks import clock, require_likely, transfer_year
from exchange.domain.feeder import Who
from exchange.errors import UsageError
from exchange.ports import Item
from exchange.services.arrival_card import who_plain, who_read
from exchange.services.reviews.model import Outcome, day_of
from exchange.services.reviews.timing import Timed, timed
from schemas.annual_review import Recommendation, ReviewKind
from schemas.strict_json import JsonValue

KIND = "review-report"
PHASES = {"6": "phase-transfer", "11": "post-16-transfer"}
"""Year group -> the clock of the plan that names the next school."""
NAMING = frozenset(PHASES.values())
OPEN, DECIDED, DONE = "open", "decided", "done"
REFUSED = "refused"
"""Sent back unread, though the plan is ours: the four weeks run from the meeting all the same."""


@dataclass(frozen=True, slots=True)
class Received:
    """A report that arrived.

    :param child: as the child is called.
    :param came: the day on which it reached the authority.
    :param outcome: what the authority decided; ``told``: when it told the family and the school.
    :param notice: when it sent its notice of amendments; ``final``: the amended plan.
    :param reasons: why, in words that the school reads; ``message_id``: the bundle in which it was
        told last, or empty.
    :param who: whom it is about as the report says; None in reports of older versions.
    """

    report_id: str
    sender: str
    bundle_id: str
    child: str
    surname: str
    kind: ReviewKind
    meeting: date
    came: date
    recommendation: Recommendation
    nc_year: str = ""
    outcome: Outcome | None = None
    told: date | None = None
    notice: date | None = None
    final: date | None = None
    reasons: str = ""
    message_id: str = ""
    who: Who | None = None
    state: str = OPEN
    version: int = 1

    @property
    def is_refused(self) -> bool:
        """Return whether it was sent back, and nothing was decided since."""
        return self.state == REFUSED

    def clocks(self, today: date) -> tuple[Timed, ...]:
        """Return the authority's clocks: its decision, and the final plan where it amends.

        In the last year of a phase also by when the plan must name the next school.

        None where the report's own day is none that the law knows: a sender's slip of the pen must
        not keep the list of all reports from being shown.
        """
        try:
            require_likely("review-decision", self.meeting, "/meeting")
        except UsageError:
            return ()
        found = [timed(clock("review-decision", self.meeting, met=self.told), today)]
        if self.outcome is Outcome.AMEND and self.notice is not None:
            amended = clock("review-amended", self.notice, also=self.meeting, met=self.final)
            found.append(timed(amended, today))
        phase = PHASES.get(self.nc_year)
        if phase is not None and self.outcome is not Outcome.END:
            # A plan that is kept needed no amending; one that is amended is done with the final.
            done = self.final if self.outcome is Outcome.AMEND else self.told
            moves = date(transfer_year(self.meeting), 9, 1)
            found.append(timed(clock(phase, moves, met=done), today))
        return tuple(found)


_DAYS = ("told", "notice", "final")


def report_item(made: Received, created: datetime, updated: datetime) -> Item:
    """Return what is kept of a report."""
    days: dict[str, JsonValue] = {}
    for name in _DAYS:
        day: date | None = getattr(made, name)
        days[name] = day.isoformat() if day else None
    content: dict[str, JsonValue] = {
        **days,
        "sender": made.sender,
        "bundle": made.bundle_id,
        "child": made.child,
        "surname": made.surname,
        "kind": made.kind.value,
        "meeting": made.meeting.isoformat(),
        "came": made.came.isoformat(),
        "recommendation": made.recommendation.value,
        "nc_year": made.nc_year,
        "outcome": made.outcome.value if made.outcome else None,
        "reasons": made.reasons,
        "message": made.message_id,
        "who": who_plain(made.who) if made.who else None,
    }
    return Item(KIND, made.report_id, made.state, content, created, updated, version=made.version)


def report_read(item: Item) -> Received:
    """Return the report that an item keeps."""
    told = item.content or {}
    who = told.get("who")
    return Received(
        report_id=item.item_id,
        sender=str(told["sender"]),
        bundle_id=str(told["bundle"]),
        child=str(told["child"]),
        surname=str(told["surname"]),
        kind=ReviewKind(str(told["kind"])),
        meeting=date.fromisoformat(str(told["meeting"])),
        came=date.fromisoformat(str(told["came"])),
        recommendation=Recommendation(str(told["recommendation"])),
        nc_year=str(told["nc_year"]),
        outcome=Outcome(str(told["outcome"])) if told.get("outcome") else None,
        told=day_of(told.get("told")),
        notice=day_of(told.get("notice")),
        final=day_of(told.get("final")),
        reasons=str(told.get("reasons", "")),
        message_id=str(told.get("message", "")),
        who=who_read(who) if isinstance(who, dict) else None,
        state=item.state,
        version=item.version,
    )
