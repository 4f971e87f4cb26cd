"""Every kind of destination over real services, and who confirms what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.destinations import Asked, Kind, Standing
from exchange.domain.protection import Why
from exchange.domain.school_names import SchoolQuery
from exchange.domain.schools import School, SchoolStatus
from exchange.errors import Conflict, DestinationRefused, NotFound, Refused, UsageError
from exchange.ports import Actor
from exchange.services.approval import Approval
from exchange.services.approve import (
    approvals,
    ask_release,
    confirm_by_call,
    decide,
    require_released,
)
from exchange.services.people.account import Account, Post, add_account, new_account
from exchange.services.places import require_confirmed
from exchange.services.protect import protect
from exchange.services.settle_destination import (
    Settled,
    Wanted,
    choices,
    record_request,
    require_settled,
    settle,
    settled,
)
from tests.exchange.services.town import COUNCIL, PRIMARY, PROFILES, SECONDARY, SENCO, Town

HILL = School(
    urn="999777",
    name="Hill Special School",
    status=SchoolStatus.OPEN,
    laestab="8207777",
    telephone="01632 960777",
)
MARY = School(urn="999779", name="St Mary's School", status=SchoolStatus.OPEN)
CLOSED = School(urn="999778", name="Old School", status=SchoolStatus.CLOSED)
SPECIAL = Wanted(kind=Kind.SCHOOL, number="999777", confirmation="hill special school")
ABROAD = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol y Bryn", country="Wales")


class Register:
    """The open register with three invented schools (exchange.ports.schools.SchoolRegister)."""

    def get(self, urn: str) -> School | None:
        return {one.urn: one for one in (HILL, MARY, CLOSED)}.get(urn)

    def search(self, query: SchoolQuery, limit: int) -> list[School]:
        return [one for one in (HILL, MARY, CLOSED) if ("urn", one.urn) in query.numbers][:limit]

    def stamp(self) -> None:
        """There is one."""


@pytest.fixture
def town(town: Town) -> Town:
    house = town.primary
    house.inside = replace(house.inside, register=Register())  # type: ignore[arg-type]
    return house.town


def staff(town: Town, name: str, *roles: Role) -> tuple[str, Actor]:
    """Add a person to the primary school; return the account and how they act."""
    inside = town.primary.inside
    account: Account = new_account(
        name, f"{name}@example.org", tuple(Post(PRIMARY, one) for one in roles), "active"
    )
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, account)
        unit.audit.record(SENCO, "account.made", "account", account.account_id)
        unit.commit()
    return account.account_id, Actor(name, roles[0].value)


def go(town: Town, pupil_id: str, wanted: Wanted, who: tuple[str, Actor]) -> Settled:
    return settle(town.primary.inside, PRIMARY, pupil_id, wanted, who[0], who[1])


def asked(town: Town) -> list[Approval]:
    with town.primary.store.reading(PRIMARY) as unit:
        return approvals(unit)


def now(town: Town, pupil_id: str) -> Settled:
    with town.primary.store.reading(PRIMARY) as unit:
        return settled(unit, pupil_id)


def test_a_school_that_has_joined_needs_nobody_else(town: Town) -> None:
    jo, pupil_id = staff(town, "jo", Role.SENCO), town.leaver()
    wanted = Wanted(kind=Kind.SCHOOL, number="999002", confirmation="Riverside Academy")
    assert go(town, pupil_id, wanted, jo).standing is Standing.READY
    destination = town.primary.pupil(pupil_id).destination
    assert destination is not None
    assert destination.org_id == SECONDARY
    assert asked(town) == []


def test_a_special_school_known_by_the_register_waits_for_a_second_person_once(town: Town) -> None:
    jo, ada = staff(town, "jo", Role.SENCO), staff(town, "ada", Role.HEAD)
    first, second = town.leaver(0), town.leaver(1)
    assert go(town, first, SPECIAL, jo).standing is Standing.NEEDS_SECOND_PERSON
    (question,) = asked(town)
    assert (question.place_name, question.telephone) == (HILL.name, HILL.telephone)
    decide(town.primary.inside, PRIMARY, question.approval_id, *ada, yes=True)
    assert now(town, first).standing is Standing.READY
    assert go(town, second, SPECIAL, jo).standing is Standing.READY
    assert len(asked(town)) == 1


@pytest.mark.parametrize("typed", ["St Mary\u2019s School", "St. Mary's School", "st marys school"])
def test_a_name_confirms_however_it_is_spelt(town: Town, typed: str) -> None:
    who, pupil_id = staff(town, "Jo", Role.SENCO), town.leaver()
    wanted = Wanted(kind=Kind.SCHOOL, number="999779", confirmation=typed)
    made = go(town, pupil_id, wanted, who).destination
    assert made is not None
    assert made.confirmed_with == "name"
    for other in ("St Mary School", "St Martin's School", "St Mary's"):
        with pytest.raises(DestinationRefused, match="destination-not-confirmed"):
            go(town, pupil_id, replace(wanted, confirmation=other), who)


def test_who_chose_cannot_be_the_second_person_in_another_role(town: Town) -> None:
    account, actor = staff(town, "jo", Role.SENCO, Role.HEAD, Role.DSL)
    go(town, town.leaver(), SPECIAL, (account, actor))
    (question,) = asked(town)
    with pytest.raises(Refused, match="second-person-needed"):
        decide(
            town.primary.inside,
            PRIMARY,
            question.approval_id,
            account,
            Actor("jo", "head"),
            yes=True,
        )


def test_where_nobody_else_exists_a_recorded_call_stands_in(town: Town) -> None:
    jo, pupil_id = staff(town, "jo", Role.SENCO, Role.HEAD, Role.DSL), town.leaver()
    go(town, pupil_id, SPECIAL, jo)
    (question,) = asked(town)
    done = confirm_by_call(
        town.primary.inside, PRIMARY, question.approval_id, "the school office", *jo
    )
    assert done.decided is not None
    assert (done.decided.how, done.telephone) == ("call", HILL.telephone)
    assert now(town, pupil_id).standing is Standing.READY
    assert town.primary.said("approval.approved")[0].detail["how"] == "call"


def test_a_call_is_no_way_around_a_colleague(town: Town) -> None:
    jo, _ = staff(town, "jo", Role.SENCO), staff(town, "ada", Role.HEAD)
    go(town, town.leaver(), SPECIAL, jo)
    (question,) = asked(town)
    with pytest.raises(Refused, match="second-person-exists"):
        confirm_by_call(town.primary.inside, PRIMARY, question.approval_id, "the office", *jo)


def test_there_is_no_call_to_a_number_that_somebody_typed(town: Town) -> None:
    jo = staff(town, "jo", Role.SENCO)
    go(town, town.leaver(), ABROAD, jo)
    (question,) = asked(town)
    with pytest.raises(Refused, match="no-number"):
        confirm_by_call(town.primary.inside, PRIMARY, question.approval_id, "the office", *jo)


@pytest.mark.parametrize(
    ("wanted", "standing"),
    [
        (ABROAD, Standing.NEEDS_SECOND_PERSON),
        (Wanted(kind=Kind.COLLEGE, number="10012345", name="A College"), "needs-second-person"),
        (Wanted(kind=Kind.PROVIDER, name="The Barn, Oakham"), "needs-second-person"),
        (Wanted(kind=Kind.HOME_EDUCATED), Standing.HELD),
        (Wanted(kind=Kind.NOT_DECIDED), Standing.NOT_DECIDED),
        (Wanted(kind=Kind.NOTHING_TO_SEND), Standing.NOTHING_TO_SEND),
    ],
)
def test_no_other_choice_lets_a_pack_leave(town: Town, wanted: Wanted, standing: str) -> None:
    pupil_id = town.ready()
    assert go(town, pupil_id, wanted, staff(town, "jo", Role.SENCO)).standing == standing
    with town.primary.store.reading(PRIMARY) as unit:
        assert choices(unit)[pupil_id].kind is wanted.kind
        with pytest.raises(Refused, match=str(standing)):
            require_settled(unit, pupil_id)
    by_hand = standing == Standing.NEEDS_SECOND_PERSON
    refused = "destination-by-hand" if by_hand else "destination-missing"
    with pytest.raises(DestinationRefused, match=refused):
        town.send(pupil_id)


def test_home_education_holds_the_pack_until_it_is_lawfully_asked_for(town: Town) -> None:
    pupil_id, jo = town.leaver(), staff(town, "jo", Role.SENCO)
    go(town, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), jo)
    told = Asked(by="la", who="Larkshire", day=date(2026, 9, 9), recorded_by="jo", role="senco")
    done = record_request(town.primary.inside, PRIMARY, pupil_id, told, jo[1])
    assert (done.standing, done.asked) == (Standing.READY, told)
    with pytest.raises(UsageError, match="asker-unknown"):
        record_request(town.primary.inside, PRIMARY, pupil_id, replace(told, by="aunt"), jo[1])


def test_a_request_is_recorded_for_home_education_alone(town: Town) -> None:
    told = Asked(by="la", who="Larkshire", day=date(2026, 9, 9), recorded_by="jo", role="senco")
    with pytest.raises(NotFound):
        record_request(town.primary.inside, PRIMARY, town.leaver(), told, SENCO)


def test_a_choice_is_replaced_by_the_next(town: Town) -> None:
    pupil_id, jo = town.leaver(), staff(town, "jo", Role.SENCO)
    go(town, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), jo)
    go(town, pupil_id, ABROAD, jo)
    wanted = Wanted(kind=Kind.SCHOOL, number="8204002", confirmation="Riverside Academy")
    assert go(town, pupil_id, wanted, jo).standing is Standing.READY
    with town.primary.store.reading(PRIMARY) as unit:
        assert pupil_id not in choices(unit)
    assert go(town, pupil_id, ABROAD, jo).destination is None
    assert town.primary.pupil(pupil_id).destination is None


def test_the_council_can_be_a_destination(town: Town) -> None:
    wanted = Wanted(kind=Kind.SCHOOL, number=COUNCIL, confirmation=PROFILES[COUNCIL].name)
    jo = staff(town, "jo", Role.SENCO)
    assert go(town, town.leaver(), wanted, jo).standing is Standing.READY


def test_a_pack_that_is_under_way_is_called_back_first(town: Town) -> None:
    pupil_id, jo = town.ready(), staff(town, "jo", Role.SENCO)
    town.send(pupil_id)
    with pytest.raises(Conflict, match="destination-in-use"):
        go(town, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), jo)


def test_what_the_register_says_goes_before_what_was_typed(town: Town) -> None:
    jo, pupil_id = staff(town, "jo", Role.SENCO), town.leaver()
    for wanted, code in (
        (replace(SPECIAL, confirmation="Hill School"), "destination-not-confirmed"),
        (replace(SPECIAL, number="999778", confirmation="Old School"), "destination-closed"),
    ):
        with pytest.raises(DestinationRefused, match=code):
            go(town, pupil_id, wanted, jo)


def test_a_protected_move_is_not_settled_here(town: Town) -> None:
    pupil_id, jo = town.leaver(), staff(town, "jo", Role.SENCO)
    inside = town.primary.inside
    protect(inside, PRIMARY, pupil_id, Why.WITNESS, ("a", "b"), Actor("dee", "dsl"))
    for wanted in (ABROAD, SPECIAL, Wanted(kind=Kind.HOME_EDUCATED)):
        with pytest.raises(Refused, match="protected-move"):
            go(town, pupil_id, wanted, jo)


def test_protecting_a_move_forgets_a_place_that_was_chosen(town: Town) -> None:
    pupil_id, jo = town.leaver(), staff(town, "jo", Role.SENCO)
    inside = town.primary.inside
    go(town, pupil_id, Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Before", country="Wales"), jo)
    go(town, pupil_id, ABROAD, jo)
    protect(inside, PRIMARY, pupil_id, Why.WITNESS, ("a", "b"), Actor("dee", "dsl"))
    with town.primary.store.reading(PRIMARY) as unit:
        assert choices(unit) == {}
        assert settled(unit, pupil_id) == Settled(Standing.NOT_DECIDED)
        assert not list(unit.items.all("destination"))


def test_a_school_that_nobody_confirmed_gets_no_pack(town: Town) -> None:
    pupil_id, jo = town.leaver(), staff(town, "jo", Role.SENCO)
    go(town, pupil_id, SPECIAL, jo)
    with town.primary.store.reading(PRIMARY) as unit:
        to = unit.pupils.get(pupil_id).destination
        assert to is not None
        with pytest.raises(Refused, match="needs-second-person"):
            require_confirmed(unit, to.org_id)
        require_confirmed(unit, SECONDARY)


def test_a_release_that_was_asked_for_stops_the_pack_until_the_head_decides(town: Town) -> None:
    pupil_id, jo, ada = town.ready(), staff(town, "jo", Role.SENCO), staff(town, "ada", Role.HEAD)
    inside = town.primary.inside
    question = ask_release(inside, PRIMARY, pupil_id, "The family disagrees.", *jo)
    with pytest.raises(Refused, match="release-waits"):
        town.send(pupil_id)
    with pytest.raises(Refused, match="not-for-this-role"):
        decide(inside, PRIMARY, question.approval_id, *jo, yes=True)
    decide(inside, PRIMARY, question.approval_id, *ada, yes=False, words="Not yet.")
    with pytest.raises(Refused, match="release-declined"):
        town.send(pupil_id)
    again = ask_release(inside, PRIMARY, pupil_id, "They agreed today.", *jo)
    decide(inside, PRIMARY, again.approval_id, *ada, yes=True)
    assert town.send(pupil_id).outcome == "queued"


def test_nobody_has_to_ask_for_a_release(town: Town) -> None:
    with town.primary.store.reading(PRIMARY) as unit:
        require_released(unit, town.ready())


def test_a_question_is_answered_once(town: Town) -> None:
    jo, ada = staff(town, "jo", Role.SENCO), staff(town, "ada", Role.HEAD)
    go(town, town.leaver(), SPECIAL, jo)
    (question,) = asked(town)
    decide(town.primary.inside, PRIMARY, question.approval_id, *ada, yes=False)
    with pytest.raises(Conflict, match="decided-already"):
        decide(town.primary.inside, PRIMARY, question.approval_id, *ada, yes=True)
