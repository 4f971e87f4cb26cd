"""Writing about a pupil: what is typed is kept, what is wrong is said at the field."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.services.edit_record import current_pupil, current_record
from schemas.attendance import Attendance
from schemas.people import Address
from schemas.sen import OnePageProfile, SenRegister, SenSupportPlan, TransitionPlan
from tests.exchange.web.pupils.helping import (
    errors_of,
    fields,
    pupil_at,
    senco,
    submit,
    title_of,
)
from tests.exchange.web.site import Place, Site


def kept(place: Place, pupil_id: str, kind: Any) -> Any:
    with place.node.inside.store.reading(place.org_id) as unit:
        return current_record(unit, pupil_id, kind)


NEW = {
    "names-surname": "Thornbury",
    "names-forename": "Casimir",
    "names-known_as": "Caz",
    "date_of_birth": ["9", "3", "2015"],
    "sex": "M",
    "upn_unknown": "UN3",
    "nc_year": "6",
}


def test_a_pupil_is_added_by_hand_and_shown_by_the_known_name(site: Site) -> None:
    client = senco(site["primary"])
    client.get("/pupils/new")
    answer = client.post("/pupils/new", NEW)
    assert answer.status_code == 302, errors_of(answer.text)
    page = client.follow(answer).text
    assert "<h1" in page
    assert "Caz Thornbury" in page
    assert page.index("Caz Thornbury") < page.index("Casimir")
    again = client.post("/pupils/new", NEW)
    assert again.status_code == 422
    assert "is here already" in again.text


def test_without_upn_there_must_be_a_reason(site: Site) -> None:
    client = senco(site["primary"])
    client.get("/pupils/new")
    answer = client.post("/pupils/new", NEW | {"upn_unknown": "", "names-surname": "Ashgrove"})
    assert answer.status_code == 422
    assert errors_of(answer.text) == ["Give the UPN, or below the reason why there is none"]
    assert 'value="Ashgrove"' in answer.text  # what was typed is still there
    wrong = client.post("/pupils/new", NEW | {"upn": "A123", "upn_unknown": ""})
    assert wrong.status_code == 422
    assert 'value="A123"' in wrong.text


def test_each_mistake_is_named_at_its_field(site: Site) -> None:
    client = senco(site["primary"])
    client.get("/pupils/new")
    answer = client.post("/pupils/new", {"date_of_birth": ["31", "2", "2015"]})
    assert answer.status_code == 422
    told = errors_of(answer.text)
    assert "Enter surname" in told
    assert "Enter a real day, such as 27 3 2026" in told
    assert "Choose sex as recorded" in told
    assert 'value="31"' in answer.text
    assert "<title>Error: " in answer.text


def test_the_register_its_needs_and_what_is_only_suspected(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/sen-register"
    part = client.get(f"{path}/needs/new")
    assert part.status_code == 302  # nothing to hang a need on yet
    assert submit(client, path, provision="K").status_code == 302
    assert submit(client, f"{path}/needs/new", type="SLCN", rank="1").status_code == 302
    said = "Loses the line\r\nwhen reading"
    done = submit(client, f"{path}/suspected_needs/new", area="cognition-learning", noticed=said)
    assert done.status_code == 302
    found = kept(place, who, SenRegister)
    assert (found.provision, found.needs[0].type) == ("K", "SLCN")
    assert found.suspected_needs[0].noticed == "Loses the line\nwhen reading"
    assert found.written is not None
    page = client.get(path).text
    assert "Speech, language and communication needs" in page
    twice = submit(client, f"{path}/needs/new", type="ASD", rank="1")
    assert errors_of(twice.text) == ["Another current need has this rank"]


def test_a_plan_grows_outcome_by_outcome_and_cycle_by_cycle(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/sen-support-plan"
    assert submit(client, path).status_code == 302  # author and role stand there already
    outcome = {
        "outcome": "Asks for help",
        "measure": "4 of 5 times",
        "by": ["1", "6", "2027"],
    }
    for _ in range(2):
        assert submit(client, f"{path}/outcomes/new", **outcome).status_code == 302
    done = submit(
        client,
        f"{path}/provision/new",
        what="Talking group",
        who="Teaching assistant",
        times="2",
        per="week",
        minutes="30",
        group_size="4",
        outcomes="1, 2",
    )
    assert done.status_code == 302, errors_of(done.text)
    done = submit(
        client,
        f"{path}/cycles/new",
        starts=["1", "9", "2026"],
        assess="a",
        plan="b",
        do="c",
        review__held=["1", "11", "2026"],
        review__progress="Well",
        review__attended="Jo Brown, mother",
    )
    assert done.status_code == 302, errors_of(done.text)
    found = kept(place, who, SenSupportPlan)
    assert [one.number for one in found.outcomes] == [1, 2]
    assert found.provision[0].outcomes == (1, 2)
    assert found.cycles[0].review.attended[0].role == "mother"
    wrong = submit(
        client,
        f"{path}/provision/1",
        outcomes="9",
        what="Talking group",
        who="Teaching assistant",
        times="2",
        per="week",
        minutes="30",
        group_size="4",
    )
    assert errors_of(wrong.text) == ["There is no outcome with one of these numbers"]
    gone = client.get(f"{path}/outcomes/2")
    removed = client.post(f"{path}/outcomes/2", fields(gone.text) | {"remove": "yes"})
    assert removed.status_code == 422  # the provision names it: nothing is lost in silence
    assert len(kept(place, who, SenSupportPlan).outcomes) == 2


def test_a_cycle_without_review_has_none(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/sen-support-plan"
    submit(client, path)
    submit(client, f"{path}/cycles/new", starts=["1", "9", "2026"], assess="a", plan="b", do="c")
    assert kept(place, who, SenSupportPlan).cycles[0].review is None
    half = submit(
        client,
        f"{path}/cycles/1",
        starts=["1", "9", "2026"],
        assess="a",
        plan="b",
        do="c",
        review__progress="Well",
    )
    assert half.status_code == 422
    assert errors_of(half.text) == ["Answer this question"]


def test_the_profile_begins_with_what_the_plan_says(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    plan = f"/pupils/{who}/records/sen-support-plan"
    submit(client, plan)
    submit(client, f"{plan}/strategies/new", helps="A visual timetable", avoid="Shouting")
    path = f"/pupils/{who}/profile"
    page = client.get(path).text
    assert "A visual timetable" in page
    done = submit(
        client,
        path,
        known_as="Bel",
        support="A visual timetable\r\n\r\nTime to answer",
        medical_alert="Carries an inhaler",
    )
    assert done.status_code == 302, errors_of(done.text)
    found = kept(place, who, OnePageProfile)
    assert found.support == ("A visual timetable", "Time to answer")
    printed = client.get(f"/pupils/{who}/profile/print").text
    assert "Carries an inhaler" in printed
    assert "Time to answer" in printed


def test_transition_and_attendance(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/transition-plan"
    assert (
        submit(
            client, f"{path}/visits/new", day=["3", "6", "2027"], purpose="Lunch", made="no"
        ).status_code
        == 302
    )
    assert (
        submit(client, path, moves_on=["2", "9", "2027"], arrangements="Bus 12").status_code == 302
    )
    found = kept(place, who, TransitionPlan)
    assert (found.visits[0].made, found.arrangements) == (False, ("Bus 12",))
    path = f"/pupils/{who}/records/attendance"
    year = {
        "year": "2025",
        "possible": "380",
        "attended": "381",
        "authorised": "0",
        "unauthorised": "0",
    }
    wrong = submit(client, f"{path}/years/new", **year)
    assert "cannot be more than the sessions possible" in wrong.text
    assert submit(client, f"{path}/years/new", **(year | {"attended": "300"})).status_code == 302
    assert kept(place, who, Attendance).years[0].attended == 300
    page = client.get(f"/pupils/{who}").text
    assert "23 September 2027" in page  # 15 school days after 2 September
    assert "SI 2005/1437" in page


def test_two_who_write_at_once_lose_nothing(site: Site) -> None:
    place = site["primary"]
    first, second = senco(place), senco(place)
    who = pupil_at(place)
    path = f"/pupils/{who}/profile"
    submit(first, path, known_as="Bel", hopes="To swim")
    page = second.get(path)
    sent = fields(page.text)
    submit(first, path, known_as="Bel", hopes="To swim far")
    clash = second.post(path, sent | {"known_as": "Bella", "hopes": "To dance"})
    assert clash.status_code == 409
    assert "Somebody else changed this" in clash.text
    assert "To swim far" in clash.text  # theirs
    assert "To dance" in clash.text  # mine
    assert kept(place, who, OnePageProfile).hopes == "To swim far"
    settled = second.post(path, fields(clash.text) | {"known_as": "Bella", "hopes": "Both"})
    assert settled.status_code == 302
    assert kept(place, who, OnePageProfile).hopes == "Both"


def test_two_who_add_at_once_both_stay(site: Site) -> None:
    place = site["primary"]
    first, second = senco(place), senco(place)
    who = pupil_at(place)
    path = f"/pupils/{who}/records/sen-support-plan"
    submit(first, path)
    new = f"{path}/strategies/new"
    second.get(new)
    mine = second.last
    submit(first, new, helps="One")
    assert second.post(new, fields(mine) | {"helps": "Two"}).status_code == 302
    assert [one.helps for one in kept(place, who, SenSupportPlan).strategies] == ["One", "Two"]


def test_a_part_that_somebody_removed_is_said(site: Site) -> None:
    place = site["primary"]
    first, second = senco(place), senco(place)
    who = pupil_at(place)
    path = f"/pupils/{who}/records/sen-support-plan"
    submit(first, path)
    submit(first, f"{path}/strategies/new", helps="One")
    held = fields(second.get(f"{path}/strategies/1").text)
    assert submit(first, f"{path}/strategies/1", helps="One", remove="yes").status_code == 302
    clash = second.post(f"{path}/strategies/1", held | {"helps": "One, slowly"})
    assert clash.status_code == 409
    assert "They removed it" in clash.text
    assert "One, slowly" in clash.text


def test_an_address_in_parts_is_not_lost_by_a_form_that_shows_lines(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place, address=Address(paon="12", street="Elm Road"))
    done = submit(
        client,
        f"/pupils/{who}/details",
        **{name.replace("-", "__"): value for name, value in NEW.items()},
        medical_flag="yes",
    )
    assert done.status_code == 302, errors_of(done.text)
    with place.node.inside.store.reading(place.org_id) as unit:
        found = current_pupil(unit, who)
    assert found.address is not None
    assert (found.address.paon, found.medical_flag) == ("12", True)


@pytest.mark.parametrize("where", ["", "/details", "/profile", "/records/sen-register", "/history"])
def test_titles_hold_no_name_and_other_schools_see_nothing(site: Site, where: str) -> None:
    who = pupil_at(site["primary"])
    page = senco(site["primary"]).get(f"/pupils/{who}{where}")
    assert page.status_code == 200
    assert "Oakenshaw" in page.text
    assert not {"Oakenshaw", "Annabel", "Bel"} & set(title_of(page.text).replace("-", " ").split())
    assert senco(site["secondary"]).get(f"/pupils/{who}{where}").status_code == 404


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    client.last = ""
    answer = client.raw.post(
        f"/pupils/{who}/profile", data={"known_as": "X"}, base_url="https://pages.example"
    )
    assert answer.status_code == 400
    assert kept(place, who, OnePageProfile) is None


def test_who_teaches_or_runs_the_system_does_not_get_in(site: Site) -> None:
    who = pupil_at(site["primary"])
    for role in (Role.TEACHER, Role.NODE_ADMINISTRATOR, Role.GOVERNOR, Role.DSL):
        client = site["primary"].client(role)
        for path in ("/leavers", f"/pupils/{who}", f"/pupils/{who}/profile"):
            assert client.get(path).status_code in (403, 404), (role, path)
    head = site["primary"].client(Role.HEAD)
    assert head.get(f"/pupils/{who}").status_code == 200
    assert head.get(f"/pupils/{who}/profile").status_code == 403


def test_a_code_that_is_not_in_use_any_more_is_not_lost(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    path = f"/pupils/{pupil_at(place)}/records/ehc-plan"
    assert submit(client, path, authority="820", status="final").status_code == 302
    assert fields(client.get(path).text)["authority"] == "820"
    assert submit(client, path, reference="X 1").status_code == 302
    assert fields(client.get(path).text)["authority"] == "820"
