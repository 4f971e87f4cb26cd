"""A person with several roles may do what each of them may, and the book names the right one.

Where they chose to act in one first, a page that is for it shows what it shows to that role alone.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from exchange.domain.access import Role
from exchange.ports import AuditEntry
from exchange.services.approve import ask_release
from exchange.services.ehc_request.approving import ask_head
from exchange.services.ehc_request.preparing import start_request
from exchange.services.people.session import choose
from tests.exchange.web.arrivals.test_looked_after import child, paper
from tests.exchange.web.head.test_head_pages import SENCO, made
from tests.exchange.web.site import Client, Place, Site

BOTH = (Role.SENCO, Role.HEAD)


def lines(place: Place, action: str) -> list[AuditEntry]:
    with place.node.inside.store.reading(place.org_id) as unit:
        return [one for one in unit.audit.entries() if one.action == action]


def first(place: Place, client: Client, role: Role) -> None:
    """Choose to act in one of the roles first, as "Change" at the top of each page does."""
    cookie = client.raw.get_cookie("__Host-senx", domain="pages.example")
    assert cookie is not None
    choose(place.node.inside, cookie.value, place.org_id, role)


def asked(place: Place, number: int, surname: str) -> str:
    """Return where the head answers whether a pack may go."""
    pupil = made(place, number, surname)
    who = place.person(Role.SENCO).account_id
    ask_release(place.node.inside, place.org_id, pupil, "They disagree.", who, SENCO)
    board = place.client(Role.HEAD).get("/approvals").text
    return re.findall(rf'href="(/approvals/[0-9a-f-]+)">[^<]*{surname}', board)[0]


@pytest.mark.parametrize("roles", [BOTH, (*BOTH, Role.DSL)])
def test_a_head_who_is_also_senco_answers_as_head(site: Site, roles: tuple[Role, ...]) -> None:
    place, client = site["primary"], site["primary"].client(*roles)
    link = asked(place, len(roles), f"Quillfeather{len(roles)}")
    assert re.search(r">\s*You\s*<", client.get("/approvals").text)
    page = client.get(link)
    assert 'name="answer"' in page.text
    assert "SENCO, Head teacher" in page.text, "the header says in which roles"
    assert client.post(link, {"answer": "yes", "words": ""}).status_code == 303
    assert lines(place, "approval.approved")[-1].role == "head"


def test_who_chose_to_act_as_senco_first_does_not_answer_as_head(site: Site) -> None:
    place, client = site["primary"], site["primary"].client(*BOTH)
    link = asked(place, 4, "Chooser")
    first(place, client, Role.SENCO)
    page = client.get(link).text
    assert 'name="answer"' not in page
    assert "choose so with the link" in page
    first(place, client, Role.HEAD)
    assert 'name="answer"' in client.get(link).text


def test_a_head_who_is_also_senco_finds_a_child_in_an_emergency(site: Site) -> None:
    client = site["primary"].client(*BOTH)
    assert 'id="name"' in client.get("/emergencies").text


def test_a_head_who_is_also_senco_finds_the_request_to_decide(site: Site) -> None:
    place, inside = site["primary"], site["primary"].node.inside
    pupil = made(place, 5, "Asker")
    ehc = start_request(inside, place.org_id, pupil, SENCO, "330").request_id
    ask_head(inside, place.org_id, ehc, "Please look", SENCO)
    client = place.client(*BOTH)
    page = client.get(f"/ehc-requests/{ehc}").text
    assert f"/ehc-requests/{ehc}/decide" in page
    assert f"/ehc-requests/{ehc}/write/" in page, "and she may still write it"


@pytest.mark.parametrize("other", [Role.SENCO, Role.SEN_ADMINISTRATOR, Role.TEACHER])
def test_a_designated_teacher_who_is_more_reads_of_looked_after_children(
    site: Site, other: Role
) -> None:
    place = site["secondary"]
    pupil = child(place, f"Careful{other.value}", in_care=True)
    pep = paper(place, pupil, "pep")
    client = place.client(Role.DESIGNATED_TEACHER, other)
    before = len(lines(place, "class-sheet.viewed"))
    page = client.get("/class-sheet").text
    assert "Looked-after children" in page
    assert pep in page
    assert client.get(pep).status_code == 200
    assert lines(place, "document.opened")[-1].role == "designated-teacher"
    viewed = [one.role for one in lines(place, "class-sheet.viewed")[before:]]
    assert viewed[-1] == "designated-teacher"


def test_an_administrator_who_is_head_sees_what_either_sees(site: Site) -> None:
    place = site["secondary"]
    pupil = child(place, "Flagged", in_care=False)
    document = paper(place, pupil, "ep-report").rpartition("/")[2]
    with place.node.inside.store.unit(place.org_id) as unit:
        kept = unit.documents.get(document)
        unit.documents.update(replace(kept, type="safeguarding-flag"))
        unit.audit.record(SENCO, "test.typed", "document", document)
        unit.commit()
    path = f"/pupils/{pupil}/documents/{document}/file"
    assert place.client(Role.SEN_ADMINISTRATOR).get(path).status_code == 404
    both = place.client(Role.SEN_ADMINISTRATOR, Role.HEAD)
    assert both.get(path).status_code == 200
    page = both.get(f"/pupils/{pupil}").text
    assert f"/pupils/{pupil}/details" in page
    assert f"/pupils/{pupil}/copies" in page
    first(place, both, Role.SEN_ADMINISTRATOR)
    assert both.get(path).status_code == 404


def test_who_chose_to_act_as_head_first_reads_and_does_not_prepare(site: Site) -> None:
    place, client = site["primary"], site["primary"].client(*BOTH)
    pupil = made(place, 6, "Reader")
    assert f"/pupils/{pupil}/details" in client.get(f"/pupils/{pupil}").text
    first(place, client, Role.HEAD)
    assert f"/pupils/{pupil}/details" not in client.get(f"/pupils/{pupil}").text
