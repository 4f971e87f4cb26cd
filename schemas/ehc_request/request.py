"""The request itself: who asks whom, on what day, in which edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.ehc_request.costs import Costs, CostsSchema
from schemas.ehc_request.evidence import (
    AdviceThere,
    AdviceThereSchema,
    Answer,
    AnswerSchema,
    CycleSummary,
    CycleSummarySchema,
    PointEvidence,
    PointEvidenceSchema,
)
from schemas.ehc_request.people import (
    Consent,
    ConsentSchema,
    Declaration,
    DeclarationSchema,
    Professional,
    ProfessionalSchema,
    View,
    ViewSchema,
)
from schemas.fields import Choice, Day, Flag, Items, Whole
from schemas.parts import FieldPath, Nested, Rule
from schemas.texts import Kebab, Prose, Uuid


class Requester(StrEnum):
    """Who asks: s.36(1) names the parent, the young person and a person acting for the school."""

    SCHOOL = "school"
    PARENT = "parent"
    YOUNG_PERSON = "young-person"


class RequestStatus(StrEnum):
    """What this edition of the request is.

    An update adds to a request that was made; a withdrawal takes it back. Neither moves the day
    on which the request reached the authority.
    """

    MADE = "made"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EhcRequest(SubjectRecord):
    """A request for an EHC needs assessment.

    :ivar request: the same in every edition of one request.
    :ivar edition: counts editions, from 1.
    :ivar authority: the LA asked, three digits.
    :ivar source: RequestSource of SEN2.
    :ivar youth_accommodation: RYA of SEN2: in relevant youth accommodation.
    :ivar submitted: the day on which the school sent it; the clock runs from its arrival.
    :ivar needs_reason: why the child has or may have SEN, s.36(8)(a).
    :ivar plan_reason: why provision through a plan may be necessary, s.36(8)(b).
    :ivar profile: the profile of the authority's wishes that it was prepared with.
    :ivar added: ids of files that are new in this edition.
    """

    schema: str = "sen.ehc-request/1.0"
    request: str
    edition: int = 1
    status: RequestStatus = RequestStatus.MADE
    authority: str
    requested_by: Requester
    source: str
    submitted: date
    needs_reason: str | None = None
    plan_reason: str | None = None
    youth_accommodation: bool | None = None
    evidence: tuple[PointEvidence, ...] = ()
    advice: tuple[AdviceThere, ...] = ()
    cycles: tuple[CycleSummary, ...] = ()
    costs: Costs | None = None
    views: tuple[View, ...] = ()
    consents: tuple[Consent, ...] = ()
    professionals: tuple[Professional, ...] = ()
    answers: tuple[Answer, ...] = ()
    profile: str | None = None
    profile_version: date | None = None
    added: tuple[str, ...] = ()
    withdrawn_because: str | None = None
    declared: Declaration


_SOURCES = {Requester.SCHOOL: "2", Requester.PARENT: "1", Requester.YOUNG_PERSON: "1"}


def source_of(requester: Requester) -> str:
    """Return SEN2's RequestSource for who asks."""
    return _SOURCES[requester]


def _points_differ(made: EhcRequest) -> Iterator[FieldPath]:
    seen: set[str] = set()
    for index, each in enumerate(made.evidence):
        if each.point in seen:
            yield ("evidence", index, "point")
        seen.add(each.point)


def _cycles_differ(made: EhcRequest) -> Iterator[FieldPath]:
    seen: set[int] = set()
    for index, each in enumerate(made.cycles):
        if each.number in seen:
            yield ("cycles", index, "number")
        seen.add(each.number)


def _source_fits(made: EhcRequest) -> Iterator[FieldPath]:
    if made.source != _SOURCES[made.requested_by]:
        yield ("source",)


def _withdrawn_says_why(made: EhcRequest) -> Iterator[FieldPath]:
    withdrawn = made.status is RequestStatus.WITHDRAWN
    if withdrawn is not (made.withdrawn_because is not None):
        yield ("withdrawn_because",)


def _first_edition_is_made(made: EhcRequest) -> Iterator[FieldPath]:
    if (made.edition == 1) is not (made.status is RequestStatus.MADE):
        yield ("status",)


class EhcRequestSchema(SubjectSchema):
    """Loads :class:`EhcRequest`."""

    SCHEMA_ID = "sen.ehc-request/1.0"
    MAKES = EhcRequest
    RULES = (
        Rule("point-repeated", "no point of evidence twice", _points_differ),
        Rule("number-repeated", "no two cycles with one number", _cycles_differ),
        Rule("source-kind", "1 for parent and young person, 2 for a school", _source_fits),
        Rule("edition-status", "edition 1 is made, later ones are not", _first_edition_is_made),
        Rule("withdrawn-why", "a reason for a withdrawal alone", _withdrawn_says_why),
    )

    request = Uuid("The request's id, the same in every edition.")
    edition = Whole("Counts editions, from 1.", least=1, most=1_000, required=False)
    status = Choice(RequestStatus, "What this edition is.", required=False)
    authority = Code("la", "The LA asked.", history=True)
    requested_by = Choice(Requester, "Who asks.")
    source = Code("request-source", "RequestSource of SEN2.")
    submitted = Day("When the school sent it.")
    needs_reason = Prose("Why the child has or may have SEN.", required=False)
    plan_reason = Prose("Why a plan may be necessary.", required=False)
    youth_accommodation = Flag("In relevant youth accommodation.", required=False)
    evidence = Items(
        Nested[PointEvidence](PointEvidenceSchema), "Code 9.14, by point.", most=20, required=False
    )
    advice = Items(
        Nested[AdviceThere](AdviceThereSchema), "Advice that exists.", most=200, required=False
    )
    cycles = Items(
        Nested[CycleSummary](CycleSummarySchema), "Rounds so far.", most=100, required=False
    )
    costs = Nested[Costs](CostsSchema, "The costed provision map.", required=False)
    views = Items(Nested[View](ViewSchema), "Family and pupil.", most=20, required=False)
    consents = Items(Nested[Consent](ConsentSchema), "Who agreed to what.", most=50, required=False)
    professionals = Items(
        Nested[Professional](ProfessionalSchema), "Whom to ask.", most=50, required=False
    )
    answers = Items(Nested[Answer](AnswerSchema), "The LA's questions.", most=50, required=False)
    profile = Kebab("The LA profile.", required=False)
    profile_version = Day("The profile's version.", required=False)
    added = Items(Uuid(), "New in this edition.", most=200, unique=True, required=False)
    withdrawn_because = Prose("Why it is taken back.", most=4_000, required=False)
    declared = Nested[Declaration](DeclarationSchema, "Who makes the request.")
