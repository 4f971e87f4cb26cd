"""Read and write reviews; each change is an entry in the book."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day, require_likely
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.reviews.model import KIND, Review, ReviewState, plain, read
from schemas.annual_review import ReviewKind

MEETING_CLOCK = "review-decision"
"""A clock that runs from a meeting: what it cannot run from is no day of one."""
_CHANGED = "Somebody else changed this review meanwhile. Look at it again."


def review_of(unit: UnitOfWork, review_id: str) -> Review:
    """Return a review.

    :raises NotFound: ``item-unknown``.
    """
    return read(unit.items.get(KIND, review_id))


def reviews(unit: UnitOfWork, state: ReviewState | None = None) -> Iterator[Review]:
    """Yield the reviews of the organisation, oldest first."""
    for item in unit.items.all(KIND, state.value if state else None):
        yield read(item)


def reviews_about(unit: UnitOfWork, pupil_id: str) -> tuple[Review, ...]:
    """Return a pupil's reviews, oldest first."""
    return tuple(read(item) for item in unit.items.about(KIND, pupil_id))


def begin_review(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    kind: ReviewKind,
    meeting: date | None,
    place: str,
    actor: Actor,
) -> Review:
    """Begin a review of a pupil's plan.

    :raises NotFound: ``pupil-unknown``.
    :raises UsageError: ``date-unlikely``.
    :raises Conflict: ``review-open``: there is one that is not over.
    """
    if meeting is not None:
        require_likely(MEETING_CLOCK, meeting, "/meeting")
    now = inside.clock.now()
    made = Review(str(uuid.uuid4()), pupil_id, kind, now, meeting=meeting, place=place.strip())
    with inside.store.unit(org_id) as unit:
        unit.pupils.get(pupil_id)
        if any(one.is_open for one in reviews_about(unit, pupil_id)):
            raise Conflict("review-open", "/review", "Finish or cancel the open review first.")
        content = plain(made)
        unit.items.add(
            Item(KIND, made.review_id, made.state.value, content, now, now, about=pupil_id)
        )
        enter(unit, actor, "review.begun", made)
        unit.commit()
    return made


def change_review(
    inside: Inside,
    org_id: str,
    review_id: str,
    change: Callable[[Review], Review],
    action: str,
    actor: Actor,
    *,
    based_on: int | None = None,
    closed: bool = False,
) -> Review:
    """Change a review by a function from what is kept to what shall be.

    :param action: for the book: ``review.planned`` and the like.
    :param based_on: the version that the writer saw; None: the change holds for any.
    :param closed: a review of which nothing is left to do but this may be changed as well.
    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``item-changed``; ``review-over``: it is closed or cancelled.
    """
    with inside.store.unit(org_id) as unit:
        before = review_of(unit, review_id)
        if based_on is not None and based_on != before.version:
            raise Conflict("item-changed", "/review", _CHANGED)
        if not before.is_open and not (closed and before.state is ReviewState.CLOSED):
            raise Conflict("review-over", "/review", "This review is over.")
        made = put_review(inside, unit, change(before), before)
        enter(unit, actor, action, made)
        unit.commit()
    return made


def put_review(inside: Inside, unit: UnitOfWork, review: Review, before: Review) -> Review:
    """Store a changed review; the caller writes the book and commits."""
    now = inside.clock.now()
    item = Item(
        KIND,
        review.review_id,
        review.state.value,
        plain(review),
        before.created_at,
        now,
        version=before.version,
    )
    return replace(review, version=unit.items.update(item).version)


def enter(
    unit: UnitOfWork, actor: Actor, action: str, review: Review, detail: Mapping[str, str] = {}
) -> None:
    """Write into the book what was done; the entry names the pupil by id."""
    unit.audit.record(
        actor, action, "review", review.review_id, detail={"pupil": review.pupil_id, **detail}
    )


def today_of(inside: Inside) -> date:
    """Return the legal day of now."""
    return london_day(inside.clock.now())


def require_review(unit: UnitOfWork, review_id: str, pupil_id: str) -> Review:
    """Return a review of just this pupil.

    :raises NotFound: ``item-unknown``.
    """
    found = review_of(unit, review_id)
    if found.pupil_id != pupil_id:
        raise NotFound("item-unknown")
    return found


def meeting_for(unit: UnitOfWork, pupil_id: str, member_id: str) -> Review | None:
    """Return the review to whose meeting a member of the family is invited, before it was held."""
    for one in reviews_about(unit, pupil_id):
        waits = one.is_open and not one.held and one.meeting is not None
        if waits and any(each.member == member_id for each in one.guests):
            return one
    return None
