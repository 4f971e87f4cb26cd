"""Two people at once, or a person and the worker: no paper goes to two children, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from adapters.inspector import ContentInspector
from exchange.errors import Conflict, ExchangeError
from exchange.ports import Inspection
from exchange.services.cases import Case, CaseState
from exchange.services.cases.area import not_ours
from exchange.services.cases.claiming import LEASE, claim
from exchange.services.cases.joining import join_cases
from exchange.services.cases.placing import describe, place, place_by_hand, to_take_in
from exchange.services.take_in import take_in
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.cases.test_placing import ANN, ours
from tests.exchange.services.town import COUNCIL


class Meanwhile(ContentInspector):
    """Looks into documents as ever; while it looks, somebody else does something, once."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self.happens: Callable[[], object] | None = happens
        self.refused = ""

    def inspect(self, source: Path | BinaryIO) -> Inspection:
        """Let the other one act, then look."""
        happens, self.happens = self.happens, None
        if happens is not None:
            try:
                happens()
            except ExchangeError as error:
                self.refused = error.code
        return super().inspect(source)


def placed_while(desk: Desk, pupil_id: str | None, happens: Callable[[], object]) -> str:
    """Say whose the only case is while something else happens; return how that was refused."""
    (held,) = [one for one in desk.cases if one.packs][:1]
    meanwhile = Meanwhile(happens)
    place(desk.inside, None, meanwhile, COUNCIL, held.case_id, pupil_id, CASEWORKER)
    assert meanwhile.happens is None  # it did happen
    return meanwhile.refused


def documents_of(desk: Desk, pupil_id: str) -> int:
    with desk.house.store.reading(COUNCIL) as unit:
        return len(unit.documents.of_pupil(pupil_id))


def test_two_answers_at_once_put_the_papers_into_one_record(desk: Desk) -> None:
    known = ours(desk)
    desk.asked()
    held = desk.only
    assert placed_while(desk, known, lambda: desk.place(held)) == "case-placing"
    assert desk.only.pupil_id == known
    assert documents_of(desk, known) == 1
    assert [one.pupil_id for one in desk.house.pupils()] == [known]  # and no second child


def test_the_same_answer_twice_at_once_is_told_once(desk: Desk) -> None:
    known = ours(desk)
    desk.asked()
    held = desk.only
    assert placed_while(desk, known, lambda: desk.place(held, known)) == ""
    assert (desk.only.pupil_id, desk.only.placing) == (known, None)
    assert documents_of(desk, known) == 1
    assert desk.back() == ["message"]


def test_not_ours_beside_a_placing_is_refused_and_the_papers_stay(desk: Desk) -> None:
    desk.asked()
    held = desk.only
    refused = placed_while(
        desk, None, lambda: not_ours(desk.inside, COUNCIL, held.case_id, "Moved.", CASEWORKER)
    )
    assert refused == "case-placing"
    assert desk.only.state is CaseState.OPEN
    assert documents_of(desk, str(desk.only.pupil_id)) == 1


def test_an_update_that_comes_meanwhile_is_there_to_take_in(desk: Desk) -> None:
    first = desk.asked()
    placed_while(desk, None, lambda: desk.asked(edition=2, supersedes=first))
    placed = desk.only
    assert len(placed.packs) == 2
    assert documents_of(desk, str(placed.pupil_id)) == 1
    desk.place(placed)
    assert documents_of(desk, str(placed.pupil_id)) == 2


@pytest.mark.parametrize("away", [True, False])
def test_no_case_is_joined_while_its_papers_move(desk: Desk, *, away: bool) -> None:
    desk.asked()
    desk.asked(edition=2)
    one, two = desk.cases

    def joins() -> Case:
        pair = (one, two) if away else (two, one)
        return join_cases(desk.inside, COUNCIL, pair[0].case_id, pair[1].case_id, CASEWORKER)

    assert placed_while(desk, None, joins) == "case-placing"
    assert [len(each.packs) for each in desk.cases] == [1, 1]


def test_whom_it_is_about_is_not_changed_while_its_papers_move(desk: Desk) -> None:
    desk.asked()
    held = desk.only
    refused = placed_while(
        desk, None, lambda: describe(desk.inside, COUNCIL, held.case_id, ANN, "5", CASEWORKER)
    )
    assert refused == "case-placing"


def test_an_answer_that_came_to_nothing_lets_another_be_given(desk: Desk) -> None:
    number_taken = ours(desk)
    desk.asked()
    with pytest.raises(Conflict, match="pupil-exists"):
        desk.place(desk.only)  # "new here", and yet the number is taken
    assert (desk.only.pupil_id, desk.only.placing) == (None, None)
    assert desk.place(desk.only, number_taken).pupil_id == number_taken


def test_a_kill_in_between_holds_others_off_for_a_while_and_the_same_answer_never(
    desk: Desk,
) -> None:
    known, other = ours(desk), ours(desk, 2)
    desk.asked()
    claim(desk.inside, COUNCIL, desk.only.case_id, other, CASEWORKER)  # and there it ended
    with pytest.raises(Conflict, match="case-placing"):
        desk.place(desk.only, known)
    desk.town.clock.at += LEASE
    assert desk.place(desk.only, known).pupil_id == known
    assert documents_of(desk, known) == 1
    assert documents_of(desk, other) == 0


def test_a_kill_after_papers_moved_leaves_the_answer_that_was_given(desk: Desk) -> None:
    known, other = ours(desk), ours(desk, 2)
    desk.asked()
    held, _ = claim(desk.inside, COUNCIL, desk.only.case_id, known, CASEWORKER)
    with desk.house.store.reading(COUNCIL) as unit:
        (arrival,) = to_take_in(unit, held)
    take_in(desk.inside, None, ContentInspector(), COUNCIL, arrival, {}, CASEWORKER, whose=known)
    desk.town.clock.at += LEASE
    with pytest.raises(Conflict, match="case-pupil"):
        desk.place(desk.only, other)
    desk.place(desk.only, known)
    assert desk.only.pupil_id == known


def test_a_child_made_by_hand_beside_a_placing_makes_no_second_child(desk: Desk) -> None:
    known = ours(desk)
    desk.asked()
    held = desk.only
    refused = placed_while(
        desk,
        known,
        lambda: place_by_hand(desk.inside, COUNCIL, held.case_id, "F", "UN2", CASEWORKER),
    )
    assert refused == "case-placing"
    assert [one.pupil_id for one in desk.house.pupils()] == [known]
