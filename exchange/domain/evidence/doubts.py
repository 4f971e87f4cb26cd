"""What is worth a look before a request goes; it stops nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from exchange.domain.evidence.model import Doubt, Point
from exchange.domain.la_profiles import LaProfile
from schemas.ehc_request import ConsentTo, EhcRequest, Voice


def doubts(
    points: Iterable[Point],
    wants: Iterable[Point],
    request: EhcRequest,
    profile: LaProfile,
    types: Collection[str] = (),
) -> Iterator[Doubt]:
    """Yield every doubt: about the points, then what the profile wants, then the rest.

    :param types: of the documents that go: views may stand in one of them.
    """
    yield from _about_points(points)
    yield from _about_wants(wants)
    yield from _about_request(request, profile, types)


def _about_points(points: Iterable[Point]) -> Iterator[Doubt]:
    for one in points:
        if one.gap:
            yield Doubt("point-empty", one.code, f"Nothing speaks to: {one.label}.")


def _about_wants(wants: Iterable[Point]) -> Iterator[Doubt]:
    for one in wants:
        if one.gap:
            yield Doubt("want-missing", one.code, f"Not there: {one.label}.")
        elif one.only_old:
            yield Doubt("want-old", one.code, f"Older than this council likes: {one.label}.")
        elif one.short:
            yield Doubt("want-few", one.code, f"Fewer than this council likes: {one.label}.")


def _about_request(
    request: EhcRequest, profile: LaProfile, types: Collection[str]
) -> Iterator[Doubt]:
    if not (request.needs_reason and request.plan_reason):
        yield Doubt("reason-empty", "reasons", "Say why, in the words of the legal test.")
    reviewed = sum(1 for one in request.cycles if one.reviewed or one.result)
    if reviewed < profile.cycles:
        text = f"This council likes to see {profile.cycles} reviewed cycles; there are {reviewed}."
        yield Doubt("cycles-few", "cycles", text)
    yield from _about_costs(request, profile)
    yield from _about_people(request, profile, types)
    answered = {one.code for one in request.answers}
    for question in profile.questions:
        if question.code not in answered:
            yield Doubt("question-open", question.code, f"Not answered: {question.text}")


def _about_costs(request: EhcRequest, profile: LaProfile) -> Iterator[Doubt]:
    threshold = profile.threshold_pence
    if threshold is None:
        return
    if request.costs is None:
        yield Doubt("costs-missing", "costs", "There is no costed provision map.")
    elif any(not line.hourly_rate_pence for line in request.costs.lines):
        text = "Some lines of the provision map have no cost of an hour."
        yield Doubt("costs-unpriced", "costs", text)
    elif request.costs.total_pence < threshold:
        yield Doubt(
            "costs-below",
            "costs",
            f"The provision costs less than £{profile.threshold:,} a year. The law knows no sum.",
        )


def _about_people(
    request: EhcRequest, profile: LaProfile, types: Collection[str]
) -> Iterator[Doubt]:
    voices = {one.voice for one in request.views}
    family = bool(voices & {Voice.PARENT, Voice.CARER, Voice.YOUNG_PERSON})
    if not family and "parent-views" not in types:
        yield Doubt("family-silent", "views", "The family's views are not there.")
    pupil = bool(voices & {Voice.CHILD, Voice.YOUNG_PERSON})
    if not pupil and "pupil-views" not in types:
        yield Doubt("pupil-silent", "views", "The pupil's views are not there.")
    given = {one.to for one in request.consents if one.given}
    if ConsentTo.CONTACT_PROFESSIONALS not in given:
        text = "Nobody has agreed that the council may ask professionals."
        yield Doubt("consent-missing", "consents", text)
    signed = any(one.document for one in request.consents)
    if profile.wants_signed_form and not signed:
        yield Doubt("form-missing", "consents", "There is no signed form.")
