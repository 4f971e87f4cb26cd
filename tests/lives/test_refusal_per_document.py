"""Refusal is per document: what must go by law, what the school decides, the family's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import DecisionNeeded, Refused, UsageError
from exchange.services.boards.head import HeadBoard
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import Ruling, judge, wish
from exchange.services.send import send
from tests.exchange.services.town import HEAD, PRIMARY, SENCO, Town
from tests.lives.people import DEE, content_of, papers

REASONS = "The law wants the record to follow the child."
OWN, REPORT = b"What we think ourselves.", b"A report of a psychologist."


def refused(town: Town, ref: str) -> None:
    wish(town.primary.inside, PRIMARY, ref, {"family": "refuses"}, SENCO)


def agreed(town: Town, ref: str) -> None:
    wish(town.primary.inside, PRIMARY, ref, {"family": "agrees"}, SENCO)


def sent(town: Town, pupil_id: str) -> list[bytes]:
    done = send(town.primary.inside, PRIMARY, pupil_id, Order(), SENCO, leave_undecided=True)
    town.settle()
    return content_of(town.secondary, done.transfer.bundle_id)


def pupil(town: Town) -> str:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    return pupil_id


def test_the_familys_own_words_do_not_go_against_their_wish(town: Town) -> None:
    pupil_id = pupil(town)
    own = town.attach(pupil_id, OWN, "parent-views").document
    town.attach(pupil_id, b"Quiet room.", "strategies")
    refused(town, own.document_id)
    assert sent(town, pupil_id) == [b"Quiet room."]


def test_the_same_words_go_where_they_agree(town: Town) -> None:
    pupil_id = pupil(town)
    own = town.attach(pupil_id, OWN, "parent-views").document
    agreed(town, own.document_id)
    assert sent(town, pupil_id) == [OWN]


def test_only_the_dsl_records_a_safeguarding_reason_against_it(town: Town) -> None:
    pupil_id = pupil(town)
    own = town.attach(pupil_id, OWN, "parent-views").document
    refused(town, own.document_id)
    ruling = Ruling(reason="safeguarding", by="Dee Lead", withhold=False)
    with pytest.raises(Refused, match="role-cannot-decide"):
        judge(town.primary.inside, PRIMARY, own.document_id, ruling, SENCO)
    judge(town.primary.inside, PRIMARY, own.document_id, ruling, DEE)
    assert sent(town, pupil_id) == [OWN]


def test_an_objection_holds_that_document_and_the_rest_goes_on_time(town: Town) -> None:
    pupil_id = pupil(town)
    report = town.attach(pupil_id, REPORT, "ep-report").document
    town.attach(pupil_id, b"Quiet room.", "strategies")
    refused(town, report.document_id)
    with pytest.raises(DecisionNeeded):
        town.send(pupil_id)
    assert sent(town, pupil_id) == [b"Quiet room."]


def test_the_head_answers_an_objection_and_then_it_goes_as_an_update(town: Town) -> None:
    pupil_id = pupil(town)
    report = town.attach(pupil_id, REPORT, "ep-report").document
    refused(town, report.document_id)
    sent(town, pupil_id)
    silent = Ruling(reason="objection-answered", by="Ada Head", withhold=False)
    with pytest.raises(UsageError, match="words-missing"):
        judge(town.primary.inside, PRIMARY, report.document_id, silent, HEAD)
    ruling = replace(silent, words=REASONS)
    judge(town.primary.inside, PRIMARY, report.document_id, ruling, HEAD)
    done = town.send(pupil_id, update=True)
    town.settle()
    assert REPORT in content_of(town.secondary, done.transfer.bundle_id)


def test_a_disagreement_about_all_stops_nothing_silently(town: Town) -> None:
    pupil_id = pupil(town)
    town.attach(pupil_id, REPORT, "ep-report")
    refused(town, pupil_id)
    with pytest.raises(DecisionNeeded) as told:
        town.send(pupil_id)
    assert "head" in told.value.hint


def test_an_objection_to_all_has_one_answer_with_its_reasons(town: Town) -> None:
    pupil_id = pupil(town)
    town.attach(pupil_id, REPORT, "ep-report")
    town.attach(pupil_id, b"Quiet room.", "strategies")
    own = town.attach(pupil_id, OWN, "parent-views").document
    refused(town, pupil_id)
    ruling = Ruling(reason="objection-answered", by="Ada Head", withhold=False, words=REASONS)
    judge(town.primary.inside, PRIMARY, pupil_id, ruling, HEAD)
    assert sorted(sent(town, pupil_id)) == [REPORT, b"Quiet room."]
    assert own.document_id in [one.document_id for one in papers(town, pupil_id)]
    kept = town.primary.pupil(pupil_id).said[""].judgements
    assert [one.words for one in kept] == [REASONS]
    assert REASONS not in repr(town.primary.book())


def test_of_a_whole_pack_nothing_else_is_decided(town: Town) -> None:
    pupil_id = pupil(town)
    for reason, withhold in (("statutory-duty", False), ("head-withholds", True)):
        ruling = Ruling(reason=reason, by="Ada Head", withhold=withhold)
        with pytest.raises(UsageError, match="whole-pack"):
            judge(town.primary.inside, PRIMARY, pupil_id, ruling, HEAD)


def test_the_head_is_told_of_each_objection_until_it_is_answered_and_by_when(town: Town) -> None:
    pupil_id = pupil(town)
    report = town.attach(pupil_id, REPORT, "ep-report").document
    own = town.attach(pupil_id, b"Autism.", "diagnosis-letter").document
    for one in (pupil_id, report.document_id, own.document_id):
        refused(town, one)
    month = date(2026, 8, 1)
    assert open_at(town) == {"pack": month, report.document_id: month, own.document_id: None}
    ruling = Ruling(reason="objection-answered", by="Ada Head", withhold=False, words=REASONS)
    for one in (pupil_id, report.document_id):
        town.clock.pass_(seconds=1)
        judge(town.primary.inside, PRIMARY, one, ruling, HEAD)
    assert open_at(town) == {own.document_id: None}
    town.clock.pass_(days=3)
    refused(town, report.document_id)
    assert open_at(town)[report.document_id] == date(2026, 8, 4)


def open_at(town: Town) -> dict[str, date | None]:
    (row,) = HeadBoard(town.primary.inside).rows(PRIMARY)
    return {one.ref: one.due for one in row.disagreements}
