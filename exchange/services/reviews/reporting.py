"""The report of a review: kept as it is written, finished as a record of the pupil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from exchange.errors import Conflict, UsageError, Wrapped
from exchange.ports import Actor
from exchange.services.edit_record import current_pupil, current_record
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_records
from exchange.services.reviews.inviting import with_days
from exchange.services.reviews.keeping import (
    change_review,
    enter,
    put_review,
    review_of,
    today_of,
)
from exchange.services.reviews.model import Review
from exchange.services.trust import organisation
from schemas.annual_review import AnnualReview, Invited, InvitedAs, Recommendation
from schemas.ehc import EhcPlan, EhcSectionName
from schemas.errors import SchemaError
from schemas.people import Person
from schemas.strict_json import JsonValue


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the report.

    :param code: of the field in the record (schemas.annual_review.AnnualReview).
    """

    code: str
    title: str
    hint: str = ""


QUESTIONS: tuple[Question, ...] = (
    Question("child_views", "What the child or young person says", "In their own words."),
    Question("family_views", "What the family says"),
    Question("progress", "Progress towards the outcomes", "Take each outcome of section E."),
    Question("advice", "What the advice says", "Who advised, and what follows from it."),
    Question("provision", "What was given, and whether it helps", "Section F, as it is given."),
    Question("health_and_care", "Health and social care"),
    Question("adulthood", "Preparing for adulthood", "From Year 9 on."),
    Question("next_placement", "The next school or college", "In the last year of a phase."),
    Question("changes", "What should change in the plan, and how"),
    Question("disagreements", "What was not agreed", "Who sees it how."),
)
RECOMMENDATIONS: tuple[tuple[Recommendation, str], ...] = (
    (Recommendation.KEEP, "Keep the plan as it is"),
    (Recommendation.AMEND, "Amend the plan"),
    (Recommendation.END, "End the plan"),
    (Recommendation.REASSESS, "Assess the needs again"),
)
ROLE = "author_role"
RECOMMENDED = "recommendation"
SECTIONS = "sections"
_WANTED = ("child_views", "family_views", "progress")


def save_report(
    inside: Inside,
    org_id: str,
    review_id: str,
    report: Mapping[str, str],
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Keep the report as far as it is written.

    :raises Conflict: ``item-changed``: somebody else wrote meanwhile; ``report-sent``;
        ``review-over``.
    """
    kept = {key: text.strip() for key, text in report.items() if text.strip()}

    def change(before: Review) -> Review:
        if before.sent is not None:
            raise Conflict("report-sent", "/report", "The report went already.")
        return replace(before, report=kept, finished=None)

    return change_review(
        inside, org_id, review_id, change, "review.written", actor, based_on=based_on
    )


def gaps(review: Review) -> tuple[str, ...]:
    """Return codes of fields that a report usually has and this one has not; they only warn."""
    return tuple(one for one in _WANTED if not review.report.get(one))


def finish_report(inside: Inside, org_id: str, review_id: str, actor: Actor) -> Review:
    """Finish the report: it becomes a record of the pupil, as it goes to the authority.

    :raises UsageError: ``meeting-not-held``, ``recommendation-missing``.
    :raises Wrapped: it breaks its schema: a text that is too long.
    """
    today = today_of(inside)
    with inside.store.unit(org_id) as unit:
        before = review_of(unit, review_id)
        pupil = current_pupil(unit, before.pupil_id)
        plan = current_record(unit, before.pupil_id, EhcPlan)
        record = record_of(
            with_days(unit, before),
            today,
            Person(
                name=actor.name,
                role=before.report.get(ROLE) or "SENCO",
                organisation=organisation(inside.directory(), org_id, inside.clock.now()).name,
            ),
            authority=plan.authority if plan else None,
            nc_year=pupil.nc_year,
        )
        try:
            keep_records(inside, unit, before.pupil_id, [record])
        except SchemaError as error:
            raise Wrapped.of(error) from None
        # Until the new edition is filed, that of before stands in its place, and must not go.
        finished = replace(before, finished=today, outdated=bool(before.report_document))
        made = put_review(inside, unit, finished, before)
        enter(unit, actor, "review.finished", made)
        unit.commit()
    return made


def record_of(
    review: Review,
    written: date,
    author: Person,
    *,
    authority: str | None = None,
    nc_year: str | None = None,
) -> AnnualReview:
    """Return the report as a record.

    :raises UsageError: ``meeting-not-held``, ``recommendation-missing``.
    """
    if not review.held or review.meeting is None:
        raise UsageError("meeting-not-held", "/meeting", "Note first that the meeting was held.")
    told = review.report
    if not told.get(RECOMMENDED):
        hint = "Say what the meeting recommends."
        raise UsageError("recommendation-missing", f"/{RECOMMENDED}", hint)
    texts: dict[str, Any] = {one.code: told.get(one.code) or None for one in QUESTIONS}
    return AnnualReview(
        subject=review.pupil_id,
        kind=review.kind,
        meeting=review.meeting,
        written=written,
        author=author,
        recommendation=Recommendation(told[RECOMMENDED]),
        authority=authority,
        nc_year=nc_year,
        invited=tuple(
            Invited(
                name=one.name,
                invited_as=one.invited_as,
                came=one.came,
                advice=one.answered is not None,
            )
            for one in review.guests
        ),
        sections=tuple(EhcSectionName(one) for one in told.get(SECTIONS, "").split()),
        **texts,
    )


_AS = {
    InvitedAs.CHILD: "Child or young person",
    InvitedAs.FAMILY: "Family",
    InvitedAs.SCHOOL: "School or college",
    InvitedAs.AUTHORITY: "Local authority",
    InvitedAs.HEALTH: "Health",
    InvitedAs.SOCIAL_CARE: "Social care",
    InvitedAs.OTHER: "Somebody else",
}


def as_whom(invited_as: InvitedAs) -> str:
    """Return in words as whom somebody was invited."""
    return _AS[invited_as]


def report_data(record: AnnualReview, name: str, school: str, made: str) -> dict[str, JsonValue]:
    """Return what the readable PDF is made from (exchange.ports.render, ``annual-review``)."""
    recommended = dict(RECOMMENDATIONS)[record.recommendation]
    sections: list[JsonValue] = [
        {"heading": one.title, "paragraphs": [text]}
        for one in QUESTIONS
        if (text := getattr(record, one.code))
    ]
    return {
        "school": school,
        "made": made,
        "name": name,
        "meeting": in_words(record.meeting),
        "written": in_words(record.written),
        "author": ", ".join(filter(None, (record.author.name, record.author.role))),
        "recommendation": recommended,
        "parts": ", ".join(one.value for one in record.sections),
        "people": [_person(one) for one in record.invited],
        "sections": sections,
    }


def _person(one: Invited) -> list[JsonValue]:
    came = {True: "Took part", False: "Did not take part", None: ""}[one.came]
    return [one.name, as_whom(one.invited_as), came, "Yes" if one.advice else ""]


def in_words(day: date) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}"
