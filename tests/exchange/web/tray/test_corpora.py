"""Documents and strings of others, through the real route: nothing dies, hangs or is mangled."""

from __future__ import annotations

import html
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from exchange.errors import UsageError
from exchange.services.tray.receive import check_name
from exchange.services.tray.upload import Stage
from tests.exchange.services.tray.papers import pdf_saying
from tests.exchange.web.tray.conftest import Desk

pytestmark = pytest.mark.corpus
SECONDS = 10.0


def documents(corpora: Path, *kinds: str) -> Iterator[Path]:
    for kind in kinds:
        yield from sorted(one for one in (corpora / kind).rglob("*") if one.is_file())


def naughty(corpora: Path) -> list[str]:
    (path,) = (corpora / "strings").rglob("blns.json")
    return [one for one in json.loads(path.read_text(encoding="utf-8")) if isinstance(one, str)]


@pytest.mark.parametrize("kind", ["pdf", "office", "csv"])
def test_every_document_is_taken_or_refused_in_time(desk: Desk, corpora: Path, kind: str) -> None:
    seen: Counter[Stage] = Counter()
    for path in documents(corpora, kind):
        content = path.read_bytes()
        begun = time.monotonic()
        answer = desk.put(content, path.name)
        if not content:
            assert answer.status_code == 422
            continue
        assert answer.status_code in (200, 201), path
        desk.settle()
        upload = desk.get(answer.json["upload"])
        page = desk.client.get(answer.json["page"])
        took = time.monotonic() - begun
        assert page.status_code == 200, path
        assert upload.stage in (Stage.READY, Stage.REFUSED), path
        assert upload.stage is Stage.READY or (upload.code and upload.hint), path
        assert upload.code != "document-check-failed", path
        assert took < SECONDS, (path, took)
        if upload.stage is Stage.READY:
            served = desk.client.get(f"{answer.json['page']}/content?keep=1")
            assert served.data == content, path
        seen[upload.stage] += 1
    assert seen[Stage.READY], seen


def test_cleaning_ends_in_time_and_leaves_nothing_that_acts(desk: Desk, corpora: Path) -> None:
    tried = 0
    for path in documents(corpora, "pdf", "office"):
        answer = desk.put(path.read_bytes(), f"{path.name}, to be cleaned")
        if answer.status_code not in (200, 201):
            continue
        desk.settle()
        upload = desk.get(answer.json["upload"])
        if not upload.active or upload.stage is not Stage.READY:
            continue
        tried += 1
        desk.client.get(answer.json["page"])
        begun = time.monotonic()
        assert desk.client.post(f"{answer.json['page']}/clean").status_code == 302
        desk.settle()
        assert time.monotonic() - begun < SECONDS, path
        cleaned = desk.get(upload.upload_id)
        assert cleaned.stage in (Stage.READY, Stage.REFUSED), path
        assert cleaned.stage is Stage.REFUSED or not cleaned.active, path
    assert tried


def is_name(text: str) -> bool:
    try:
        check_name(text)
    except UsageError:
        return False
    return True


def test_every_string_is_a_file_name_that_comes_back_as_it_was(desk: Desk, corpora: Path) -> None:
    content = pdf_saying("A report")
    told = 0
    for text in naughty(corpora):
        answer = desk.put(content, text)
        if not is_name(text):
            assert (answer.status_code, answer.json["code"]) == (422, "file-name-invalid")
            continue
        assert answer.status_code in (200, 201), repr(text)
        told += 1
        upload = desk.get(answer.json["upload"])
        assert upload.file_name.encode() == text.encode()
        page = desk.client.get(answer.json["page"]).text
        shown = html.unescape(page)
        assert text in shown, repr(text)
        assert_escaped(page, text)
        desk.settle()
        served = desk.client.get(f"{answer.json['page']}/content?keep=1")
        sent = served.headers["Content-Disposition"].partition("filename*=UTF-8''")[2]
        assert unquote(sent) == text
    assert told > 400


def assert_escaped(page: str, text: str) -> None:
    """Demand that what could be markup stands in the page as text alone."""
    if re.search(r"[<>\"']", text):
        assert text not in page or not re.search(r"<[a-zA-Z/!]", text), repr(text)


def can_be_a_line(text: str) -> bool:
    from exchange.services.tray.file_upload import check_line

    try:
        check_line(text, "/title")
    except UsageError:
        return False
    # A browser cannot send other line ends, nor NUL, in a field of one line.
    return True


def test_every_string_is_a_title_and_an_author_that_come_back(desk: Desk, corpora: Path) -> None:
    quinn = desk.child("Quinn", "Zelkova", date(2012, 2, 3))
    kept = refused = 0
    for number, text in enumerate(naughty(corpora)):
        upload = desk.checked(pdf_saying(f"Number {number}"), f"{number}.pdf", **{"X-Pupil": quinn})
        where = f"/tray/files/{upload.upload_id}"
        answer = desk.client.post(where, {"type": "other", "title": text, "author": text})
        if not can_be_a_line(text):
            assert answer.status_code == 422, repr(text)
            assert 'href="#title"' in answer.text
            assert_escaped(answer.text, text)
            refused += 1
            desk.client.post(f"{where}/remove")
            continue
        assert answer.status_code == 302, repr(text)
        kept += 1
        with desk.inside.store.reading(desk.place.org_id) as unit:
            document = unit.documents.get(upload.upload_id)
        assert document.author.encode() == text.encode()
        assert document.title.encode() == (text.encode() or b"Other")
        page = desk.client.get(f"/pupils/{quinn}/documents/{upload.upload_id}")
        assert page.status_code == 200
        assert text in html.unescape(page.text), repr(text)
        assert_escaped(page.text, text)
    assert kept > 400
    assert refused, "what hides or reverses text can go into no pack"


def test_rows_of_others_attacks_in_a_field(desk: Desk, corpora: Path) -> None:
    lines = {
        line
        for path in documents(corpora, "csv")
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    }
    for line in sorted(lines)[:300]:
        name = line[:200]
        answer = desk.put(b"text", name)
        assert answer.status_code in (200, 201), repr(name)
        page = desk.client.get(answer.json["page"]).text
        assert name in html.unescape(page)
        assert_escaped(page, name)
