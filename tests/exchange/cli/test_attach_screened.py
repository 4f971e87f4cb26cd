"""Documents by the command line: scanned where there is a scanner, cleaned where one asks."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest

from tests.adapters.carriers import pdf_with, plain_pdf
from tests.adapters.clamav import EICAR, clamd, needs_clamd
from tests.adapters.ctf_cases import UPN, ctf, pupil
from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import House


def set_scanner(house: House, socket: str | Path) -> None:
    file = house.root / "settings.json"
    settings = json.loads(file.read_bytes())
    file.write_text(json.dumps({**settings, "scanner_socket": str(socket)}))


@pytest.fixture
def ready(schools: Schools, tmp_path: Path) -> Schools:
    """The primary school has one pupil."""
    file = tmp_path / "pupils.xml"
    file.write_bytes(ctf(pupil()))
    schools.primary.say("import", "ctf", file)
    return schools


def scripted() -> bytes:
    with pikepdf.open(io.BytesIO(pdf_with(b"inside"))) as made:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x"))
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "MARKER.pdf"
    path.write_bytes(scripted())
    return path


def test_what_a_document_holds_is_said_at_once(ready: Schools, paper: Path) -> None:
    said = ready.primary.say("attach", UPN, f"ep-report={paper}").out
    assert "Document 1 holds: pdf-embedded-files, pdf-javascript" in said
    assert "1 not or not wholly scanned for viruses" in said
    assert "MARKER" not in said


def test_a_cleaned_copy(ready: Schools, paper: Path) -> None:
    (row,) = ready.primary.rows("attach", UPN, f"ep-report={paper}", "--clean")
    assert row["warnings"] == ["unscanned"]
    assert row["removed"] == ["pdf-embedded-files", "pdf-javascript"]
    said = ready.primary.say("attach", UPN, f"ot-report={paper}", "--clean").out
    assert "Document 1 was cleaned of: pdf-embedded-files, pdf-javascript" in said


def test_no_scanner_where_there_should_be_one(ready: Schools, paper: Path) -> None:
    house = ready.primary
    set_scanner(house, "no-such-socket")
    before = house.everything()
    (row,) = house.rows("attach", UPN, f"ep-report={paper}", code=3)
    assert row["error"]["code"] == "scanner-unavailable"
    assert "Nothing was stored" in row["error"]["do"]
    assert house.everything() == before


@pytest.mark.stock
@needs_clamd
def test_the_real_scanner(ready: Schools, tmp_path: Path) -> None:
    bad, good = tmp_path / "a.pdf", tmp_path / "b.pdf"
    bad.write_bytes(pdf_with(EICAR))
    good.write_bytes(plain_pdf())
    with clamd() as daemon:
        set_scanner(ready.primary, daemon.socket)
        rows = ready.primary.rows("attach", UPN, f"ep-report={bad}", f"other={good}", code=3)
    assert rows[0]["error"]["code"] == "document-infected"
    assert (rows[1]["outcome"], rows[1]["warnings"]) == ("attached", [])
