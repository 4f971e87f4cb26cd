"""Parts of a record that are decided apart from it, by the type of document that they stand for.

In the notes of a review stands what the family and the pupil said: their own words, which go no
further than they want. In a plan stand the costs of its provision, which are for a council alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from exchange.domain.disclosure.case import RULE, Decision, Facts, Outcome, Purpose, Recipient
from exchange.domain.disclosure.deciding import decide

if TYPE_CHECKING:  # what decides about documents starts without them
    from schemas.base import Record
    from schemas.sen.plan import Cycle, Provision, Review

FAMILY_WORDS: Final = "parent-views"
PUPIL_WORDS: Final = "pupil-views"
COSTS: Final = "provision-map-costed"
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "sen-support-plan": (FAMILY_WORDS, PUPIL_WORDS, COSTS),
    "annual-review": (FAMILY_WORDS, PUPIL_WORDS),
}
"""By the document type of a record: the document types of what is decided apart in it."""

_REVIEW = "SEND Code of Practice 2015, 6.65 to 6.71: the record of a review, and the views in it"


def decide_part(facts: Facts, recipient: Recipient, purpose: Purpose, on: date) -> Decision:
    """Decide about a part of a record that goes.

    Whose words they are decides, as about a document of theirs. Where they have not been asked,
    what they said in a review goes with the review: the school's own record of it.

    :param facts: of type one of :data:`PARTS`.
    :raises schemas.errors.CodeSetError: type, purpose, basis or a reason is in no code set.
    """
    found = decide(facts, recipient, purpose, on)
    if found.code == "author-has-not-chosen":
        return Decision(Outcome.ALLOWED, "said-in-review", RULE, _REVIEW)
    return found


def parts_of(record: Record) -> tuple[str, ...]:
    """Return the parts that a record has, of those that are decided apart."""
    return tuple(
        part
        for part in (FAMILY_WORDS, PUPIL_WORDS, COSTS)
        if without_parts(record, {part}) != record
    )


def without_parts(record: Record, parts: Collection[str]) -> Record:
    """Return a record without these parts.

    What this version does not understand of it goes too: it could say what was left out.
    """
    from schemas.annual_review import AnnualReview  # here: most who import the rules have none
    from schemas.sen.plan import SenSupportPlan

    if isinstance(record, AnnualReview):
        made: Record = replace(
            record,
            family_views=None if FAMILY_WORDS in parts else record.family_views,
            child_views=None if PUPIL_WORDS in parts else record.child_views,
        )
    elif isinstance(record, SenSupportPlan):
        made = replace(
            record,
            reviews=tuple(_review(one, parts) for one in record.reviews),
            cycles=tuple(_cycle(one, parts) for one in record.cycles),
            provision=tuple(_provision(one, parts) for one in record.provision),
        )
    else:
        return record
    return record if made == record else replace(made, unknown={})


def _review(one: Review, parts: Collection[str]) -> Review:
    made = replace(
        one,
        parent_view=None if FAMILY_WORDS in parts else one.parent_view,
        pupil_view=None if PUPIL_WORDS in parts else one.pupil_view,
    )
    return one if made == one else replace(made, unknown={})


def _cycle(one: Cycle, parts: Collection[str]) -> Cycle:
    if one.review is None:
        return one
    review = _review(one.review, parts)
    return one if review == one.review else replace(one, review=review, unknown={})


def _provision(one: Provision, parts: Collection[str]) -> Provision:
    if COSTS not in parts or one.hourly_rate_pence is None:
        return one
    return replace(one, hourly_rate_pence=None, unknown={})
