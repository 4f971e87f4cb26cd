"""Invitations and papers really go: to the family by their page, to everybody else as a request.

Nothing is sent by this module's own means. A member of the family is told of the meeting on the
page behind their link (services.links); a service, the authority or the next school is asked for
advice by link or by pack (services.advice). What those know, whether a link was opened or a
report came, is shown at the review and stands in its report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import AdviceRequest, request_from
from exchange.services.edit_record import version_of
from exchange.services.inside import Inside
from exchange.services.links.family import let_read, readable_choices
from exchange.services.links.members import Member, get_member
from exchange.services.links.model import Link, LinkState, Purpose
from exchange.services.links.noted import readable_version
from exchange.services.links.revoke import links_about
from exchange.services.reviews.keeping import change_review, review_of, today_of
from exchange.services.reviews.model import Guest, Review
from schemas.annual_review import InvitedAs

FAMILY = frozenset({InvitedAs.CHILD, InvitedAs.FAMILY})
"""Who is told on a page of their own."""
_OURS = frozenset({InvitedAs.SCHOOL})
"""Who has the papers anyway."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What went to somebody who is invited, and what became of it.

    :param guest: with the days that links and requests know.
    :param member: of the family, or None; ``link`` their newest since the review began.
    :param advice: the request by which they were invited; ``papers`` that which brought papers.
    """

    guest: Guest
    member: Member | None = None
    link: Link | None = None
    advice: AdviceRequest | None = None
    papers: AdviceRequest | None = None

    @property
    def state(self) -> str:
        """Return a code of how far the invitation is; empty: none went from here."""
        if self.advice is not None:
            return self.advice.state.value
        if self.link is None:
            return ""
        if self.link.state is not LinkState.OPEN:
            return self.link.state.value
        return "opened" if self.link.marks.entered else "sent"


def sent_of(unit: UnitOfWork, review: Review) -> tuple[Sent, ...]:
    """Return of everybody who is invited what went to them, in the order of the list."""
    links = [
        one
        for one in links_about(unit, review.pupil_id, Purpose.FAMILY)
        if one.created_at >= review.created_at
    ]
    return tuple(_sent(unit, review, one, links) for one in review.guests)


def _sent(unit: UnitOfWork, review: Review, guest: Guest, links: list[Link]) -> Sent:
    member = _member(unit, guest.member)
    mine = [one for one in links if guest.member and one.member == guest.member]
    advice, papers = _request(unit, guest.advice), _request(unit, guest.papers_by)
    asked, answered = guest.asked, guest.answered
    if asked is None and mine:
        asked = london_day(mine[0].created_at)
    if answered is None:
        came = [
            one.at for each in (advice, papers) if each for one in each.answers if one.report_id
        ]
        answered = london_day(min(came)) if came else _views_day(unit, review, member)
    told = replace(guest, asked=asked, answered=answered)
    return Sent(told, member, mine[-1] if mine else None, advice, papers)


def _views_day(unit: UnitOfWork, review: Review, member: Member | None) -> date | None:
    """Return when a member of the family gave the views that stand now, if it was for this."""
    if member is None or not member.views_document:
        return None
    try:
        at = unit.documents.get(member.views_document).created_at
    except NotFound:
        return None
    return london_day(at) if at >= review.created_at else None


def _member(unit: UnitOfWork, member_id: str) -> Member | None:
    try:
        return get_member(unit, member_id) if member_id else None
    except NotFound:
        return None


def _request(unit: UnitOfWork, request_id: str) -> AdviceRequest | None:
    try:
        return request_from(unit.items.get(ADVICE, request_id)) if request_id else None
    except NotFound:
        return None


def with_days(unit: UnitOfWork, review: Review) -> Review:
    """Return a review whose guests have the days that links and requests know."""
    return replace(review, guests=tuple(one.guest for one in sent_of(unit, review)))


def mark_of(guest: Guest) -> str:
    """Return by what a page says whom it shows: a place in the list may be another's by then."""
    return version_of({"name": guest.name, "as": guest.invited_as.value, "who": guest.member})


def _require_shown(review: Review, number: int, seen: str) -> None:
    """Refuse to take somebody for the person whom a page showed.

    :raises Conflict: ``item-changed``.
    """
    if not 0 <= number < len(review.guests) or mark_of(review.guests[number]) != seen:
        hint = "Somebody changed the list meanwhile. Look at it again."
        raise Conflict("item-changed", "/review", hint)


def set_member(
    inside: Inside,
    org_id: str,
    review_id: str,
    number: int,
    member_id: str,
    actor: Actor,
    *,
    seen: str,
) -> Review:
    """Say which member of the family somebody invited is: their page tells of the meeting.

    :param number: their place in the list, from 0.
    :param seen: :func:`mark_of` whom the writer saw there.
    :raises NotFound: ``item-unknown``; ``guest-unknown``: they are not of the family.
    :raises Conflict: ``item-changed``: somebody else is at that place by now; ``review-over``.
    """
    with inside.store.reading(org_id) as unit:
        pupil_id = get_member(unit, member_id).pupil_id

    def change(before: Review) -> Review:
        _require_shown(before, number, seen)
        if before.pupil_id != pupil_id or before.guests[number].invited_as not in FAMILY:
            raise NotFound("guest-unknown", "/number")
        return _put(before, number, lambda one: replace(one, member=member_id))

    return change_review(inside, org_id, review_id, change, "review.invited", actor)


def note_request(
    inside: Inside, org_id: str, review_id: str, guest: Guest, request: AdviceRequest, actor: Actor
) -> Review:
    """Note the request by which somebody was invited; one that has papers brought those too.

    The guest is found by name, because the list may have changed while the request was written.

    :raises NotFound: ``guest-unknown``: somebody took them off the list.
    """

    def change(before: Review) -> Review:
        found = next(
            (
                at
                for at, one in enumerate(before.guests)
                if (one.name, one.invited_as) == (guest.name, guest.invited_as)
            ),
            None,
        )
        if found is None or before.pupil_id != request.pupil_id:
            raise NotFound("guest-unknown", "/number")
        day = request.asked_on
        has_papers = bool(set(request.shared) & set(before.documents))

        def noted(one: Guest) -> Guest:
            told = replace(one, asked=one.asked or day)
            if not one.advice:
                told = replace(told, advice=request.request_id)
            if has_papers:
                told = replace(told, papers=one.papers or day, papers_by=request.request_id)
            return told

        return _all_out(_put(before, found, noted), day)

    return change_review(inside, org_id, review_id, change, "review.invited", actor)


def share_papers(
    inside: Inside, org_id: str, review_id: str, number: int, actor: Actor, *, seen: str
) -> Review:
    """Let a member of the family open the papers of the meeting on their page.

    What a family may not open stays closed, as on the page where staff choose papers one by one.

    :raises NotFound: ``guest-unknown``.
    :raises UsageError: ``papers-missing``: nothing was chosen that a family may open.
    :raises Conflict: ``link-missing``: they have no page yet; ``record-changed``.
    """
    with inside.store.reading(org_id) as unit:
        review = review_of(unit, review_id)
        _require_shown(review, number, seen)
        sent = sent_of(unit, review)[number]
    if sent.member is None or sent.link is None or sent.link.state is not LinkState.OPEN:
        raise Conflict("link-missing", "/member", "Send them a link first.")
    may = {ref for ref, _ in readable_choices(inside, org_id, review.pupil_id)}
    wanted = [one for one in review.documents if one in may]
    if not wanted:
        hint = "Nothing is chosen that a family may open. Hand the papers over your own way."
        raise UsageError("papers-missing", "/documents", hint)
    kept = [one for one in sent.member.readable if one in may]
    papers, based_on = [*dict.fromkeys([*kept, *wanted])], readable_version(sent.member)
    let_read(inside, org_id, sent.member.member_id, papers, actor, based_on=based_on)
    day = today_of(inside)

    def change(before: Review) -> Review:
        if before.guests[number : number + 1] != (review.guests[number],):
            raise Conflict("item-changed", "/review", "Look at the list again.")
        return _all_out(_put(before, number, lambda one: replace(one, papers=day)), day)

    return change_review(inside, org_id, review_id, change, "review.papers", actor)


def _put(review: Review, number: int, change: Callable[[Guest], Guest]) -> Review:
    changed = change(review.guests[number])
    guests = (*review.guests[:number], changed, *review.guests[number + 1 :])
    return replace(review, guests=guests)


def _all_out(review: Review, day: date) -> Review:
    """Note that the papers went round, once the last of those invited got them."""
    others = [one for one in review.guests if one.invited_as not in _OURS]
    if review.papers_out is None and others and all(one.papers for one in others):
        return replace(review, papers_out=day)
    return review
