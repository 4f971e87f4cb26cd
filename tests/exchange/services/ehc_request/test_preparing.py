"""Beginning and writing a request: filled in from what is there, nothing typed twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from exchange.domain.provision_cost import Line
from exchange.errors import Conflict, NotFound, Refused, Wrapped
from exchange.ports import Actor
from exchange.services.ehc_request.keeping import requests_about
from exchange.services.ehc_request.model import FileState
from exchange.services.ehc_request.preparing import start_request
from exchange.services.ehc_request.renewing import take_over
from exchange.services.ehc_request.writing import choose_papers, set_costs, set_council, write
from exchange.services.protect import Why, protect
from schemas.ehc_request import EhcRequest, Voice
from schemas.sen import Per
from tests.exchange.services.ehc_request.school import ADMIN, School, plan_of
from tests.exchange.services.town import PRIMARY, SENCO

_DSL = Actor("Dee Essel", "dsl")


def test_it_begins_with_what_the_records_say(school: School) -> None:
    report = school.attach("ep-report")
    school.attach("equipment")
    file = school.start()
    record = file.record
    assert (file.state, record.authority, record.source) == (FileState.PREPARING, "820", "2")
    assert [one.number for one in record.cycles] == [1, 2]
    assert "PLAN-WORDS phonics" in record.cycles[0].did
    assert record.costs is not None
    assert record.costs.total_pence == 47_025  # 38 x 3 x 0.5 / 2 x 16.50
    assert {one.voice: one.text for one in record.views} == {
        Voice.PARENT: "PARENT-WORDS she worries",
        Voice.CHILD: "I like Lego.",
    }
    assert [one.person.name for one in record.professionals] == ["Dr Ama Osei"]
    assert record.professionals[0].kind == "psychology"
    assert file.documents == (report,)
    points = {one.point: one for one in record.evidence}
    assert "Dyslexic profile" in str(points["needs"].text)
    assert points["needs"].documents == (report,)
    assert [(one.kind, one.document) for one in record.advice] == [("psychology", report)]
    assert file.records == ("sen-register", "sen-support-plan")


def test_what_is_marked_not_for_the_council_is_not_retold(school: School) -> None:
    school.mark(f"{school.pupil_id}/sen-support-plan")
    hidden = school.attach("ep-report", "SECRET")
    school.mark(hidden)
    file = school.start()
    assert file.record.cycles == ()
    assert file.record.views == ()
    assert hidden not in file.documents
    assert file.record.advice == ()


def test_one_request_at_a_time(school: School) -> None:
    school.start()
    with pytest.raises(Conflict) as error:
        school.start()
    assert error.value.code == "request-exists"


def test_a_protected_child_has_no_request_here(school: School) -> None:
    whom = ("person-one", "person-two")
    protect(school.inside, PRIMARY, school.pupil_id, Why.DOMESTIC_ABUSE, whom, _DSL)
    with pytest.raises(Refused) as error:
        school.start()
    assert error.value.code == "protected-move"


def test_a_council_that_has_not_joined_is_a_council_all_the_same(school: School) -> None:
    file = school.start("330")
    assert (file.council, file.record.authority) == ("", "330")
    with pytest.raises(NotFound):
        set_council(school.inside, PRIMARY, file.request_id, "000", "generic", SENCO)
    changed = set_council(school.inside, PRIMARY, file.request_id, "820", "example-county", SENCO)
    assert changed.council
    assert changed.record.profile == "example-county"
    assert changed.record.costs is not None
    assert changed.record.costs.threshold_pence == 600_000


def test_two_who_write_at_once_lose_nothing(school: School) -> None:
    file = school.start()

    def reason(text: str, based_on: int) -> None:
        def change(record: EhcRequest) -> EhcRequest:
            return replace(record, needs_reason=text)

        write(school.inside, PRIMARY, file.request_id, "reasons", change, ADMIN, based_on=based_on)

    reason("First.", file.version)
    with pytest.raises(Conflict) as error:
        reason("Second.", file.version)
    assert error.value.code == "record-changed"
    kept = school.file(file.request_id)
    assert kept.record.needs_reason == "First."
    assert "reasons" in kept.done


def test_what_breaks_the_schema_is_not_kept(school: School) -> None:
    file = school.start()
    with pytest.raises(Wrapped):
        write(
            school.inside,
            PRIMARY,
            file.request_id,
            "reasons",
            lambda record: replace(record, needs_reason="x" * 30_000),
            SENCO,
        )
    assert school.file(file.request_id) == file


def test_papers_are_named_where_their_type_belongs_and_leave_with_their_choice(
    school: School,
) -> None:
    file = school.start()
    report = school.attach("ot-report")
    chosen = choose_papers(
        school.inside, PRIMARY, file.request_id, [report], ["sen-register"], SENCO
    )
    points = {one.point: one.documents for one in chosen.record.evidence}
    assert points["needs"] == (report,)
    assert points["development"] == (report,)
    assert [one.document for one in chosen.record.advice] == [report]
    without = choose_papers(school.inside, PRIMARY, file.request_id, [], [], SENCO)
    assert report not in str([one.documents for one in without.record.evidence])
    assert without.record.advice == ()
    assert without.record.evidence  # the words stay


def test_papers_of_another_child_are_none(school: School) -> None:
    file = school.start()
    other = school.town.leaver(1)
    theirs = school.town.attach(other).document.document_id
    with pytest.raises(NotFound):
        choose_papers(school.inside, PRIMARY, file.request_id, [theirs], [], SENCO)


def test_costs_are_reckoned_here_whatever_was_sent(school: School) -> None:
    file = school.start()
    line = Line(what="Adult", who="TA", times=25, per=Per.WEEK, minutes=60, rate=Decimal("16.50"))
    kept = write(
        school.inside,
        PRIMARY,
        file.request_id,
        "costs",
        lambda record: set_costs(record, [line]),
        SENCO,
    )
    assert kept.record.costs is not None
    assert kept.record.costs.total_pence == 1_567_500


def test_a_new_cycle_is_taken_over_and_nothing_written_is_lost(school: School) -> None:
    file = school.start()
    own = replace(file.record.cycles[0], did="My own words.")
    write(
        school.inside,
        PRIMARY,
        file.request_id,
        "cycles",
        lambda record: replace(record, cycles=(own, *record.cycles[1:])),
        SENCO,
    )
    plan = plan_of(school.pupil_id)
    third = replace(plan.cycles[1], number=3, plan="THIRD-ROUND")
    school.keep(replace(plan, cycles=(*plan.cycles, third)))
    kept = take_over(school.inside, PRIMARY, file.request_id, "cycles", SENCO)
    assert [one.number for one in kept.record.cycles] == [1, 2, 3]
    assert kept.record.cycles[0].did == "My own words."
    assert "THIRD-ROUND" in kept.record.cycles[2].did
    assert take_over(school.inside, PRIMARY, file.request_id, "costs", SENCO) == kept
    school.mark(f"{school.pupil_id}/sen-support-plan")
    assert take_over(school.inside, PRIMARY, file.request_id, "professionals", SENCO) == kept
    with pytest.raises(NotFound):
        take_over(school.inside, PRIMARY, file.request_id, "reasons", SENCO)


def test_every_change_stands_in_the_book_and_none_of_it_names_the_child(school: School) -> None:
    file = school.start()
    write(
        school.inside,
        PRIMARY,
        file.request_id,
        "reasons",
        lambda record: replace(record, plan_reason="Because."),
        ADMIN,
    )
    saved = school.town.primary.said("ehc-request.saved")
    assert [(one.actor, one.role) for one in saved] == [("Ada Ministrator", "sen-administrator")]
    assert "Oak" not in str(school.town.primary.book())
    with school.town.primary.store.reading(PRIMARY) as unit:
        assert [one.request_id for one in requests_about(unit, school.pupil_id)] == [
            file.request_id
        ]


def test_a_pupil_of_nobody(school: School) -> None:
    with pytest.raises(NotFound):
        start_request(school.inside, PRIMARY, "0" * 36, SENCO)
