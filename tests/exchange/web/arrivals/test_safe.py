"""What must not be shown is not: unchecked documents, child protection, formulas in a table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook

from adapters.scanner import ClamdScanner
from exchange.domain.access import Role
from exchange.domain.transfer import State
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from exchange.web.app import create_app
from exchange.wiring.pages import parts_of
from schemas.pupil import Names
from schemas.statement import BundleKind
from tests.exchange.services.town import SENCO
from tests.exchange.web.arrivals.conftest import School, full
from tests.exchange.web.arrivals.test_packs import arrival, document_of, ok
from tests.exchange.web.site import BASE, DSL_PASSPHRASE, Client, Place


def with_scanner_down(place: Place, folder: Path) -> Place:
    """Return the place with pages whose scanner does not answer: its socket is not there."""
    parts = replace(parts_of(place.node, base_url=BASE), scanner=ClamdScanner(folder / "none"))
    down = Place(place.node, place.org_id, place.name)
    app = create_app(parts)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    down.__dict__["app"] = app
    return down


def test_while_the_scanner_is_down_nothing_is_shown_and_nothing_is_lost(
    schools: School, tmp_path: Path
) -> None:
    pupil_id = schools.pupil(0)
    sent = send(
        schools.primary.node.inside, schools.primary.org_id, pupil_id, Order(), SENCO
    ).transfer
    place = schools.secondary
    schools.primary.settle()
    receiver = place.node.worker()._receiver  # the worker's own checking would come first
    for _ in range(3):
        receiver.advance(place.org_id, schools.primary.org_id, sent.bundle_id)
    client = with_scanner_down(place, tmp_path).client(Role.SENCO)
    page = ok(client, f"/arrivals/{sent.bundle_id}")
    assert "Being checked" in page
    document = document_of(page)
    page = ok(client, f"/arrivals/{sent.bundle_id}/documents/{document}")
    assert "being checked for viruses" in page
    assert "<iframe" not in page
    ok(client, f"/arrivals/{sent.bundle_id}/documents/{document}/file", 404)
    ok(client, f"/arrivals/{sent.bundle_id}/documents/{document}/file?keep=1", 404)
    ok(client, f"/arrivals/{sent.bundle_id}/accept")
    answer = client.post(f"/arrivals/{sent.bundle_id}/accept", {})
    assert "still being checked" in client.follow(answer).text
    assert arrival(place, sent.bundle_id).state is State.ACCEPTED
    again = place.client(Role.SENCO)  # a node without a scanner: shown, and marked
    page = ok(again, f"/arrivals/{sent.bundle_id}/documents/{document}")
    assert "No virus scanner has looked" in page
    ok(again, f"/arrivals/{sent.bundle_id}/accept")
    again.post(f"/arrivals/{sent.bundle_id}/accept", {})
    assert arrival(place, sent.bundle_id).state is State.IMPORTED


def test_a_pack_for_the_safeguarding_lead_is_not_there_for_a_senco(schools: School) -> None:
    place = schools.primary
    vault = place.node.vault
    vault.unlock_cp(place.org_id, DSL_PASSPHRASE)
    try:
        pupil_id = schools.pupil(1)
        schools.attach(pupil_id, type_="cp-file")
        order = Order(kind=BundleKind.CP_FILE, purpose="safeguarding")
        bundle = send(place.node.inside, place.org_id, pupil_id, order, SENCO).transfer.bundle_id
        schools.site.settle()
    finally:
        vault.lock_cp(place.org_id)
    client = schools.secondary.client(Role.SENCO, Role.HEAD, Role.SEN_ADMINISTRATOR)
    assert "Annb" not in ok(client, "/arrivals")
    for path in ("", "/print", "/summary.pdf", "/accept", "/reject", "/questions"):
        assert client.get(f"/arrivals/{bundle}{path}").status_code == 404, path
    secondary = schools.secondary.node.vault
    secondary.unlock_cp(schools.secondary.org_id, DSL_PASSPHRASE)
    try:
        schools.site.settle()
        assert "Annb" not in ok(client, "/arrivals")
        for path in ("", "/print", "/accept"):
            assert client.get(f"/arrivals/{bundle}{path}").status_code == 404, path
    finally:
        secondary.lock_cp(schools.secondary.org_id)


@pytest.fixture
def exporter(schools: School) -> Client:
    """A SENCO at a school that accepted a pack whose pupil has a formula for a name."""
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        here = {one.state for one in unit.arrivals.all() if one.kind == "transfer"}
        names = [one for one in unit.pupils.all() if b"cmd|" in one.record]
    client = place.client(Role.SENCO)
    if not names:
        evil = Names(surname="=cmd|'/C calc'!A0", forename='"=1+1"', known_as="@SUM(1)")
        bundle = schools.arrived(2, *full(), names=evil)
        ok(client, f"/arrivals/{bundle}/accept")
        client.post(f"/arrivals/{bundle}/accept", {})
        assert arrival(place, bundle).state is State.IMPORTED, here
    ok(client, "/arrivals")
    return client


def test_a_table_holds_no_formula(exporter: Client) -> None:
    answer = exporter.post("/arrivals/export.csv", {})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert any("cmd|" in cell for row in rows for cell in row), "the name is there"
    assert not [cell for row in rows for cell in row if cell.lstrip(' "')[:1] in set("=+-@|%")]


def test_a_workbook_holds_no_formula(exporter: Client) -> None:
    answer = exporter.post("/arrivals/export.xlsx", {})
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any("cmd|" in str(cell.value) for cell in cells), "the name is there"
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}


def test_a_ctf_goes_to_this_school_and_holds_the_pupils(exporter: Client) -> None:
    names = []
    for _ in range(2):
        ok(exporter, "/arrivals")
        answer = exporter.post("/arrivals/export.xml", {})
        assert answer.status_code == 200
        root = etree.fromstring(answer.data)
        names.append(answer.headers["Content-Disposition"])
    assert root.findtext("Header/SourceSchool/LEA") == "820"
    assert root.findtext("Header/DestSchool/Estab") == "4002"
    assert root.findtext("Header/DocumentQualifier") == "partial"
    pupils = root.findall("CTFpupilData/Pupil")
    assert any(one.findtext("UPN") for one in pupils)
    assert any((one.findtext("Surname") or "").startswith("=cmd") for one in pupils)
    assert [one.partition("filename=")[2] for one in names] == [
        '"8202001_CTF_8204002_001.xml"',
        '"8202001_CTF_8204002_002.xml"',
    ]


def test_an_older_system_gets_an_older_file(exporter: Client) -> None:
    page = ok(exporter, "/arrivals")
    assert "Your system wants an older version" in page
    for version, sex in (("25", "Sex"), ("12", "Gender")):
        answer = exporter.post("/arrivals/export.xml", {"version": version})
        root = etree.fromstring(answer.data)
        assert root.findtext("Header/CTFversion") == f"{version}.0"
        assert root.find(f"CTFpupilData/Pupil/{sex}") is not None
    for wrong in ("11", "26", "x", ""):
        ok(exporter, "/arrivals")
        assert exporter.post("/arrivals/export.xml", {"version": wrong}).status_code == 302


def test_one_pack_alone_is_exported(schools: School, exporter: Client) -> None:
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        bundle = next(one.bundle_id for one in unit.arrivals.all() if one.state is State.IMPORTED)
    answer = exporter.post("/arrivals/export.xml", {"pack": bundle})
    assert len(etree.fromstring(answer.data).findall("CTFpupilData/Pupil")) == 1
    ok(exporter, "/arrivals")
    stranger = {"pack": "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"}
    assert exporter.post("/arrivals/export.xml", stranger).status_code == 302


def test_exports_are_in_the_book_and_on_no_disk(schools: School, exporter: Client) -> None:
    exporter.post("/arrivals/export.csv", {})
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        booked = [one for one in unit.audit.entries() if one.action == "pupils.exported"]
    assert booked[-1].detail["format"] == "csv"
    assert "cmd|" not in repr(booked)
    for path in place.node.home.root.rglob("*"):
        if path.is_file():
            assert b"cmd|" not in path.read_bytes(), path.name
