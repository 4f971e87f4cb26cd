"""Contacts, results, the SEN support plan on paper, and what waits in the tray."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.services.edit_record import change_pupil, current_pupil, current_record
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import in_tray
from schemas.attainment import Attainment, StageResult
from schemas.contact import Contact
from schemas.people import Phone
from schemas.pupil import Pupil
from tests.exchange.services.town import SENCO
from tests.exchange.services.tray.papers import pdf_saying
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit, title_of
from tests.exchange.web.site import Client, Place, Site

MOTHER = {
    "forename": "Ada",
    "surname": "Oakenshaw",
    "relationship": "PAM",
    "responsibility": "yes",
    "phones": "01632 960123\r\n07700 900123",
    "email": "ada@home.example",
    "address_as_pupil": "yes",
}


def of(place: Place, pupil_id: str) -> Pupil:
    with place.node.inside.store.reading(place.org_id) as unit:
        return current_pupil(unit, pupil_id)


def changed(place: Place, pupil_id: str, **values: Any) -> None:
    inside = place.node.inside
    change_pupil(inside, place.org_id, pupil_id, lambda now: replace(now, **values), SENCO)


def test_a_contact_is_written_changed_and_removed(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/contacts"
    assert "Contacts" in client.get(f"/pupils/{who}").text
    assert "None yet." in client.get(path).text
    done = submit(client, f"{path}/contacts/new", **MOTHER)
    assert done.status_code == 302, errors_of(done.text)
    (made,) = of(place, who).contacts
    assert (made.order, made.responsibility, made.court_order) == (1, True, None)
    assert [one.number for one in made.phones] == ["01632 960123", "07700 900123"]
    page = client.get(path)
    assert "07700 900123" in page.text
    assert "Oakenshaw" not in title_of(page.text)
    second = submit(client, f"{path}/contacts/new", surname="Elm", court_order="yes")
    assert second.status_code == 302, errors_of(second.text)
    assert [one.order for one in of(place, who).contacts] == [1, 2]
    change = submit(client, f"{path}/contacts/2", arrangements="Never by post")
    assert change.status_code == 302
    assert of(place, who).contacts[1].arrangements == "Never by post"
    assert of(place, who).contacts[1].court_order is True
    gone = submit(client, f"{path}/contacts/1", remove="yes")
    assert gone.status_code == 302
    assert [one.surname for one in of(place, who).contacts] == ["Elm"]


def test_what_a_contact_came_with_stays(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    came = Contact(
        order=1, surname="Elm", sex="F", phones=(Phone(number="01632 960124", kind="W"),)
    )
    changed(place, who, contacts=(came,))
    path = f"/pupils/{who}/records/contacts/contacts/1"
    done = submit(client, path, phones="01632 960124\n01632 960125")
    assert done.status_code == 302, errors_of(done.text)
    (after,) = of(place, who).contacts
    assert after.sex == "F"
    assert [(one.number, one.kind) for one in after.phones] == [
        ("01632 960124", "W"),
        ("01632 960125", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"surname": ""}, "Enter surname"),
        ({"order": "1"}, "This place in the order is used twice"),
        ({"phones": "<ring>"}, "Check this: it is not written as it should be"),
        ({"email": "ada at home"}, "Check this: it is not written as it should be"),
        ({"address-lines": "1 Elm Road"}, "Give an address of their own"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
def test_a_wrong_contact_is_refused_at_its_field(
    site: Site, wrong: dict[str, str], said: str
) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/contacts/contacts/new"
    assert submit(client, path, **MOTHER).status_code == 302
    answer = submit(
        client,
        path,
        **{**MOTHER, **{name.replace("-", "__"): text for name, text in wrong.items()}},
    )
    assert answer.status_code == 422
    assert any(one.startswith(said) for one in errors_of(answer.text)), errors_of(answer.text)
    assert len(of(place, who).contacts) == 1


def test_of_two_who_change_one_contact_neither_loses_a_word(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/contacts/contacts"
    submit(client, f"{path}/new", **MOTHER)
    other = place.client(Role.SEN_ADMINISTRATOR)
    stale = client.get(f"{path}/1").text
    assert submit(other, f"{path}/1", arrangements="Ring before noon").status_code == 302
    client.last = stale
    version = re.search(r'name="version"[^>]*value="([^"]+)"', stale)
    assert version is not None
    mine = {**MOTHER, "order": "1", "arrangements": "By mail", "version": version[1]}
    answer = client.post(f"{path}/1", mine)
    assert answer.status_code == 409
    assert "Ring before noon" in answer.text
    assert "By mail" in answer.text


def test_the_list_of_contacts_has_nothing_of_its_own_to_save(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    page = client.get(f"/pupils/{who}/records/contacts")
    assert "Save" not in page.text
    assert client.post(f"/pupils/{who}/records/contacts", {}).status_code == 405


def test_results_are_written(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/records/attainment/results"
    done = submit(client, f"{path}/new", subject="MAT", stage="KS2", result="104", year="2026")
    assert done.status_code == 302, errors_of(done.text)
    with place.node.inside.store.reading(place.org_id) as unit:
        found = current_record(unit, who, Attainment)
    assert found is not None
    assert found.results == (StageResult(stage="KS2", subject="MAT", result="104", year="2026"),)
    wrong = submit(client, f"{path}/new", subject="MAT", stage="KS2", result="104", year="last")
    assert wrong.status_code == 422
    assert submit(client, f"{path}/1", remove="yes").status_code == 302


def _plan(client: Client, who: str) -> None:
    path = f"/pupils/{who}/records/sen-support-plan"
    assert submit(client, path, **{"author-name": "Jo Brown", "author-role": "SENCO"}).status_code
    told = {"outcome": "Asks for help", "measure": "4 of 5 times", "by": ["1", "7", "2027"]}
    done = submit(client, f"{path}/outcomes/new", **told)
    assert done.status_code == 302, errors_of(done.text)


def test_the_plan_prints_and_has_a_pdf(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who = pupil_at(place)
    paper = f"/pupils/{who}/support-plan"
    assert "No plan is written yet" in client.get(f"{paper}/print").text
    assert client.get(f"{paper}.pdf").status_code == 404
    assert f"{paper}/print" not in client.get(f"/pupils/{who}").text
    _plan(client, who)
    assert f"{paper}/print" in client.get(f"/pupils/{who}").text
    page = client.get(f"{paper}/print").text
    for text in ("Asks for help", "4 of 5 times", "1 July 2027", "Jo Brown, SENCO", "Bel"):
        assert text in page
    pdf = client.get(f"{paper}.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert "no-store" in pdf.headers["Cache-Control"]
    assert "sandbox" in pdf.headers["Content-Security-Policy"]
    stranger = senco(site["secondary"])
    assert stranger.get(f"{paper}/print").status_code == 404
    assert stranger.get(f"{paper}.pdf").status_code == 404


def test_the_page_says_what_waits_in_the_tray(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    who, other = pupil_at(place), pupil_at(place, "Zachary")
    inside, org_id = place.node.inside, place.org_id
    new = NewUpload("Letter from the clinic.pdf", pupil_id=who)
    receive(inside, org_id, io.BytesIO(pdf_saying("A letter")), new, SENCO)
    page = client.get(f"/pupils/{who}").text
    assert "In the tray for Bel" in page
    assert "Letter from the clinic.pdf" in page
    assert "In the tray for" not in client.get(f"/pupils/{other}").text
    assert "In the tray for" not in place.client(Role.HEAD).get(f"/pupils/{who}").text
    with inside.store.reading(org_id) as unit:
        upload = next(one for one in in_tray(unit) if one.pupil_id == who)
    assert f"/tray/files/{upload.upload_id}" in page
