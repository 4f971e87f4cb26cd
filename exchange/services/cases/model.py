"""What is kept of a case: one request for an EHC needs assessment, as a local authority works it.

A case is an item (kind ``case``). Dates, names, reasons and notes are sealed; clear are its state,
its organisations and the ids of the packs that belong to it. Who changed what is in the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from exchange.domain.feeder import Who
from exchange.services.cases.again import Reassessment

KIND = "case"


class CaseState(StrEnum):
    """Where a case stands."""

    HELD = "held"
    """A check failed: a person decides. The date stands meanwhile."""
    OPEN = "open"
    """To decide: whether to assess."""
    ASSESSING = "assessing"
    """Advice is being sought."""
    DECIDING_PLAN = "deciding-plan"
    """To decide: whether to issue a plan."""
    DRAFTING = "drafting"
    """A plan is being drafted, and comments are awaited."""
    FINAL = "final"
    """The final plan was issued."""
    REASSESSING = "reassessing"
    """A reassessment was asked for, or is under way; the plan stands meanwhile."""
    CLOSED = "closed"
    NOT_OURS = "not-ours"
    """Not a child of this authority's area. The date is kept."""


OVER = frozenset({CaseState.FINAL, CaseState.CLOSED, CaseState.NOT_OURS})
"""States in which nothing is awaited of the authority but what a refusal brings (an appeal), once
the family was told of it (:attr:`Case.is_over`)."""


class Source(StrEnum):
    """Who asked (Children and Families Act 2014 s.36(1); the others bring a child to attention)."""

    SCHOOL = "school"
    PARENT = "parent"
    YOUNG_PERSON = "young-person"
    HEALTH = "health"
    SOCIAL_CARE = "social-care"
    OTHER = "other"


class Event(StrEnum):
    """A day that a clock starts from or is met by."""

    ASSESS_TOLD = "assess-told"
    """The parent or young person was told whether there will be an assessment (reg 5(1))."""
    PLAN_TOLD = "plan-told"
    """They were told whether there will be a plan (reg 10)."""
    ADVICE_COMPLETE = "advice-complete"
    """All advice that will come is in: to decide whether to issue a plan."""
    DRAFT_SERVED = "draft-served"
    COMMENTS_BACK = "comments-back"
    SCHOOL_CONSULTED = "school-consulted"
    SCHOOL_ANSWERED = "school-answered"
    FINAL_ISSUED = "final-issued"
    MEDIATION_CERTIFICATE = "mediation-certificate"
    APPEALED = "appealed"
    NEXT_NAMED = "next-named"
    """The plan names the school or college of the next phase (reg 18)."""
    NO_MOVE = "no-move"
    """Somebody said that the child does not change phase in that school year."""
    CLOSED = "closed"


_TIME = len("00000000-0000")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that belongs to a case.

    :param reached: the London day on which its bytes were here.
    :param held: the code of the check that failed, or empty.
    """

    sender: str
    bundle_id: str
    reached: date
    held: str = ""


def in_order(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Return packs oldest first; those made in one second stay in the order in which they came.

    A pack's id begins with the time at which it was made (RFC 9562, 5.7); what follows is chance.
    """
    return tuple(sorted(packs, key=lambda one: (one.reached, one.bundle_id[:_TIME])))


@dataclass(frozen=True, slots=True)
class ClockException:
    """Why a clock may run over, as a person recorded it; nothing pauses a clock by itself.

    :param clock: code of the rule; ``body`` names whose advice is late, where it is that clock.
    :param ground: code of the regulation's ground (``exceptions_for`` of domain.clocks).
    """

    clock: str
    ground: str
    reason: str
    evidence: str
    by: str
    on: date
    body: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided.

    :param what: ``assess`` or ``plan``.
    :param told: the day on which the parent or young person was told in writing.
    :param panel: id of the panel's sitting, or empty.
    :param message_id: the bundle in which the school was told, or empty.
    """

    what: str
    yes: bool
    decided: date
    reasons: str
    told: date | None = None
    by: str = ""
    panel: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """Whether one of the three finds existing advice sufficient, as a person noted it."""

    yes: bool
    who: str
    on: date
    noted_by: str


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Whether advice that exists is enough (SEND Regulations 2014, reg 6(4)).

    :param advice: which advice: a code of the set ``ehc-advice``.
    :param document_id: which document it is, or empty.
    """

    advice: str
    title: str
    document_id: str = ""
    provider: Word | None = None
    authority: Word | None = None
    parent: Word | None = None

    @property
    def is_agreed(self) -> bool:
        """Return whether all three said yes: only then must the authority not ask again."""
        said = (self.provider, self.authority, self.parent)
        return all(one is not None and one.yes for one in said)


@dataclass(frozen=True, slots=True)
class Note:
    """What a caseworker wrote down."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Placing:
    """A person said whose case it is, and its papers are being taken into that child's record.

    :param pupil_id: whose it was said to be; a fresh id for a child who is new here.
    """

    pupil_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    :param pupil_id: whose it is in our own records; None until a person said so.
    :param transfer_id: the first pack's bundle id; None where the request came another way.
    :param school_org: the organisation that sent it, or None; ``school_name`` as people call it.
    :param reference: short, made by us; says nothing of the child.
    :param reached: the London day on which the request first reached us. Nothing moves it but a
        person who decides about a held request.
    :param packs: the first and what updates it, oldest first.
    :param who: whom it is about as the request says; None while it cannot be opened.
    :param caseworker: account id, or empty; ``caseworker_name`` as others call the person.
    :param told_held: when the sender was told that a check failed, or None.
    :param withdrawn: the day on which an edition came that takes the request back; a person closes.
    :param pupil_apart: pupils of ours of whom a person said: this is another child.
    :param placing: what is being taken in just now, so that no second answer is taken beside it.
    :param advice_had: the day on which a body had a request for advice, by the request's id, as a
        person entered it: a letter, a visit, a telephone call.
    :param is_none: it is no request of its own: none at all, or joined to another case. It counts
        in no return.
    :param reassessments: of its plan, oldest first; the last alone may be under way.
    """

    case_id: str
    state: CaseState
    source: Source
    reference: str
    reached: date
    reached_at: datetime
    created_at: datetime
    updated_at: datetime
    pupil_id: str | None = None
    transfer_id: str | None = None
    school_org: str | None = None
    school_name: str = ""
    packs: tuple[Pack, ...] = ()
    who: Who | None = None
    name: str = ""
    nc_year: str = ""
    caseworker: str = ""
    caseworker_name: str = ""
    told_held: datetime | None = None
    withdrawn: date | None = None
    events: Mapping[str, date] = field(default_factory=dict, hash=False)
    exceptions: tuple[ClockException, ...] = ()
    decisions: tuple[Decision, ...] = ()
    sufficiency: tuple[Sufficiency, ...] = ()
    notes: tuple[Note, ...] = ()
    pupil_apart: tuple[str, ...] = ()
    placing: Placing | None = None
    advice_had: Mapping[str, date] = field(default_factory=dict, hash=False)
    is_none: bool = False
    reassessments: tuple[Reassessment, ...] = ()
    version: int = 1

    @property
    def held(self) -> str:
        """Return the code of the check that failed, or an empty text."""
        return next((one.held for one in self.packs if one.held), "")

    @property
    def is_untold(self) -> bool:
        """Return whether a refusal closed it and nobody noted that the family was told.

        Its clock runs until they are told in writing, not until it is decided.
        """
        if self.state is not CaseState.CLOSED or Event.CLOSED.value in self.events:
            return False
        latest = (self.decided(one.what) for one in self.decisions)
        return any(one is not None and one.told is None for one in latest)

    @property
    def is_over(self) -> bool:
        """Return whether nothing is awaited of the authority but what a refusal brings."""
        return self.state in OVER and not self.is_untold

    @property
    def reassessment(self) -> Reassessment | None:
        """Return the reassessment that is under way, or None."""
        last = self.reassessments[-1] if self.reassessments else None
        return last if self.state is CaseState.REASSESSING else None

    def decided(self, what: str) -> Decision | None:
        """Return the latest decision of a kind, or None."""
        return next((one for one in reversed(self.decisions) if one.what == what), None)
