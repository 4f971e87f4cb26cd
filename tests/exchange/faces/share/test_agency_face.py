"""The agency's pages as browsers and attackers meet them: uploads, tokens, sizes, names."""

from __future__ import annotations

import io
import json
import re
import tempfile
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.errors import NotFound
from exchange.faces.share import create_app
from exchange.services.advice.asking import Asked
from exchange.services.advice.model import State
from exchange.services.advice.reports import Step
from exchange.services.advice.standing import cancel
from exchange.services.links.agency_files import KIND as UPLOAD
from exchange.services.links.agency_files import MOST_FILES
from exchange.services.links.model import LinkState
from exchange.services.links.revoke import revoke
from tests.exchange.services.advice.consulting import REPORT_PDF, Consulting
from tests.exchange.services.links.world import SHARE_URL, token_of
from tests.exchange.services.town import PDF, PRIMARY, SENCO, Town

SAID = {
    "type": "slt-report",
    "author": "Sam Reed",
    "role": "speech and language therapist",
    "written_day": "30",
    "written_month": "6",
    "written_year": "2026",
    "readers": "usual",
}


@dataclass
class Browser:
    """Somebody of an agency, who came in."""

    consulting: Consulting
    raw: FlaskClient
    token: str = ""

    def get(self, path: str) -> str:
        answer = self.raw.get(path, base_url=SHARE_URL)
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', answer.text)
        self.token = found[1] if found else self.token
        return answer.text

    def post(
        self, path: str, data: dict[str, object] | None = None, **more: object
    ) -> TestResponse:
        told = {"form_token": self.token, **(data or {})}
        return self.raw.post(path, data=told, base_url=SHARE_URL, **more)  # type: ignore[arg-type]

    def put(
        self, content: bytes, name: str = "report.pdf", token: str | None = None
    ) -> TestResponse:
        return self.raw.put(
            "/report/files/one",
            data=content,
            base_url=SHARE_URL,
            headers={
                "X-Form-Token": self.token if token is None else token,
                "X-File-Name": name,
                "Content-Type": "application/octet-stream",
            },
        )

    def add(self, *files: tuple[str, bytes]) -> TestResponse:
        told = [(io.BytesIO(content), name) for name, content in files]
        return self.post("/report/files", {"files": told}, content_type="multipart/form-data")


@pytest.fixture
def consulting(town: Town) -> Consulting:
    return Consulting(town)


@pytest.fixture
def app_of(consulting: Consulting) -> Flask:
    app = create_app(
        consulting.door, share_url=SHARE_URL, floor_seconds=0.0, limits=consulting.limits
    )
    return app


def come_in(consulting: Consulting, app: Flask, asked: Asked) -> Browser:
    browser = Browser(consulting, app.test_client())
    consulting.town.clock.pass_(seconds=31)
    path = f"/l/{token_of(asked.address)}"
    browser.raw.post(path, base_url=SHARE_URL)
    code = consulting.code(consulting.link_of(asked).link_id)
    entered = browser.raw.post(f"{path}/code", data={"code": code}, base_url=SHARE_URL)
    assert entered.headers["Location"] == "/report"
    browser.get("/report")
    return browser


def test_the_whole_way_without_a_script(consulting: Consulting, app_of: Flask) -> None:
    asked = consulting.asked()
    browser = come_in(consulting, app_of, asked)
    page = browser.get("/report")
    assert "What helps her to follow instructions?" in page
    title = re.search(r"<title>([^<]*)</title>", page)
    assert title is not None
    assert "Anna" not in title[1]
    document = browser.raw.get("/report/documents/1", base_url=SHARE_URL)
    assert document.data == PDF
    assert document.headers["Content-Disposition"].startswith("attachment; ")
    for number in ("0", "2", "view.json", "../1", "%00"):
        answer = browser.raw.get(f"/report/documents/{number}", base_url=SHARE_URL)
        assert answer.status_code == 404, number
    assert browser.add(("report.pdf", REPORT_PDF), ("scores.pdf", PDF)).status_code == 303
    assert "scores.pdf" in browser.get("/report/files")
    assert browser.post("/report/about", SAID | {"then": "on"}).status_code == 303
    assert "Sam Reed" in browser.get("/report/send")
    assert browser.post("/report/send").headers["Location"] == "/report?done=sent"
    consulting.work()
    page = browser.get("/report")
    words = re.search(r'id="words-1">([A-Z2-9 ]+)<', page)
    assert words is not None
    receipt = browser.raw.get("/report/receipts/receipt-1.txt", base_url=SHARE_URL)
    assert words[1] in receipt.text
    for name in ("view.json", "receipt-2.json", "../view.json"):
        answer = browser.raw.get(f"/report/receipts/{name}", base_url=SHARE_URL)
        assert answer.status_code == 404
    assert len(consulting.reports()[0].files) == 2


def test_few_things_are_asked_and_the_rest_is_folded_away(
    consulting: Consulting, app_of: Flask
) -> None:
    browser = come_in(consulting, app_of, consulting.asked())
    page = browser.get("/report/about")
    for name in ("author", "role", "organisation"):  # as the asker wrote them
        assert re.search(rf'id="{name}" name="{name}" type="text" value="[^"]+"', page), name
    assert page.count("<details") == 3
    assert '<details class="govuk-details" open' not in page
    wrong = browser.post("/report/about", SAID | {"seen": "soon", "readers": "not", "then": "on"})
    assert wrong.status_code == 422
    assert wrong.text.count('<details class="govuk-details" open') == 2


def test_what_is_typed_is_kept_and_read_by_nobody_else(
    consulting: Consulting, app_of: Flask
) -> None:
    asked = consulting.asked()
    browser = come_in(consulting, app_of, asked)
    for then in ("quietly", "later", "on"):
        answer = browser.post("/report/about", {"author": "Sam R", "seen": "x", "then": then})
        assert answer.status_code == {"quietly": 204, "later": 303, "on": 422}[then]
    again = come_in(consulting, app_of, asked)
    assert 'value="Sam R"' in again.get("/report/about")
    house = consulting.town.primary
    for name in house.blob_names():
        assert b"Sam R" not in house.blobs.open(PRIMARY, name).read()
    assert b"Sam R" not in repr(consulting.items("agency-draft")).encode()


def test_nothing_of_a_file_is_ever_in_clear_on_a_disk(
    consulting: Consulting, app_of: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_file(*_: object, **__: object) -> None:
        raise AssertionError

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, no_file)
    browser = come_in(consulting, app_of, consulting.asked())
    content = REPORT_PDF + b"MARKER" * 150_000  # werkzeug spools what is larger than 500 kB
    assert len(content) > 600_000
    assert browser.add(("Anna Oak.pdf", content)).status_code == 303
    house = consulting.town.primary
    for name in house.blob_names():
        sealed = house.blobs.open(PRIMARY, name).read()
        assert b"MARKER" not in sealed
        assert b"Anna Oak" not in sealed
    kept = json.dumps([dict(one.clear) for one in consulting.items(UPLOAD)])
    assert "Oak" not in kept


def test_files_of_another_link_are_none_of_mine(consulting: Consulting, app_of: Flask) -> None:
    mine = come_in(consulting, app_of, consulting.asked(0))
    theirs = come_in(consulting, app_of, consulting.asked(1))
    assert theirs.put(REPORT_PDF).status_code == 201
    upload_id = consulting.items(UPLOAD)[0].item_id
    assert mine.post(f"/report/files/{upload_id}/remove").status_code == 404
    assert "report.pdf" not in mine.get("/report/files")
    assert len(consulting.items(UPLOAD)) == 1
    own = mine.token
    mine.token = theirs.token
    for path in ("/report/files", "/report/send", "/report/decline", "/report/about"):
        assert mine.post(path).status_code == 403, path
    for token in (theirs.token, "", "0" * 64):
        assert mine.put(REPORT_PDF, token=token).status_code == 403
    assert mine.put(REPORT_PDF, token=own).status_code == 201


def test_who_did_not_come_in_uploads_nothing(consulting: Consulting, app_of: Flask) -> None:
    asked = consulting.asked()
    stranger = Browser(consulting, app_of.test_client())
    for answer in (stranger.put(REPORT_PDF), stranger.add(("x.pdf", REPORT_PDF))):
        assert answer.status_code == 403
    stranger.raw.set_cookie(
        "__Host-sen-share", f"{token_of(asked.address)}.{'A' * 43}", domain="share.example"
    )
    assert stranger.put(REPORT_PDF).status_code == 403
    assert consulting.items(UPLOAD) == []


def test_what_is_too_large_or_too_many_leaves_nothing(
    consulting: Consulting, app_of: Flask
) -> None:
    browser = come_in(consulting, app_of, consulting.asked())
    blobs = consulting.town.primary.blob_names()
    large = b"%PDF-1.4\n" + b"x" * consulting.limits.document_bytes
    assert browser.put(large).status_code == 413
    assert browser.add(("large.pdf", large)).status_code == 413
    assert browser.put(b"").status_code == 422
    assert consulting.town.primary.blob_names() == blobs
    for number in range(MOST_FILES):
        assert browser.put(PDF + b"%d" % number, f"{number}.pdf").status_code == 201
    assert browser.put(PDF, "more.pdf").status_code == 413
    assert len(consulting.items(UPLOAD)) == MOST_FILES


def test_a_part_without_a_name_is_refused_at_its_first_byte(
    consulting: Consulting, app_of: Flask
) -> None:
    browser = come_in(consulting, app_of, consulting.asked())
    browser.get("/report/files")
    told = 'Content-Disposition: form-data; name="{}"'
    for content, said in ((b"", "Choose a file first."), (b"x", "The file has no name")):
        lines = ["--edge", told.format("form_token"), "", browser.token]
        lines += ["--edge", told.format("files") + '; filename=""', "", ""]
        answer = browser.raw.post(
            "/report/files",
            data="\r\n".join(lines).encode() + content + b"\r\n--edge--\r\n",
            content_type="multipart/form-data; boundary=edge",
            base_url=SHARE_URL,
        )
        assert answer.status_code == 422
        assert said in answer.text
    assert consulting.items(UPLOAD) == []
    many = {f"field-{number}": "x" for number in range(300)}
    answer = browser.post("/report/files", many, content_type="multipart/form-data")
    assert answer.status_code == 413, "not read into memory"


@pytest.mark.parametrize(
    ("name", "status", "shown"),
    [
        ("..%2F..%2Fetc%2Fpasswd", 201, "passwd"),
        ("C%3A%5CUsers%5Csam%5Creport.pdf", 201, "report.pdf"),
        ("%3Cscript%3E.pdf", 201, "&lt;script&gt;.pdf"),
        ("..", 422, ""),
        ("%00.pdf", 422, ""),
        ("a%0D%0Ab.pdf", 422, ""),
        ("", 422, ""),
        ("x" * 300, 422, ""),
    ],
)
def test_names_are_shown_and_never_used(
    consulting: Consulting, app_of: Flask, name: str, status: int, shown: str
) -> None:
    browser = come_in(consulting, app_of, consulting.asked())
    assert browser.put(REPORT_PDF, name).status_code == status
    page = browser.get("/report/files")
    assert (shown in page) if shown else not consulting.items(UPLOAD)
    assert "<script>.pdf" not in page


def test_what_is_no_document_is_refused_by_the_worker_and_said(
    consulting: Consulting, app_of: Flask
) -> None:
    asked = consulting.asked()
    browser = come_in(consulting, app_of, asked)
    browser.put(b"MZ\x90\x00" + b"\0" * 200, "report.pdf")
    browser.post("/report/about", SAID | {"then": "on"})
    browser.post("/report/send")
    consulting.work()
    page = browser.get("/report")
    assert "not taken" in page
    assert consulting.reports()[0].step is Step.SET_ASIDE
    assert consulting.request(asked.request.request_id).state is State.OPENED
    told = [template for template, _, _ in consulting.letters()]
    assert "agency-file-refused" in told
    assert "agency-report-came" not in told


def test_a_link_revoked_while_bytes_come_takes_none_of_them(
    consulting: Consulting, app_of: Flask
) -> None:
    asked = consulting.asked()
    come_in(consulting, app_of, asked)
    visit = consulting.come_in(asked.address, consulting.link_of(asked))
    with consulting.desk.receiving(visit) as taking:
        taking.write(REPORT_PDF)
        revoke(consulting.inside, PRIMARY, visit.link_id, SENCO)
        taking._asked_at -= 2  # the next second has come
        with pytest.raises(NotFound):
            taking.write(b"x")
        with pytest.raises(NotFound):
            taking.finish("report.pdf")
    assert consulting.items(UPLOAD) == []
    link = consulting.link_of(asked)
    assert (link.state, link.marks.blob, link.marks.pack_blob) == (LinkState.REVOKED, "", "")


def test_a_cancelled_request_answers_nothing(consulting: Consulting, app_of: Flask) -> None:
    asked = consulting.asked()
    browser = come_in(consulting, app_of, asked)
    cancel(consulting.inside, PRIMARY, asked.request.request_id, "", SENCO)
    for path in ("/report", "/report/files", "/report/documents/1", "/report/about"):
        assert browser.raw.get(path, base_url=SHARE_URL).status_code == 404
    assert browser.put(REPORT_PDF).status_code == 404


def test_eleven_wrong_codes_lock_it_for_good(consulting: Consulting, app_of: Flask) -> None:
    asked = consulting.asked()
    raw = app_of.test_client()
    path = f"/l/{token_of(asked.address)}"
    raw.post(path, base_url=SHARE_URL)
    right = consulting.code(consulting.link_of(asked).link_id)
    for number in range(11):
        wrong = f"{(int(right) + 1 + number) % 10**8:08d}"
        raw.post(f"{path}/code", data={"code": wrong}, base_url=SHARE_URL)
    answer = raw.post(f"{path}/code", data={"code": right}, base_url=SHARE_URL)
    assert answer.status_code == 404
    assert consulting.link_of(asked).state is LinkState.LOCKED
    consulting.work()
    assert "link-locked" in [template for template, _, _ in consulting.letters()]


def test_opening_the_link_does_nothing(consulting: Consulting, app_of: Flask) -> None:
    asked = consulting.asked()
    raw = app_of.test_client()
    with consulting.unchanged():
        for _ in range(3):
            raw.get(f"/l/{token_of(asked.address)}", base_url=SHARE_URL)
            raw.get(f"/l/{token_of(asked.address)}/code", base_url=SHARE_URL)
    assert consulting.request(asked.request.request_id).state is State.SENT


def test_other_purposes_reach_no_upload(consulting: Consulting, app_of: Flask) -> None:
    """A family's or a school's link is no agency's, and the other way round."""
    browser = come_in(consulting, app_of, consulting.asked())
    for path in ("/pack", "/family"):
        assert browser.raw.get(path, base_url=SHARE_URL).status_code == 404
    made = consulting.sent(2)
    other = Browser(consulting, app_of.test_client())
    path = f"/l/{made.token}"
    consulting.town.clock.pass_(seconds=31)
    other.raw.post(path, base_url=SHARE_URL)
    code = consulting.code(made.link.link_id)
    other.raw.post(f"{path}/code", data={"code": code}, base_url=SHARE_URL)
    other.get("/pack")
    assert other.put(REPORT_PDF).status_code == 404
    assert other.raw.get("/report", base_url=SHARE_URL).status_code == 404
