"""A review as a school keeps it: an item of its own, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import cast

from exchange.ports import Item
from schemas.annual_review import InvitedAs, ReviewKind
from schemas.review_decision import Outcome
from schemas.strict_json import JsonValue

__all__ = [
    "KIND",
    "Guest",
    "Outcome",
    "Review",
    "ReviewState",
    "SentHow",
    "day_of",
    "is_over",
    "plain",
    "read",
]

KIND = "review"


class ReviewState(StrEnum):
    """Whether there is something left to do."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SentHow(StrEnum):
    """How the report went."""

    PACK = "pack"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is invited.

    :param asked: when they were invited and asked for advice or views.
    :param answered: when their advice or views came.
    :param came: to the meeting; None: not noted.
    :param member: id of the member of the family whose page tells them of it, or empty.
    :param advice: id of the request for advice by which they were invited, or empty.
    :param papers: when they were sent the papers; ``papers_by`` the request that brought them.
    """

    name: str
    invited_as: InvitedAs
    asked: date | None = None
    answered: date | None = None
    came: bool | None = None
    member: str = ""
    advice: str = ""
    papers: date | None = None
    papers_by: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One review.

    :param meeting: the day planned, and once it was held, the day on which it was.
    :param place: time and place, in words.
    :param held: whether the meeting took place; ``before`` the plan's last review until then.
    :param papers_out: when advice and information were sent round.
    :param documents: ids of the pupil's documents that were chosen to be sent round.
    :param report: the report as far as it is written: name of the field -> text.
    :param finished: when the report was finished; None: it is being written.
    :param report_document: id of the finished report among the pupil's documents; ``outdated``:
        the report was finished anew, and that document is of the edition before.
    :param sent: when it went to the authority; ``sent_how``, ``bundle_id`` of the pack.
    :param invitees_sent: when it went to everybody else who was invited.
    :param decided: when the authority told what it decided: ``outcome``.
    :param notice: when it sent its notice of amendments; ``final``: the amended plan.
    :param reasons: why, as the authority wrote; ``told_by`` the pack that brought it, made at
        ``told_at``; empty where a person entered the decision from a letter.
    """

    review_id: str
    pupil_id: str
    kind: ReviewKind
    created_at: datetime
    state: ReviewState = ReviewState.OPEN
    meeting: date | None = None
    place: str = ""
    held: bool = False
    before: date | None = None
    guests: tuple[Guest, ...] = ()
    papers_out: date | None = None
    documents: tuple[str, ...] = ()
    report: Mapping[str, str] = field(default_factory=dict, hash=False)
    finished: date | None = None
    report_document: str = ""
    outdated: bool = False
    sent: date | None = None
    sent_how: SentHow | None = None
    bundle_id: str = ""
    invitees_sent: date | None = None
    outcome: Outcome | None = None
    decided: date | None = None
    notice: date | None = None
    final: date | None = None
    reasons: str = ""
    told_by: str = ""
    told_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Return whether there is something left to do."""
        return self.state is ReviewState.OPEN


def is_over(outcome: Outcome, final: date | None) -> bool:
    """Return whether nothing is left to do once this was decided: an amended plan must come."""
    return outcome is not Outcome.AMEND or final is not None


_DAYS = (
    *("meeting", "before", "papers_out", "finished", "sent", "invitees_sent"),
    *("decided", "notice", "final"),
)


def plain(review: Review) -> dict[str, JsonValue]:
    """Return what is sealed of a review."""
    days: dict[str, JsonValue] = {}
    for name in _DAYS:
        day: date | None = getattr(review, name)
        days[name] = day.isoformat() if day else None
    return {
        **days,
        "pupil": review.pupil_id,
        "kind": review.kind.value,
        "place": review.place,
        "held": review.held,
        "guests": [_plain_guest(one) for one in review.guests],
        "documents": list(review.documents),
        "report": dict(review.report),
        "report_document": review.report_document,
        "outdated": review.outdated,
        "sent_how": review.sent_how.value if review.sent_how else None,
        "bundle": review.bundle_id,
        "outcome": review.outcome.value if review.outcome else None,
        "reasons": review.reasons,
        "told_by": review.told_by,
        "told_at": review.told_at.isoformat() if review.told_at else None,
    }


def _plain_guest(guest: Guest) -> dict[str, JsonValue]:
    return {
        "name": guest.name,
        "as": guest.invited_as.value,
        "asked": guest.asked.isoformat() if guest.asked else None,
        "answered": guest.answered.isoformat() if guest.answered else None,
        "came": guest.came,
        "member": guest.member,
        "advice": guest.advice,
        "papers": guest.papers.isoformat() if guest.papers else None,
        "papers_by": guest.papers_by,
    }


def read(item: Item) -> Review:
    """Return the review that an item keeps."""
    told = item.content or {}
    days = {name: day_of(told.get(name)) for name in _DAYS}
    report = told.get("report")
    return Review(
        review_id=item.item_id,
        pupil_id=str(told["pupil"]),
        kind=ReviewKind(str(told["kind"])),
        created_at=item.created_at,
        state=ReviewState(item.state),
        place=str(told.get("place", "")),
        held=told.get("held") is True,
        guests=tuple(_guest(one) for one in _dicts(told.get("guests"))),
        documents=_texts(told.get("documents")),
        report={k: str(v) for k, v in report.items()} if isinstance(report, dict) else {},
        report_document=str(told.get("report_document", "")),
        outdated=told.get("outdated") is True,
        sent_how=SentHow(str(told["sent_how"])) if told.get("sent_how") else None,
        bundle_id=str(told.get("bundle", "")),
        outcome=Outcome(str(told["outcome"])) if told.get("outcome") else None,
        reasons=str(told.get("reasons", "")),
        told_by=str(told.get("told_by", "")),
        told_at=_moment(told.get("told_at")),
        version=item.version,
        **days,
    )


def _guest(told: Mapping[str, JsonValue]) -> Guest:
    return Guest(
        name=str(told["name"]),
        invited_as=InvitedAs(str(told["as"])),
        asked=day_of(told.get("asked")),
        answered=day_of(told.get("answered")),
        came=cast("bool | None", told.get("came")),
        member=str(told.get("member", "")),
        advice=str(told.get("advice", "")),
        papers=day_of(told.get("papers")),
        papers_by=str(told.get("papers_by", "")),
    )


def day_of(value: JsonValue) -> date | None:
    """Return a day as it was kept, or None."""
    return date.fromisoformat(str(value)) if value else None


def _moment(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _dicts(value: JsonValue) -> list[Mapping[str, JsonValue]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
