"""What the safeguarding lead adds: looked at at once, kept clean or not at all."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pytest

from exchange.ports import Scan, Scanner, Verdict, WhyUnscanned
from exchange.services.tray.upload import Stage
from tests.adapters.cleaned import INSPECTOR
from tests.exchange.services.tray.papers import pdf_saying, scripted
from tests.exchange.web.safeguarding.test_safeguarding_pages import attach, lead, made
from tests.exchange.web.site import Client, Place, Site

REPORT = pdf_saying("Case conference, invented", "MARKER-2207")


class Says:
    def __init__(self, scan: Scan) -> None:
        self.answer = scan

    def scan(self, source: BinaryIO) -> Scan:
        return self.answer


DOWN = Says(Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE))


@pytest.fixture(scope="module")
def pupil(site: Site) -> str:
    return made(site["primary"], 3, "Yolanda", "Quillfeather")


@contextmanager
def scanning(place: Place, scanner: Scanner) -> Iterator[None]:
    had = place.app.extensions["senx-parts"]
    place.app.extensions["senx-parts"] = dataclasses.replace(had, scanner=scanner)
    try:
        yield
    finally:
        place.app.extensions["senx-parts"] = had


def left(place: Place) -> tuple[set[str], int]:
    """Return what is stored of uploads, whoever may read it."""
    with place.node.inside.store.reading(place.org_id) as unit:
        rows = sum(unit.items.count("upload", one.value) for one in Stage if one is not Stage.FILED)
    return set(place.node.blobs.names(place.org_id)), rows


def add(client: Client, pupil_id: str, content: bytes, **more: str) -> Any:
    client.get(f"/safeguarding/pupils/{pupil_id}")
    return client.post(
        f"/safeguarding/pupils/{pupil_id}/files",
        {"files": (io.BytesIO(content), "notes.pdf"), "title": "Notes", **more},
        content_type="multipart/form-data",
    )


def test_what_acts_is_not_taken_and_the_page_says_what_to_do(site: Site, pupil: str) -> None:
    place, client = site["primary"], lead(site["primary"])
    before = left(place)
    answer = add(client, pupil, scripted(REPORT))
    assert answer.status_code == 422
    assert "Tick that a cleaned copy is kept" in answer.text
    assert "Keep a cleaned copy" in client.get(f"/safeguarding/pupils/{pupil}").text
    assert left(place) == before, "nothing lies where nobody would find it"


def test_a_cleaned_copy_is_kept_on_wish(site: Site, pupil: str) -> None:
    place, client = site["primary"], lead(site["primary"])
    before = left(place)[1]
    assert add(client, pupil, scripted(REPORT), clean="1").status_code == 303
    page = client.get(f"/safeguarding/pupils/{pupil}").text
    where = page.partition(f'href="/safeguarding/pupils/{pupil}/files/')[2].partition('"')[0]
    kept = client.get(f"/safeguarding/pupils/{pupil}/files/{where}").data
    seen = INSPECTOR.inspect(io.BytesIO(kept))
    assert (seen.media_type, seen.warnings) == ("application/pdf", ())
    assert left(place)[1] == before


def test_while_no_scanner_answers_nothing_is_kept_and_nothing_promised(
    site: Site, pupil: str
) -> None:
    place, client = site["primary"], lead(site["primary"])
    before = left(place)
    with scanning(place, DOWN):
        answer = attach(client, pupil, REPORT + b"\n% again")
    assert answer.status_code == 422
    assert "Add it again in a few minutes" in answer.text
    assert "You need do nothing" not in answer.text
    assert left(place) == before
    assert attach(client, pupil, REPORT + b"\n% again").status_code == 303


def test_a_title_that_cannot_be_kept_leaves_nothing_either(site: Site, pupil: str) -> None:
    place, client = site["primary"], lead(site["primary"])
    before = left(place)
    assert add(client, pupil, REPORT, title="x" * 201).status_code == 422
    assert left(place) == before
