"""A copy for somebody who asks: other people's words within a record, sections behind a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.services.record_disclosure import mark
from exchange.services.subject_access.model import PUPIL, Authority
from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk
from tests.exchange.services.town import PRIMARY, SENCO, Town
from tests.lives.people import parent
from tests.lives.test_subject_access import ask, child, give, held, lines, text_of
from tests.schemas import record_examples as examples

MOTHER, OWN = "WORDS-OF-A-PARENT", "WORDS-OF-THE-CHILD"


def with_words(town: Town, **changes: object) -> tuple[str, Desk]:
    """Return a pupil with a review of a plan and one of support, both with what people said."""
    pupil_id = child(town, **changes)
    desk = Desk(town, pupil_id)
    review = examples.annual_review(subject=pupil_id, family_views=MOTHER, child_views=OWN)
    desk.keep(load(RECORDS, review))
    plan = load(RECORDS, examples.plan(subject=pupil_id))
    said = [replace(one, pupil_view=OWN, parent_view=MOTHER) for one in plan.reviews]  # type: ignore[attr-defined]
    assert said
    desk.keep(replace(plan, reviews=tuple(said)))  # type: ignore[call-arg]
    return pupil_id, desk


def test_what_a_parent_and_the_pupil_said_is_not_a_parents_to_have(town: Town) -> None:
    pupil_id, _ = with_words(town)
    request = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    copy, phrase = give(town, pupil_id, request)
    for told in (lines(held(town, pupil_id, request)), text_of(copy, phrase)):
        assert MOTHER not in told
        assert OWN not in told


def test_the_pupil_has_their_own_words_unless_they_were_withheld(town: Town) -> None:
    pupil_id, desk = with_words(town)
    request = ask(town, pupil_id, PUPIL, Authority.OWN)
    told = lines(held(town, pupil_id, request))
    assert OWN in told
    assert MOTHER not in told
    desk.judge(f"{pupil_id}/annual-review/pupil-views", "serious-harm", audience="family")
    desk.judge(f"{pupil_id}/sen-support-plan/pupil-views", "serious-harm", audience="family")
    assert OWN not in lines(held(town, pupil_id, request))


@pytest.mark.parametrize("how", ["mark", "for-family", "for-everybody"])
def test_the_file_of_a_plan_is_not_offered_where_a_section_stays(town: Town, how: str) -> None:
    pupil_id = child(town)
    desk = Desk(town, pupil_id)
    file = desk.attach("ehc-plan", "SECTION-D")
    desk.keep(load(RECORDS, examples.ehc_plan(subject=pupil_id)))
    request = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    offered = {one.document.document_id for one in held(town, pupil_id, request).documents}
    assert file in offered
    section = f"{pupil_id}/ehc-plan/D"
    if how == "mark":
        mark(town.primary.inside, PRIMARY, section, "family", SENCO)
    else:
        audience = {"for-family": "family", "for-everybody": "everybody"}[how]
        desk.judge(section, "serious-harm", audience=audience)
    offered = {one.document.document_id for one in held(town, pupil_id, request).documents}
    assert file not in offered
