"""A caseworker writes a plan and consults a school; the school answers; each sees what it may."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pikepdf
import pytest

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.cases import Case, CaseState, Source, case
from exchange.services.cases.keeping import add_case
from exchange.services.keep_pupil import add_pupil
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from schemas.pupil import Names
from tests.exchange.services.town import pupil_record
from tests.exchange.web.site import Client, Place, Site, made_site

WHO = Actor("Lee Case", "la-caseworker")
CASE = "c0000000000000000000000000000001"
AT = f"/cases/{CASE}/plan"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("plans"), "council", "secondary") as made:
        council = made["council"]
        _case(council)
        yield made


def _case(council: Place) -> None:
    inside = council.node.inside
    pupil_id = add_pupil(inside, council.org_id, pupil_record(0), WHO)
    now = inside.clock.now()
    held = Case(
        case_id=CASE,
        state=CaseState.DRAFTING,
        source=Source.SCHOOL,
        reference="C-7QK2M",
        reached=now.date(),
        reached_at=now,
        created_at=now,
        updated_at=now,
        pupil_id=pupil_id,
    )
    with inside.store.unit(council.org_id) as unit:
        add_case(unit, held)
        unit.audit.record(WHO, "case.made", "case", CASE)
        unit.commit()


def worker(site: Site) -> Client:
    return site["council"].client(Role.LA_CASEWORKER)


def write(client: Client, letter: str, text: str) -> None:
    path = f"{AT}/sections/{letter}"
    page = client.get(path).text
    version = re.search(r'name="version"[^>]*value="([^"]*)"', page)
    assert version is not None
    done = client.post(path, {"text": text, "version": version.group(1)})
    assert done.status_code == 302, done.text


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return found.group(1)


def test_a_plan_is_written_consulted_about_and_answered(site: Site) -> None:
    client, council = worker(site), site["council"]
    assert "Nothing yet" in client.get(AT).text
    for letter in "ABF":
        write(client, letter, f"What stands in {letter}.")
    found = client.get(f"{AT}/schools?for=consultation&q=999002").text
    assert "See what this school gets" in found
    to = f"{AT}/schools/{site['secondary'].org_id}?for=consultation"
    page = client.get(to).text
    goes, _, stays = page.partition("Stays here")
    assert "Section B" in goes
    assert "Section A" in stays
    done = client.post(to, {"seen": seen(page)})
    assert done.status_code == 302, done.text
    site.settle()
    school = site["secondary"].client(Role.SENCO)
    assert "Larkshire Council" in school.get("/consultations").text
    prepares = site["secondary"].client(Role.SEN_ADMINISTRATOR).get("/consultations").text
    assert "Larkshire Council" in prepares
    assert 'href="/consultations/' not in prepares, "a SENCO or head answers"
    link = re.search(r'href="(/consultations/[0-9a-f-]+)"', school.get("/consultations").text)
    assert link is not None
    refused = school.post(link.group(1), {"answer": "cannot-meet", "text": ""})
    assert refused.status_code == 422
    assert school.post(link.group(1), {"answer": "can-meet", "text": ""}).status_code == 302
    site.settle()
    told = client.get(AT).text
    assert "Answered" in told
    assert council.name in school.get(link.group(1)).text


def test_what_changed_since_it_was_shown_is_not_sent(site: Site) -> None:
    client = worker(site)
    to = f"{AT}/schools/{site['secondary'].org_id}?for=consultation"
    mark = seen(client.get(to).text)
    write(client, "B", "Another text.")
    client.get(to)
    again = client.post(to, {"seen": mark})
    assert again.status_code == 422
    assert "Look again" in again.text


def test_a_section_that_somebody_else_changed_is_shown_beside_ones_own(site: Site) -> None:
    client, path = worker(site), f"{AT}/sections/E"
    write(client, "E", "Theirs.")
    client.get(path)
    done = client.post(path, {"text": "Mine.", "version": "0" * 32})
    assert done.status_code == 422
    assert "Theirs." in done.text
    assert "Mine." in done.text


def test_the_edition_on_paper_holds_what_any_school_may_read(site: Site) -> None:
    client = worker(site)
    write(client, "A", "A remark about a school.")
    texts = {}
    for way in ("", "?for=consultation"):
        answer = client.get(f"{AT}.pdf{way}")
        assert answer.headers["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert "Oak" not in str(pdf.docinfo)
        texts[way] = words(answer.data)
    assert "A remark about a school." in texts[""]
    assert "A remark" not in texts["?for=consultation"]
    assert "Section B" in texts["?for=consultation"]


def words(content: bytes) -> str:
    from pdfminer.high_level import extract_text

    return " ".join(extract_text(io.BytesIO(content)).split())


def test_a_school_that_has_not_joined_is_noted_and_its_answer_too(site: Site) -> None:
    client = worker(site)
    today = site["council"].node.inside.clock.now().date()
    day = {"sent": [str(today.day), str(today.month), str(today.year)]}
    client.get(f"{AT}/consultations/new")
    done = client.post(f"{AT}/consultations/new", {"name": "Far Hill School", **day})
    assert done.status_code == 302, done.text
    link = re.search(rf'href="({AT}/consultations/[0-9a-f-]+)"[^>]*>Far Hill', client.get(AT).text)
    assert link is not None
    case = client.get(f"/cases/{CASE}").text
    dates = case.partition("Dates of this case")[2].partition("The rules behind these dates")[0]
    assert "answer to the consultation: Far Hill School" in dates
    client.get(link.group(1))
    answered = [str(today.day), str(today.month), str(today.year)]
    page = client.post(link.group(1), {"answer": "cannot-meet", "text": "", "answered": answered})
    assert page.status_code == 422
    done = client.post(
        link.group(1), {"answer": "cannot-meet", "text": "No room.", "answered": answered}
    )
    assert done.status_code == 302
    assert "No room." in client.get(link.group(1)).text


@pytest.mark.parametrize("role", [Role.PANEL_MEMBER, Role.SENCO, Role.NODE_ADMINISTRATOR])
def test_nobody_else_of_the_council_reads_a_plan(site: Site, role: Role) -> None:
    assert site["council"].client(role).get(AT).status_code in (403, 404)


def test_another_case_is_no_page(site: Site) -> None:
    assert worker(site).get(f"/cases/{'d' * 32}/plan").status_code == 404


def test_a_paper_that_may_be_another_childs_waits_until_the_caseworker_says_whose(
    site: Site,
) -> None:
    council, client = site["council"], worker(site)
    inside = council.node.inside
    other = replace(pupil_record(1), names=Names(surname="Ash", forename="Ben"))
    add_pupil(inside, council.org_id, other, WHO)
    with inside.store.reading(council.org_id) as unit:
        pupil = case(unit, CASE).pupil_id
    assert pupil is not None
    paper = filed(council, pupil, b"Ben Ash likes maps.")
    client.get(f"{AT}/sections/F")
    version = re.search(r'name="version"[^>]*value="([^"]*)"', client.last)
    assert version is not None
    told = {"text": "Maps.", "version": version.group(1), "documents": [paper]}
    assert client.post(f"{AT}/sections/F", told).status_code == 302
    to = f"{AT}/schools/{site['secondary'].org_id}?for=consultation"
    page = client.get(to).text
    assert "may be about another child" in page
    where = f"/pupils/{pupil}/twins"
    assert f'href="{where}"' in page
    assert 'name="seen"' not in page, "it cannot be sent yet"
    asked = client.get(where).text
    assert "Ben Ash" in asked
    assert "Move it to" not in asked
    assert 'value="remove"' not in asked
    look = f"/cases/{CASE}/documents/{paper}/file"
    assert f'href="{look}"' in asked
    assert client.get(look).data == b"Ben Ash likes maps."
    (ben,) = re.findall(rf'name="seen-{paper}" value="([^"]+)"', asked)
    client.get(where)
    client.post(where, {f"about-{paper}": ben})
    with inside.store.reading(council.org_id) as unit:
        assert unit.documents.get(paper).pupil_id == pupil, "moving is not theirs"
    client.get(where)
    said = client.post(where, {f"about-{paper}": "this-pupil", f"seen-{paper}": ben})
    assert said.status_code == 302
    assert "may be about another child" not in client.get(to).text


def filed(place: Place, pupil: str, content: bytes) -> str:
    inside = place.node.inside
    made = receive(inside, place.org_id, io.BytesIO(content), NewUpload("a.txt"), WHO).upload
    checker = TrayChecker(inside, place.node.inspector, None, place.node.cleaner)
    checker.advance(place.org_id, made.upload_id)
    filing = Filing(pupil, "ep-report")
    return file_upload(inside, place.org_id, made.upload_id, filing, WHO).document.document_id
