"""A report of a specialist is filed from the tray only with a child that it was matched with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from exchange.services.advice.by_hand import file_by_hand
from exchange.web.tray import document as page
from tests.exchange.services.tray.papers import pdf_saying, scan
from tests.exchange.web.tray.conftest import Desk

BORN = date(2013, 5, 6)


def test_another_childs_report_is_not_filed_by_a_choice_alone(desk: Desk) -> None:
    ann = desk.child("Ann", "Acacia", BORN)
    found = desk.checked(pdf_saying("Educational psychology report", "Zoe Quill"), "scan0001.pdf")
    where = f"/tray/files/{found.upload_id}"
    desk.client.get(where)
    told = {"type": "ep-report", "pupil": ann, "title": "Kept as typed"}
    asked = desk.client.post(where, told)
    assert asked.status_code == 422
    assert "Is this report about Ann Acacia?" in asked.text
    assert "The child&#39;s name is not in it" in asked.text
    assert "Kept as typed" in asked.text
    looked = told | {"looked": "yes", "matched": ann}
    thin = desk.client.post(where, looked | {"compared": ["school"]})
    assert thin.status_code == 422
    assert "One thing alone is not enough" in thin.text
    of_another = looked | {"compared": ["name", "born"], "matched": "another"}
    assert desk.client.post(where, of_another).status_code == 422
    assert desk.client.post(where, told | {"compared": ["name", "born"]}).status_code == 422
    assert desk.documents(ann) == []
    assert desk.client.post(where, looked | {"compared": ["born", "upn"]}).status_code == 302
    assert [one.type for one in desk.documents(ann)] == ["ep-report"]


def test_what_names_a_child_twice_over_is_filed_as_before(desk: Desk) -> None:
    bea = desk.child("Bea", "Bramble", BORN)
    lines = ("Speech and language therapy report", "Bea Bramble", "born 6 May 2013")
    found = desk.checked(pdf_saying(*lines), "slt.pdf")
    where = f"/tray/files/{found.upload_id}"
    assert "Is this report about" not in desk.client.get(where).text
    assert desk.client.post(where, {"type": "slt-report", "pupil": bea}).status_code == 302
    own = desk.checked(pdf_saying("EP report", "Bea Bramble"), "ep.pdf", **{"X-Pupil": bea})
    where = f"/tray/files/{own.upload_id}"
    assert "Is this report about" not in desk.client.get(where).text
    assert desk.client.post(where, {"type": "ep-report"}).status_code == 302


def test_a_scan_on_the_childs_page_is_looked_at(desk: Desk) -> None:
    cal = desk.child("Cal", "Cedar", BORN)
    found = desk.checked(scan(), "ep report.pdf", **{"X-Pupil": cal})
    where = f"/tray/files/{found.upload_id}"
    desk.client.get(where)
    asked = desk.client.post(where, {"type": "ep-report"})
    assert asked.status_code == 422
    assert "It was added on this child&#39;s own page" in asked.text
    told = {"type": "ep-report", "looked": "yes", "matched": cal, "compared": ["name"]}
    assert desk.client.post(where, told).status_code == 302


def test_a_paper_of_the_schools_own_needs_no_more_than_a_choice(desk: Desk) -> None:
    dot = desk.child("Dot", "Damson", BORN)
    found = desk.checked(scan(), "letter.pdf")
    where = f"/tray/files/{found.upload_id}"
    desk.client.get(where)
    assert desk.client.post(where, {"type": "other", "pupil": dot}).status_code == 302


class Killed(BaseException):
    """What a kill -9 is to the code: nothing catches it."""


def test_killed_once_it_is_filed_it_is_not_for_whom_it_was_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = desk.child("Eve", "Elder", BORN)
    found = desk.checked(scan(), "note.pdf")
    where = f"/tray/files/{found.upload_id}"
    desk.client.get(where)

    def killed_after(*told: Any, **more: Any) -> None:
        file_by_hand(*told, **more)
        raise Killed

    monkeypatch.setattr(page, "file_by_hand", killed_after)
    with pytest.raises(Killed):
        desk.client.post(where, {"type": "other", "pupil": eve, "not_for": ["family", "school"]})
    (document,) = desk.documents(eve)
    assert [one.not_for for one in document.said.marks] == ["family", "school"]
