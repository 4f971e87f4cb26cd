"""A school and its council, both with their own worker: a request, its case, the decision."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.ports import Actor
from exchange.services.cases import Case, CaseState, Decision, cases, record_decision
from exchange.services.ehc_request.keeping import request_file
from exchange.services.ehc_request.outlook import outlook
from exchange.services.ehc_request.sending import send_request, withdraw_request
from exchange.services.ehc_request.writing import write
from exchange.services.recall import recall
from tests.exchange.services.town import SENCO
from tests.exchange.web.requests.test_requests import begun, until
from tests.exchange.web.site import Place, Site

KAY = Actor("Kay Seworker", "la-caseworker")


def sent(place: Place, ehc: str) -> None:
    inside = place.node.inside
    with inside.store.reading(place.org_id) as unit:
        mark = outlook(inside, unit, place.org_id, request_file(unit, ehc)).mark
    send_request(inside, place.org_id, ehc, "SENCO", mark, SENCO)


def new_case(town: Site, before: set[str], packs: int) -> Case:
    """Return the one case that is new, once it has so many packs: an errand looks now and then."""
    council = town["council"]
    for _ in range(60):
        town.settle()
        with council.node.inside.store.reading(council.org_id) as unit:
            made = [one for one in cases(unit) if one.case_id not in before]
        if made and len(made[0].packs) == packs:
            break
        time.sleep(0.25)
    assert [len(one.packs) for one in made] == [packs]
    return made[0]


def today(place: Place) -> date:
    return london_day(place.node.inside.clock.now())


def test_one_case_of_two_editions_and_its_decision_comes_back(town: Site) -> None:
    school, council = town["primary"], town["council"]
    client = school.client(Role.SENCO)
    _, ehc = begun(school, client)
    with council.node.inside.store.reading(council.org_id) as unit:
        before = {one.case_id for one in cases(unit)}
    sent(school, ehc)
    town.settle()
    write(
        school.node.inside,
        school.org_id,
        ehc,
        "reasons",
        lambda record: replace(record, needs_reason="More was found."),
        SENCO,
    )
    sent(school, ehc)
    town.settle()
    made = new_case(town, before, 2)
    assert made.reached == today(council)
    decision = Decision(
        what="assess", yes=True, decided=today(council), told=today(council), reasons=""
    )
    record_decision(council.node.inside, council.org_id, made.case_id, decision, KAY)
    page = until(town, client, f"/ehc-requests/{ehc}", "They will assess")
    assert "Kay Seworker" in page
    assert "Came from the council" in page
    assert "More was found." in client.get(f"/ehc-requests/{ehc}/print").text


def test_the_check_says_that_a_pack_that_was_called_back_can_be_sent_again(town: Site) -> None:
    school, council = town["primary"], town["council"]
    client = school.client(Role.SENCO)
    _, ehc = begun(school, client)
    with council.node.inside.store.reading(council.org_id) as unit:
        before = {one.case_id for one in cases(unit)}
    sent(school, ehc)
    check = f"/ehc-requests/{ehc}/check"
    assert "The council has exactly this already." in client.get(check).text
    inside = school.node.inside
    with inside.store.reading(school.org_id) as unit:
        (bundle,) = request_file(unit, ehc).bundles
    recall(inside, school.org_id, bundle, SENCO)
    text = client.get(check).text
    assert "The council has exactly this already." not in text
    assert "The council does not hold the pack that went last." in text
    assert "Send it again" in text
    assert "Send the request again to" in client.get(f"/ehc-requests/{ehc}/send").text
    sent(school, ehc)
    assert "The council has exactly this already." in client.get(check).text
    new_case(town, before, 1)


def test_a_request_that_is_taken_back_is_marked_at_the_council(town: Site) -> None:
    school, council = town["primary"], town["council"]
    _, ehc = begun(school, school.client(Role.SENCO))
    with council.node.inside.store.reading(council.org_id) as unit:
        before = {one.case_id for one in cases(unit)}
    sent(school, ehc)
    town.settle()
    inside = school.node.inside
    withdraw_request(inside, school.org_id, ehc, "The family moves.", "SENCO", SENCO)
    town.settle()
    made = new_case(town, before, 2)
    assert made.withdrawn == today(council)
    assert made.state is CaseState.OPEN  # a person closes it
