"""What somebody chose for files that came in is there again after their session ended."""

from __future__ import annotations

import io
import re
from datetime import date

from tests.exchange.services.tray.papers import pdf_saying
from tests.exchange.web.lapsing import HERE_AGAIN, form_with, lapse, sent_too_late, sign_in_again
from tests.exchange.web.tray.conftest import Desk
from tests.exchange.web.tray.test_folder_pages import plan, send

BORN = date(2013, 5, 6)


def dropped(desk: Desk, name: str, *papers: str) -> str:
    """Drop a folder with these files; return its page."""
    told = {f"{name}/{one}": pdf_saying(f"{name} {one}") for one in papers}
    answer = plan(desk, name, told)
    batch = answer.json["folder"]
    for path in answer.json["missing"]:
        assert send(desk, batch, path, told[path]).status_code == 201
    desk.settle()
    return f"/tray/folder/{batch}"


def test_not_for_the_family_stays_so(desk: Desk) -> None:
    pupil = desk.child("Una", "Beech", BORN)
    born = f"born {BORN.day} {BORN:%B %Y}"  # two signs: no person is asked whose it is
    upload = desk.checked(pdf_saying("Una Beech is well", born), "una.pdf")
    where = f"/tray/files/{upload.upload_id}"
    told = form_with(desk.client.get(where).text, "type")
    told |= {"type": ["slt-report"], "pupil": [pupil], "title": ["A title"], "not_for": ["family"]}
    page = sent_too_late(desk.place, desk.client, where, told)
    assert HERE_AGAIN in page.text
    now = form_with(page.text, "type")
    assert now["not_for"] == ["family"]
    assert desk.client.post(where, now).status_code == 302
    (document,) = desk.documents(pupil)
    assert [one.not_for for one in document.said.marks] == ["family"]


def test_not_for_the_family_outlives_a_wrong_answer(desk: Desk) -> None:
    pupil = desk.child("Uma", "Beach", BORN)
    upload = desk.checked(pdf_saying("Uma Beach is well"), "uma.pdf")
    where = f"/tray/files/{upload.upload_id}"
    told = form_with(desk.client.get(where).text, "type")
    told |= {"type": [""], "pupil": [pupil], "not_for": ["family"]}
    page = desk.client.post(where, told)
    assert page.status_code == 422
    assert form_with(page.text, "type")["not_for"] == ["family"]


def test_kinds_and_what_becomes_of_each_paper_of_a_child(desk: Desk) -> None:
    pupil = desk.child("Ina", "Larch", BORN)
    where = dropped(desk, "Lapse", "Larch Ina/a.pdf", "Larch Ina/b.pdf") + f"/pupils/{pupil}"
    page = desk.client.get(where)
    one, two = re.findall(r'name="type-([0-9a-f-]+)"', page.text)
    told = form_with(page.text, f"type-{one}")
    told |= {f"type-{one}": ["slt-report"], f"type-{two}": ["ep-report"], f"what-{two}": ["later"]}
    page = sent_too_late(desk.place, desk.client, where, told)
    assert HERE_AGAIN in page.text
    assert form_with(page.text, f"type-{one}") == told


def test_whose_the_papers_of_a_folder_are(desk: Desk) -> None:
    pupil = desk.child("Ida", "Elmtree", BORN)
    where = dropped(desk, "Some", "one/x.pdf", "two/x.pdf")
    page = desk.client.get(where)
    names = re.findall(r'<select[^>]* name="([^"]+)"', page.text)
    told = form_with(page.text, names[0]) | {names[0]: [pupil]}
    page = sent_too_late(desk.place, desk.client, where, told)
    assert HERE_AGAIN in page.text
    assert form_with(page.text, names[0]) == told


def test_files_that_come_too_late_lead_to_the_sign_in(desk: Desk) -> None:
    for path in ("/tray/files", "/tray/folder"):
        desk.client.get("/tray")
        lapse(desk.place, desk.client)
        told = {"files": (io.BytesIO(b"%PDF-1.4"), "a.pdf"), "_form": "Any"}
        answer = desk.client.post(path, told, content_type="multipart/form-data")
        assert answer.status_code == 302, path
        assert "/sign-in" in answer.headers["Location"]
        sign_in_again(desk.place, desk.client)
