"""A part of a form that says it is a file but has no name: nothing of it is kept, or read on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.exchange.web.site import BASE
from tests.exchange.web.tray.conftest import Desk
from tests.exchange.web.tray.test_adding import Body

EDGE = b"----edge"
MANY = 64 * 1024 * 1024


class Form(Body):
    """A form with one file, of which no more is there than was asked for."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self._parts = [(head, len(head)), (b"", size), (tail, len(tail))]
        super().__init__(len(head) + size + len(tail))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while self._parts:
            told, left = self._parts.pop(0)
            taken = min(left, len(buffer))
            if taken:
                buffer[:taken] = told[:taken] or b"x" * taken
                self._parts.insert(0, (told[taken:], left - taken))
                self.sent += taken
                return taken
        return 0


def posted(desk: Desk, where: str, field: str, size: int) -> tuple[Any, Form]:
    page = desk.client.get("/tray/folder" if where.endswith("folder") else "/tray").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    told = b'Content-Disposition: form-data; name="%s"'
    head = b"\r\n".join(
        (
            b"--" + EDGE,
            told % b"csrf_token",
            b"",
            token[1].encode(),
            b"--" + EDGE,
            told % field.encode() + b'; filename=""',
            b"Content-Type: application/octet-stream",
            b"",
            b"",
        )
    )
    body = Form(head, size, b"\r\n--" + EDGE + b"--\r\n")
    answer = desk.client.raw.post(
        where,
        input_stream=body,
        content_type=f"multipart/form-data; boundary={EDGE.decode()}",
        base_url=BASE,
        headers={"Referer": BASE + where},
    )
    return answer, body


@pytest.mark.parametrize(
    ("where", "field"), [("/tray/files", "files"), ("/tray/folder", "archive")]
)
def test_its_first_byte_is_refused(desk: Desk, where: str, field: str) -> None:
    blobs = set(desk.place.node.blobs.names(desk.place.org_id))
    answer, body = posted(desk, where, field, MANY)
    assert answer.status_code == 422
    assert "The file has no name" in answer.text
    assert body.sent < 1024 * 1024, "it is not read into memory"
    assert set(desk.place.node.blobs.names(desk.place.org_id)) == blobs


def test_what_a_browser_sends_where_no_file_was_chosen_is_none(desk: Desk) -> None:
    answer, _ = posted(desk, "/tray/files", "files", 0)
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    answer, _ = posted(desk, "/tray/folder", "archive", 0)
    assert answer.status_code == 422
    assert "Choose a ZIP file" in answer.text


def test_many_long_fields_are_not_read_into_memory_either(desk: Desk) -> None:
    page = desk.client.get("/tray").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    for number, length in ((1, 1024 * 1024), (300, 1000)):
        fields = {f"field-{one}": "x" * length for one in range(number)}
        answer = desk.client.raw.post(
            "/tray/files",
            data={"csrf_token": token[1], **fields},
            content_type="multipart/form-data",
            base_url=BASE,
            headers={"Referer": f"{BASE}/tray"},
        )
        assert answer.status_code == 413
