"""Choosing a school from the open register: closed ones, lookalikes, those that have not joined."""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from adapters.formats.gias import read_links, read_register
from exchange.domain.access import Role
from exchange.ports.schools import RegisterSource
from exchange.services.approve import approvals
from tests.adapters.gias_files import NOW, extract, links, school
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Site, made_site

SCHOOLS = [
    school("999002", "Riverside Academy", EstablishmentNumber="4002", Town="Larkmouth"),
    school("999010", "St Wilfrid's School", EstablishmentNumber="4010", Town="Larkmouth"),
    school("999011", "Saint Wilfrids School", EstablishmentNumber="4011", Town="Oxmere"),
    school(
        "999012",
        "Old Mill School",
        EstablishmentNumber="4012",
        Town="Larkmouth",
        EstablishmentStatus_code="2",
        CloseDate="31-08-2024",
    ),
    school("999013", "Mill Academy", EstablishmentNumber="4013", Town="Larkmouth"),
    school(
        "999014",
        "Harbour PRU",
        EstablishmentNumber="1101",
        PhaseOfEducation_code="0",
        Postcode="LK9 7XY",
    ),
    school(
        "999015",
        "Estuary Free School",
        EstablishmentNumber="4015",
        Town="Larkmouth",
        EstablishmentStatus_code="4",
        OpenDate="01-09-2027",
    ),
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("schools")) as made:
        register = made["primary"].node.inside.register
        assert register is not None
        rows = read_register(io.BytesIO(extract(SCHOOLS)))
        after = read_links(io.BytesIO(links((999012, 999013, "Successor"))))
        source = RegisterSource(rows.rows, rows.sha256, after.rows, after.sha256)
        register.replace(source, NOW)
        yield made


def searched(own: Site, typed: str) -> str:
    client = senco(own["primary"])
    who = pupil_at(own["primary"])
    return str(client.get(f"/pupils/{who}/destination", query_string={"q": typed}).text)


def test_lookalikes_stand_apart_with_town_and_numbers(own: Site) -> None:
    page = searched(own, "st wilfrids")
    assert page.count("nearly the same name") == 2
    for told in ("Larkmouth", "Oxmere", "999010", "999011", "820/4010", "820/4011"):
        assert told in page


def test_a_closed_school_leads_to_its_successor_and_cannot_be_chosen(own: Site) -> None:
    page = searched(own, "old mill")
    assert "Closed" in page
    assert "Mill Academy" in page
    assert "confirm?urn=999013" in page
    assert "confirm?urn=999012" not in page
    client = senco(own["primary"])
    who = pupil_at(own["primary"])
    path = f"/pupils/{who}/destination/confirm"
    client.get(f"{path}?urn=999012")
    answer = client.post(path, {"urn": "999012", "confirmation": "8204012", "role": "senco"})
    assert answer.status_code == 422
    assert any("Mill Academy" in one for one in errors_of(answer.text)), errors_of(answer.text)


@pytest.mark.parametrize("typed", ["harbour", "8201101", "999014", "lk9 7xy"])
def test_a_unit_without_a_phase_is_found_like_any_other(own: Site, typed: str) -> None:
    assert "Harbour PRU" in searched(own, typed)


def test_a_school_that_has_not_joined_wants_a_second_person_and_a_link(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/destination/confirm"
    page = client.get(f"{path}?urn=999014").text
    assert "Has not joined" in page
    wrong = client.post(path, {"urn": "999014", "confirmation": "8204002", "role": "senco"})
    assert wrong.status_code == 422
    done = client.post(path, {"urn": "999014", "confirmation": "820/1101", "role": "senco"})
    assert done.status_code == 302, errors_of(done.text)
    with place.node.inside.store.reading(place.org_id) as unit:
        waiting = approvals(unit, "waiting")
    assert [one.place_name for one in waiting] == ["Harbour PRU"]
    preview = client.get(f"/pupils/{who}/preview").text
    assert "By a link and a code: this school has not joined" in preview
    assert "second person" in preview
    sending = client.get(f"/pupils/{who}/send")
    assert sending.status_code == 302
    assert urlsplit(sending.headers["Location"]).path == f"/pupils/{who}/pick-up"


def test_a_school_that_has_joined_wants_nobody_else(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place)
    assert "Has joined" in client.get(f"/pupils/{who}/destination?q=riverside").text
    path = f"/pupils/{who}/destination/confirm"
    client.get(f"{path}?urn=999002")
    done = client.post(path, {"urn": "999002", "confirmation": "8204002", "role": "senco"})
    assert done.status_code == 302
    assert "second person" not in client.get(f"/pupils/{who}/preview").text


def test_the_administrator_may_choose_and_the_head_may_not(own: Site) -> None:
    place = own["primary"]
    who = pupil_at(place)
    path = f"/pupils/{who}/destination"
    assert place.client(Role.SEN_ADMINISTRATOR).get(path).status_code == 200
    assert place.client(Role.HEAD).get(path).status_code == 403
    assert submit(place.client(Role.SEN_ADMINISTRATOR), path, kind="not-decided").status_code == 302


def test_a_school_that_opens_in_september_can_be_chosen_in_july(own: Site) -> None:
    page = searched(own, "Estuary")
    assert "Not open yet" in page
    assert "1 September 2027" in page
    assert "urn=999015" in page
    place = own["primary"]
    client, who = senco(place), pupil_at(place)
    path = f"/pupils/{who}/destination/confirm"
    assert "Not open yet" in client.get(f"{path}?urn=999015").text
    done = client.post(path, {"urn": "999015", "confirmation": "820/4015", "role": "senco"})
    assert done.status_code == 302, errors_of(done.text)


def test_a_college_that_the_directory_names_otherwise_is_asked_for_again(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    path = f"/pupils/{pupil_at(place)}/destination"
    told = {"kind": "college", "number": "999002", "name": "Riverside Sixth Form"}
    answer = submit(client, path, **told)
    assert answer.status_code == 422
    assert any("name as the directory has it" in one for one in errors_of(answer.text))
    assert 'href="#name"' in answer.text
    assert "Riverside Sixth Form" in answer.text, "what was typed stays to be corrected"
    assert submit(client, path, **told | {"name": "Riverside Academy"}).status_code == 302
