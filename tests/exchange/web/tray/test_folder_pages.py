"""The leavers' folder through its pages: streamed by a script, or as a ZIP by a form."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import date
from typing import Any

import pytest

from tests.adapters.test_what_tells_too_much import REMARKS
from tests.exchange.services.tray.papers import pdf_saying, scan, scripted, zipped
from tests.exchange.web.site import BASE
from tests.exchange.web.tray.conftest import Desk

BORN = date(2013, 5, 6)


def plan(desk: Desk, name: str, told: dict[str, bytes]) -> Any:
    page = desk.client.get("/tray/folder").text
    token = re.search(r'data-folder-token="([^"]+)"', page)
    assert token is not None
    files = [[path, len(body), hashlib.sha256(body).hexdigest()] for path, body in told.items()]
    return desk.client.raw.post(
        "/tray/folder/plan",
        json={"name": name, "files": files},
        base_url=BASE,
        headers={"X-CSRFToken": token.group(1), "Referer": BASE, "Accept": "application/json"},
    )


def send(desk: Desk, batch_id: str, path: str, content: bytes) -> Any:
    name = path.rpartition("/")[2]
    return desk.put(content, name, **{"X-Folder": batch_id, "X-File-Path": path})


def test_dropped_confirmed_and_filed_child_by_child(desk: Desk) -> None:
    ina = desk.child("Ina", "Larch", BORN)
    jon = desk.child("Jon", "Maple", date(2013, 9, 9))
    told = {
        "Leavers/Larch Ina/EP report.pdf": pdf_saying("Educational psychology report", "Ina Larch"),
        "Leavers/Larch Ina/mixed up.pdf": pdf_saying("A plan for Jon Maple"),
        "Leavers/Jon Maple/scan.pdf": scan(),
        "Leavers/what.pdf": pdf_saying("No name"),
    }
    answer = plan(desk, "Leavers", told)
    assert answer.status_code == 200, answer.text
    batch_id = answer.json["folder"]
    for path in answer.json["missing"]:
        assert send(desk, batch_id, path, told[path]).status_code == 201
    assert plan(desk, "Leavers", told).json["missing"] == []
    desk.settle()
    page = desk.client.get(f"/tray/folder/{batch_id}").text
    assert "Ina Larch" in page
    assert "Jon Maple" in page
    assert "Whose are these?" in page
    where = f"/tray/folder/{batch_id}/pupils/{ina}"
    page = desk.client.get(where).text
    assert "It may be about another child" in page
    keys = dict(re.findall(r'id="what-([0-9a-f-]+)">.*?<legend[^>]*>([^<]+)<', page, re.DOTALL))
    assert set(keys.values()) == {"EP report.pdf", "mixed up.pdf"}
    form = {f"what-{key}": "file" for key in keys}
    refused = desk.client.post(where, form)
    assert refused.status_code == 422
    assert "Look at it, then say that it is about this child" in refused.text
    assert desk.documents(ina) == [], "not a single one by half"
    mixed = next(key for key, name in keys.items() if name == "mixed up.pdf")
    answer = desk.client.post(where, {**form, f"what-{mixed}": "not-theirs"})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/pupils/{jon}"), "the next child"
    assert [one.type for one in desk.documents(ina)] == ["ep-report"]
    page = desk.client.get(f"/tray/folder/{batch_id}").text
    field = re.search(rf'name="(file-{mixed})"', page)
    assert field is not None
    assert desk.client.post(f"/tray/folder/{batch_id}", {field[1]: jon}).status_code == 302
    page = desk.client.get(f"/tray/folder/{batch_id}/pupils/{jon}").text
    keys = re.findall(r'id="what-([0-9a-f-]+)">', page)
    assert len(keys) == 2
    form = {f"what-{key}": "file" for key in keys} | {f"type-{key}": "other" for key in keys}
    assert desk.client.post(f"/tray/folder/{batch_id}/pupils/{jon}", form).status_code == 302
    assert len(desk.documents(jon)) == 2
    state = desk.client.get(f"/tray/state?folder={batch_id}").json
    assert (state["done"], state["total"], state["ended"]) == (4, 4, True)


def test_thrown_away_it_is_not_missing_and_the_folder_can_be_ended(desk: Desk) -> None:
    told = {"F1/one.pdf": scan(), "F1/two.pdf": pdf_saying("Nobody's letter")}
    batch_id = plan(desk, "F1", told).json["folder"]
    uploads = [send(desk, batch_id, path, told[path]).json["upload"] for path in told]
    desk.settle()
    where = f"/tray/folder/{batch_id}"
    for number, upload in enumerate(uploads):
        assert "Done with this folder" not in desk.client.get(where).text, number
        desk.client.get(f"/tray/files/{upload}")
        assert desk.client.post(f"/tray/files/{upload}/remove").headers["Location"] == where
    page = desk.client.get(where).text
    assert "did not arrive" not in page
    assert "Done with this folder" in page
    assert "not received" not in desk.client.get("/tray").text
    assert plan(desk, "F1", told).json["missing"] == []
    desk.client.get(where)
    assert desk.client.post(f"{where}/done").headers["Location"] == "/tray"


def test_a_folder_of_which_something_never_comes_can_be_ended(desk: Desk) -> None:
    told = {"F0/here.pdf": scan(), "F0/renamed since.pdf": pdf_saying("A letter")}
    batch_id = plan(desk, "F0", told).json["folder"]
    upload = send(desk, batch_id, "F0/here.pdf", told["F0/here.pdf"]).json["upload"]
    desk.settle()
    where = f"/tray/folder/{batch_id}"
    page = desk.client.get(where).text
    assert "1 file of this folder did not arrive yet" in page
    assert "Done with this folder" not in page, "the other is to be filed first"
    desk.client.get(f"/tray/files/{upload}")
    desk.client.post(f"/tray/files/{upload}/remove")
    page = desk.client.get(where).text
    assert "If nothing more is to come, be done with the folder." in page
    assert desk.client.post(f"{where}/done").headers["Location"] == "/tray"
    page = desk.client.get(where).text
    assert "did not arrive" not in page
    assert "Done with this folder" not in page, "it is"
    late = send(desk, batch_id, "F0/renamed since.pdf", told["F0/renamed since.pdf"])
    assert (late.status_code, late.json["code"]) == (422, "folder-ended"), "nobody would see it"
    assert "Choose the folder again" in late.json["text"]


def test_a_type_must_be_chosen_where_nothing_was_guessed(desk: Desk) -> None:
    kim = desk.child("Kim", "Nutmeg", BORN)
    told = {"F2/Kim Nutmeg/x.pdf": scan()}
    batch_id = plan(desk, "F2", told).json["folder"]
    send(desk, batch_id, "F2/Kim Nutmeg/x.pdf", told["F2/Kim Nutmeg/x.pdf"])
    desk.settle()
    where = f"/tray/folder/{batch_id}/pupils/{kim}"
    (key,) = re.findall(r'id="what-([0-9a-f-]+)">', desk.client.get(where).text)
    answer = desk.client.post(where, {f"what-{key}": "file"})
    assert answer.status_code == 422
    assert "Choose what kind of document it is" in answer.text
    assert desk.documents(kim) == []


def test_what_tells_too_much_or_acts_is_said_and_taken_out_on_the_childs_page(desk: Desk) -> None:
    liv = desk.child("Liv", "Olive", BORN)
    told = {
        "F3/Liv Olive/note.pdf": REMARKS["sticky note"],
        "F3/Liv Olive/form.pdf": scripted(pdf_saying("Liv Olive")),
    }
    batch_id = plan(desk, "F3", told).json["folder"]
    for path, content in told.items():
        send(desk, batch_id, path, content)
    desk.settle()
    where = f"/tray/folder/{batch_id}/pupils/{liv}"
    page = desk.client.get(where).text
    assert "notes that a print does not show" in page
    assert "It holds a script" in page
    keys = re.findall(r'id="what-([0-9a-f-]+)">', page)
    assert desk.client.post(where, {f"what-{key}": "clean" for key in keys}).status_code == 302
    desk.settle()
    assert "Take that out" not in desk.client.get(where).text, "it was"
    form = {f"what-{key}": "file" for key in keys} | {f"type-{key}": "other" for key in keys}
    assert desk.client.post(where, form).status_code == 302
    assert [one.warnings for one in desk.documents(liv)] == [("unscanned",)] * 2


def test_as_a_zip_without_a_script(desk: Desk) -> None:
    lea = desk.child("Lea", "Olive", BORN)
    content = zipped({"Z/Lea Olive/plan.pdf": pdf_saying("SEN support plan", "Lea")})
    desk.client.get("/tray/folder")
    answer = desk.client.post(
        "/tray/folder",
        {"archive": (io.BytesIO(content), "Z.zip")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, answer.text
    desk.settle()
    page = desk.client.get(answer.headers["Location"]).text
    assert "Lea Olive" in page
    batch_id = answer.headers["Location"].rpartition("/")[2]
    page = desk.client.get(f"/tray/folder/{batch_id}/pupils/{lea}").text
    (key,) = re.findall(r'id="what-([0-9a-f-]+)">', page)
    answer = desk.client.post(
        f"/tray/folder/{batch_id}/pupils/{lea}",
        {f"what-{key}": "file", f"type-{key}": "sen-support-plan"},
    )
    assert answer.status_code == 302
    desk.client.get(f"/tray/folder/{batch_id}")
    done = desk.client.post(f"/tray/folder/{batch_id}/done")
    assert done.headers["Location"] == "/tray"


def test_no_zip_chosen(desk: Desk) -> None:
    desk.client.get("/tray/folder")
    answer = desk.client.post(
        "/tray/folder", {"archive": (io.BytesIO(b""), "")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "Choose a ZIP file" in answer.text


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"name": "x"},
        {"name": "x", "files": [1]},
        {"name": "x", "files": [["a", "b"]]},
        {"name": "x", "files": [["a", float("inf"), "b"]]},
    ],
)
def test_a_list_that_is_none(desk: Desk, told: Any) -> None:
    page = desk.client.get("/tray/folder").text
    token = re.search(r'data-folder-token="([^"]+)"', page)
    assert token is not None
    answer = desk.client.raw.post(
        "/tray/folder/plan",
        json=told,
        base_url=BASE,
        headers={"X-CSRFToken": token.group(1), "Referer": BASE, "Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json["text"]


def test_another_organisation_s_folder_is_none(desk: Desk) -> None:
    random = "0" * 8 + "-5555-4555-8555-" + "0" * 12
    assert desk.client.get(f"/tray/folder/{random}").status_code == 404
    assert desk.client.get(f"/tray/state?folder={random}").status_code == 404
    assert desk.client.get(f"/tray/files/{random}").status_code == 404
    assert send(desk, random, "a/b.pdf", scan()).status_code == 404
