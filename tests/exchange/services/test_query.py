"""A question about a pack reaches its sender, the answer comes back, and nobody else is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, UsageError
from exchange.services.messages import STRAY, Told, send_message, told_of
from exchange.services.query import (
    answer_question,
    ask_question,
    exchange_about,
    open_questions,
)
from schemas.message import MessageKind
from tests.exchange.services.town import OTHER, PRIMARY, SECONDARY, SENCO, House, Town


def about(house: House, bundle_id: str) -> list[Told]:
    with house.store.reading(house.org_id) as unit:
        return list(exchange_about(unit, bundle_id))


def waiting(house: House) -> list[Told]:
    with house.store.reading(house.org_id) as unit:
        return list(open_questions(unit))


def asked(town: Town, text: str = "Does she use the lift?") -> tuple[str, Told]:
    bundle_id = town.accepted()
    arrival = town.secondary.arrival(bundle_id)
    told = ask_question(town.secondary.inside, SECONDARY, arrival, text, (), SENCO)
    town.settle()
    return bundle_id, told


def test_a_question_and_its_answer(town: Town) -> None:
    bundle_id, _ = asked(town)
    (question,) = waiting(town.primary)
    assert (question.thread, question.other) == (bundle_id, SECONDARY)
    assert question.message.text == "Does she use the lift?"
    answer_question(town.primary.inside, PRIMARY, question.message_id, "Yes,\r\nalways.", SENCO)
    town.settle()
    assert waiting(town.primary) == []
    for house in (town.primary, town.secondary):
        told = about(house, bundle_id)
        assert [one.message.text for one in told] == ["Does she use the lift?", "Yes,\nalways."]
        assert [one.state for one in told] == ["answered", "done"]
    assert {one.state for one in town.primary.transfers()} == {State.ACCEPTED}


def test_an_answer_is_given_once(town: Town) -> None:
    asked(town)
    (question,) = waiting(town.primary)
    answer_question(town.primary.inside, PRIMARY, question.message_id, "Yes", SENCO)
    with pytest.raises(Conflict, match="answered-already"):
        answer_question(town.primary.inside, PRIMARY, question.message_id, "No", SENCO)


def test_a_school_that_did_not_get_the_pack_asks_in_vain(town: Town) -> None:
    """Knowing a pack's id is not enough: only its recipient is heard about it."""
    bundle_id, told = asked(town)
    before = len(about(town.primary, bundle_id))
    stranger = replace(told.message, text="And where does she live?")
    stray = send_message(town.other.inside, OTHER, PRIMARY, stranger, bundle_id, bundle_id, SENCO)
    town.settle()
    assert len(about(town.primary, bundle_id)) == before
    assert [one.message.text for one in waiting(town.primary)] == ["Does she use the lift?"]
    with town.primary.store.reading(PRIMARY) as unit:
        kept = told_of(unit, stray.message_id)
    assert kept is not None
    assert kept.state == STRAY
    with pytest.raises(NotFound, match="message-unknown"):
        answer_question(town.primary.inside, PRIMARY, stray.message_id, "Here", SENCO)


def test_an_answer_of_somebody_who_was_not_asked_is_not_shown(town: Town) -> None:
    bundle_id, told = asked(town)
    forged = replace(told.message, kind=MessageKind.ANSWER, text="No lift needed")
    send_message(town.other.inside, OTHER, SECONDARY, forged, bundle_id, told.message_id, SENCO)
    town.settle()
    texts = [one.message.text for one in about(town.secondary, bundle_id)]
    assert texts == ["Does she use the lift?"]
    assert about(town.secondary, bundle_id)[0].state == "open"


@pytest.mark.parametrize(("text", "code"), [(" \r\n ", "text-missing"), ("x" * 10_001, "too-long")])
def test_what_is_not_asked(town: Town, text: str, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        asked(town, text)


def test_a_question_names_documents_of_that_pack_only(town: Town) -> None:
    arrival = town.secondary.arrival(town.accepted())
    with pytest.raises(UsageError, match="document-unknown"):
        ask_question(town.secondary.inside, SECONDARY, arrival, "?", [PRIMARY], SENCO)


def test_the_book_holds_no_word_of_it(town: Town) -> None:
    asked(town, "MARKER lift")
    for house in (town.primary, town.secondary):
        assert "MARKER" not in repr(house.book())
