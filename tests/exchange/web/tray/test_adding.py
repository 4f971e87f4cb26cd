"""Files through the pages' routes: taken, refused, shown, filed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from flask import Request, request

from exchange.domain.access import Role
from exchange.ports import Limits
from exchange.services.people import account as accounts
from exchange.services.tray import limits
from exchange.services.tray.upload import Stage
from exchange.web import uploads
from tests.exchange.services.tray.papers import pdf_saying, scan, scripted
from tests.exchange.web.site import BASE
from tests.exchange.web.tray.conftest import Desk

REPORT = pdf_saying("Educational psychology report", "Ann Oak was seen on 3 May 2026.")


class Body(io.RawIOBase):
    """A body that is never there as a whole; it says how long it would be."""

    def __init__(self, size: int) -> None:
        self._size, self._at, self.sent = size, 0, 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = self._size if whence == 2 else offset
        return self._at

    def tell(self) -> int:
        return self._at


def test_without_a_script_a_form_brings_files(desk: Desk) -> None:
    ann = desk.child("Ann", "Oak")
    answer = desk.post(("EP report.pdf", REPORT), pupil=ann)
    assert answer.status_code == 302
    where = answer.headers["Location"]
    page = desk.client.get(where)
    assert "Being checked" in page.text
    desk.settle()
    page = desk.client.get(where)
    assert "EP report.pdf" in page.text
    assert re.search(
        r'<option[^>]*value="ep-report"[^>]*selected|selected[^>]*value="ep-report"', page.text
    )
    assert "Ann" not in re.search(r"<title>(.*?)</title>", page.text).group(1)  # type: ignore[union-attr]
    done = desk.client.post(where, {"type": "ep-report", "title": "A report", "author": "Dr A"})
    assert done.status_code == 302, done.text
    (document,) = desk.documents(ann)
    assert (document.title, document.author, document.type) == ("A report", "Dr A", "ep-report")
    desk.client.last = page.text
    again = desk.client.post(where, {"type": "ep-report", "title": "A report", "author": "Dr A"})
    assert again.headers["Location"] == f"/pupils/{ann}/documents/{document.document_id}"
    page = desk.client.get(where)
    assert page.headers["Location"] == again.headers["Location"]
    assert "It was filed already." in desk.client.get(page.headers["Location"]).text
    assert len(desk.documents(ann)) == 1


def test_several_files_at_once_lie_in_the_tray(desk: Desk) -> None:
    answer = desk.post(("one.pdf", REPORT), ("two.pdf", scan()))
    assert answer.headers["Location"] == "/tray"
    page = desk.client.get("/tray").text
    assert "one.pdf" in page
    assert "two.pdf" in page
    assert "Being checked" in page
    state = desk.client.get("/tray/state").json
    assert state["ended"] is False
    desk.settle()
    state = desk.client.get("/tray/state").json
    assert state["ended"] is True
    assert state["done"] == state["total"]


def test_no_file_chosen_is_said_at_the_field(desk: Desk) -> None:
    answer = desk.post(("", b""))
    assert answer.status_code == 422
    assert "Choose a file" in answer.text
    assert 'href="#upload-files"' in answer.text


def test_what_was_not_taken_is_named_with_the_reason_and_the_rest_is_kept(desk: Desk) -> None:
    ann = desk.child("Ada", "Rowan")
    had = len(desk.tray())
    answer = desk.post(("good.pdf", pdf_saying("Ada")), ("empty.pdf", b""), pupil=ann)
    assert answer.status_code == 422
    assert "empty.pdf: The file has no contents." in answer.text
    assert "good.pdf" not in answer.text
    assert re.search(r'1 file received: <a[^>]*href="/tray"', answer.text)
    assert len(desk.tray()) == had + 1


def test_with_a_script_a_file_streams_in(desk: Desk) -> None:
    answer = desk.put(REPORT, "Ärger & <b>.pdf")
    assert answer.status_code == 201
    again = desk.put(REPORT, "Ärger & <b>.pdf")
    assert (again.status_code, again.json["upload"]) == (200, answer.json["upload"])
    assert desk.get(answer.json["upload"]).file_name == "Ärger & <b>.pdf"


def test_on_every_other_page_a_file_stays_in_memory_and_is_limited(desk: Desk) -> None:
    app = desk.place.app
    with app.test_request_context("/"):
        assert not isinstance(Request._get_file_stream(request, 600_000, None, "a"), io.BytesIO), (
            "as the parser would have it, a file on a disk"
        )
    for rule in app.url_map.iter_rules():
        if rule.endpoint in uploads.SEALED:
            continue
        with app.test_request_context("/"):
            request.url_rule = rule
            stream = request._get_file_stream(600_000, None, "a.bin")
            assert isinstance(stream, io.BytesIO), rule
            uploads._set_limit()
            most = request.max_content_length
            assert most is not None, rule
            assert most <= 80 * 1024 * 1024, rule


def test_too_large_is_refused_before_it_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(desk.inside, limits=Limits(document_bytes=1000))
    monkeypatch.setattr(uploads, "inside", lambda: small)

    class Unread(Body):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise AssertionError("the body was read")

    token = desk.client.get("/tray") and re.search(r'csrf_token" value="([^"]+)"', desk.client.last)
    assert token is not None
    for accept, kind in (("application/json", "json"), ("text/html", "html")):
        answer = desk.client.raw.put(
            "/tray/files",
            input_stream=Unread(10_000_000),
            content_length=10_000_000,
            base_url=BASE,
            headers={
                "Referer": BASE,
                "X-CSRFToken": token.group(1),
                "X-File-Name": "a",
                "Accept": accept,
            },
        )
        assert answer.status_code == 413
        assert kind in answer.content_type
        assert "Save it with smaller pictures, or split it" in answer.text


def test_a_file_that_grows_too_large_is_refused_on_the_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.client.get("/tray")
    before = len(desk.tray())
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))
    small = replace(desk.inside, limits=Limits(document_bytes=1000))
    monkeypatch.setattr(uploads, "inside", lambda: small)
    answer = desk.post(("small.pdf", b"x" * 999), ("large.pdf", b"x" * 5000))
    assert answer.status_code == 413
    assert "The file was not taken" in answer.text
    assert len(desk.tray()) == before
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


def test_more_files_than_are_taken_at_once(desk: Desk) -> None:
    before = len(desk.tray())
    many = [(f"{number}.txt", b"x") for number in range(limits.MOST_AT_ONCE + 1)]
    answer = desk.post(*many)
    assert answer.status_code == 413
    assert str(limits.MOST_AT_ONCE) in answer.text
    assert len(desk.tray()) == before


def test_without_the_form_s_token_nothing_is_kept(desk: Desk) -> None:
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))
    data = {"files": [(io.BytesIO(REPORT), "a.pdf")], "csrf_token": "made up"}
    answer = desk.client.raw.post(
        "/tray/files", data=data, base_url=BASE, headers={"Referer": BASE}
    )
    assert answer.status_code == 400
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


@pytest.mark.parametrize("role", [Role.HEAD, Role.DSL, Role.TEACHER, Role.NODE_ADMINISTRATOR])
def test_others_put_nothing_into_the_tray(desk: Desk, role: Role) -> None:
    client = desk.place.client(role)
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))
    answer = client.raw.post(
        "/tray/files", data={"files": [(io.BytesIO(REPORT), "a.pdf")]}, base_url=BASE
    )
    assert answer.status_code in (403, 400, 404)
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


def test_a_stranger_s_files_are_not_read_into_anything(desk: Desk) -> None:
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))
    stranger = desk.place.client()
    for path in ("/tray/files", "/tray/folder"):
        answer = stranger.raw.post(
            path, data={"files": [(io.BytesIO(REPORT), "a.pdf")]}, base_url=BASE
        )
        assert answer.status_code in (302, 303, 400, 404)
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


def test_a_pupil_who_is_not_here(desk: Desk) -> None:
    before = len(desk.tray())
    answer = desk.post(("a.pdf", REPORT), pupil="0" * 8 + "-5555-4555-8555-" + "0" * 12)
    assert answer.status_code == 404
    assert len(desk.tray()) == before


def test_suspended_in_the_middle_nothing_is_kept(desk: Desk) -> None:
    account = desk.client.account
    assert account is not None
    desk.client.get("/tray")
    token = re.search(r'csrf_token" value="([^"]+)"', desk.client.last)
    assert token is not None
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))

    class Slow(Body):
        """A body in whose middle the person is suspended."""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer)  # type: ignore[arg-type]
            size = min(len(view), 256 * 1024)
            view[:size] = bytes(size)
            self.sent += size
            if self.sent == 4 * 1024 * 1024:
                suspend(desk, account.account_id)
            return size

    body = Slow(64 * 1024 * 1024)
    answer = desk.client.raw.put(
        "/tray/files",
        input_stream=body,
        content_length=64 * 1024 * 1024,
        base_url=BASE,
        headers={
            "Referer": BASE,
            "X-CSRFToken": token.group(1),
            "X-File-Name": "a.pdf",
            "Accept": "application/json",
        },
    )
    assert (answer.status_code, answer.json["code"]) == (401, "session-ended")
    assert body.sent < 8 * 1024 * 1024, "long before the end"
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


def suspend(desk: Desk, account_id: str) -> None:
    from exchange.audit import NODE
    from tests.exchange.web.site import ADMIN

    with desk.inside.store.unit(NODE) as unit:
        found = accounts.get_account(unit, account_id)
        accounts.put_account(desk.inside, unit, replace(found, state="suspended"))
        unit.audit.record(ADMIN, "account.suspended", "account", account_id)
        unit.commit()


def test_active_content_is_cleaned_or_thrown_away(desk: Desk) -> None:
    ann = desk.child("Cora", "Birch", date(2014, 1, 2))
    found = desk.checked(scripted(pdf_saying("A plan")), "a.pdf", **{"X-Pupil": ann})
    page = desk.client.get(f"/tray/files/{found.upload_id}")
    assert "It holds a script" in page.text
    assert "File it" not in page.text
    refused = desk.client.post(f"/tray/files/{found.upload_id}", {"type": "other"})
    assert "File it" not in refused.text
    assert desk.documents(ann) == []
    desk.client.post(f"/tray/files/{found.upload_id}/clean")
    desk.settle()
    page = desk.client.get(f"/tray/files/{found.upload_id}")
    assert "Taken out of this copy" in page.text
    assert desk.client.post(f"/tray/files/{found.upload_id}", {"type": "other"}).status_code == 302
    assert len(desk.documents(ann)) == 1


def test_what_is_served_cannot_act(desk: Desk) -> None:
    found = desk.checked(REPORT, "Ann Oak's report.pdf")
    answer = desk.client.get(f"/tray/files/{found.upload_id}/content")
    assert answer.data == REPORT
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="document.pdf"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"
    kept = desk.client.get(f"/tray/files/{found.upload_id}/content?keep=1")
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert "Ann%20Oak%27s%20report.pdf" in kept.headers["Content-Disposition"]
    hidden = desk.checked(scripted(REPORT), "b.pdf")
    answer = desk.client.get(f"/tray/files/{hidden.upload_id}/content")
    assert answer.headers["Content-Disposition"].startswith("attachment;"), "it is not shown"


def test_nothing_is_served_before_it_was_checked(desk: Desk) -> None:
    answer = desk.put(REPORT, "c.pdf")
    content = desk.client.get(f"/tray/files/{answer.json['upload']}/content")
    assert content.status_code == 404


def test_a_document_about_another_child_wants_a_look(desk: Desk) -> None:
    ann, ben = desk.child("Anke", "Elder"), desk.child("Bodo", "Elder")
    found = desk.checked(pdf_saying("Bodo finds reading hard."), "x.pdf", **{"X-Pupil": ann})
    where = f"/tray/files/{found.upload_id}"
    page = desk.client.get(where).text
    assert "It may be about another child" in page
    assert "Bodo Elder" in page
    answer = desk.client.post(where, {"type": "other"})
    assert answer.status_code == 422
    assert desk.documents(ann) == []
    assert desk.client.post(where, {"type": "other", "about": "1", "seen": ben}).status_code == 302
    assert "Nothing is open" in desk.client.get(f"/pupils/{ann}/twins").text


def test_the_twin_page_moves_a_document(desk: Desk) -> None:
    ann, ben = desk.child("Anja", "Alder"), desk.child("Bert", "Alder")
    found = desk.checked(scan(), "scan.pdf", **{"X-Pupil": ann})
    where = f"/tray/files/{found.upload_id}"
    desk.client.post(where, {"type": "other", "about": "1", "seen": "nobody"})
    (document,) = desk.documents(ann)
    page = desk.client.get(f"/pupils/{ann}/twins").text
    assert "Bert Alder" in page
    answer = desk.client.post(f"/pupils/{ann}/twins", {f"about-{document.document_id}": ben})
    assert answer.status_code == 302, answer.text
    assert desk.documents(ann) == []
    (moved,) = desk.documents(ben)
    assert (moved.blob, moved.sha256) == (document.blob, document.sha256)


def test_thrown_away(desk: Desk) -> None:
    found = desk.checked(scan(), "d.pdf")
    desk.client.get(f"/tray/files/{found.upload_id}")
    assert desk.client.post(f"/tray/files/{found.upload_id}/remove").status_code == 302
    assert desk.client.get(f"/tray/files/{found.upload_id}").status_code == 404
    assert not desk.inside.blobs.exists(desk.place.org_id, found.blob)


def test_not_for_the_family(desk: Desk) -> None:
    ann = desk.child("Ann", "Ash")
    found = desk.checked(pdf_saying("Notes"), "e.pdf", **{"X-Pupil": ann})
    desk.client.get(f"/tray/files/{found.upload_id}")
    desk.client.post(f"/tray/files/{found.upload_id}", {"type": "other", "not_for": "family"})
    (document,) = desk.documents(ann)
    assert [one.not_for for one in document.said.marks] == ["family"]


def test_waiting_and_refused_pages(desk: Desk) -> None:
    answer = desk.put(b"MZ\x90" + bytes(100), "f.exe")
    where = answer.json["page"]
    assert "Being checked" in desk.client.get(where).text
    desk.settle()
    page = desk.client.get(where)
    assert "This file was not taken" in page.text
    assert desk.get(answer.json["upload"]).stage is Stage.REFUSED
