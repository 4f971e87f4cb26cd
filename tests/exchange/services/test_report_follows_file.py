"""The record of a specialist's report goes and stays with its file, at every school it reaches."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.inspector import ContentInspector
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.ports import StoredDocument
from exchange.services.accept import accept
from exchange.services.advice.filing import report_record
from exchange.services.attach import NewDocument, attach
from exchange.services.check_arrival import Checks
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil, keep_record, keep_records, slot_of
from exchange.services.load_pack import load_pack
from exchange.services.loaded_records import digest
from exchange.services.preview import preview
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import mark
from exchange.services.send import send
from exchange.services.trust import sender_keys
from schemas.base import load, load_bytes
from schemas.ehc import EhcPlan
from schemas.recipient import InboxName
from schemas.records import RECORDS
from schemas.report import SpecialistReport
from schemas.strict_json import dumps
from tests.exchange.services.desk import Desk
from tests.exchange.services.town import (
    OTHER,
    PDF,
    PRIMARY,
    PROFILES,
    SECONDARY,
    SENCO,
    Town,
    pupil_record,
)
from tests.schemas import record_examples as examples

SUMMARY = "MARK-summary"


def of_file(desk: Desk, document_id: str, **changes: object) -> SpecialistReport:
    told = examples.report(subject=desk.pupil_id, document=document_id, summary=SUMMARY, **changes)
    del told["replaces"]
    record = load(RECORDS, told)
    assert isinstance(record, SpecialistReport)
    return record


@pytest.fixture
def desk(town: Town) -> Desk:
    """A pupil of the primary school with a report, as a file and as a record."""
    pupil = town.leaver()
    town.choose(pupil, SECONDARY)
    made = Desk(town, pupil)
    made.keep(of_file(made, made.attach("ep-report", "MARK-file")))
    return made


def loaded(desk: Desk, *, update: bool = False) -> str:
    """Send what there is to the secondary school; return whose record it became there."""
    sent = desk.send(update=update, leave=True)
    desk.town.settle()
    bundle_id = sent.transfer.bundle_id
    accept(desk.town.secondary.inside, SECONDARY, bundle_id, SENCO)
    return load_pack(desk.town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)


def papers(town: Town, pupil_id: str) -> list[StoredDocument]:
    with town.secondary.store.reading(SECONDARY) as unit:
        return [*unit.documents.of_pupil(pupil_id)]


def reports(town: Town, pupil_id: str) -> dict[str, SpecialistReport]:
    with town.secondary.store.reading(SECONDARY) as unit:
        stored = unit.records.of_pupil(pupil_id)
    read = {one.slot: load_bytes(RECORDS, one.record) for one in stored}
    return {slot: one for slot, one in read.items() if isinstance(one, SpecialistReport)}


def decided(town: Town, pupil_id: str) -> dict[str, tuple[str, str]]:
    seen = preview(town.secondary.inside, SECONDARY, pupil_id, Order())
    return {one.ref: (one.decision.outcome.value, one.decision.code) for one in seen.disclosed}


def test_what_the_next_school_decides_of_the_file_holds_for_the_record(desk: Desk) -> None:
    town, ours = desk.town, loaded(desk)
    (file,) = papers(town, ours)
    inside = town.secondary.inside
    mark(inside, SECONDARY, file.document_id, "school", SENCO)
    choose_destination(inside, SECONDARY, ours, OTHER, PROFILES[OTHER].name, SENCO)
    sent = send(inside, SECONDARY, ours, Order(), SENCO, leave_undecided=True)
    with town.secondary.blobs.open(SECONDARY, sent.transfer.blob) as source:
        sealed = source.read()
    pack = open_bundle(
        read_outer(io.BytesIO(sealed)),
        opener=town.vault.opener(OTHER, "general"),
        find_signers=sender_keys(town.directory()),
        me=OTHER,
        inbox=InboxName.GENERAL,
        at=town.clock.now(),
    )
    plain = b"".join(pack.reader.read(one, 1 << 22) for one in pack.reader.entries)
    assert b"MARK-file" not in plain
    assert SUMMARY.encode() not in plain
    assert file.document_id.encode() not in plain


def test_it_goes_on_with_its_file(desk: Desk) -> None:
    town, ours = desk.town, loaded(desk)
    (file,) = papers(town, ours)
    inside = town.secondary.inside
    choose_destination(inside, SECONDARY, ours, OTHER, PROFILES[OTHER].name, SENCO)
    found = decided(town, ours)
    assert found[file.document_id] == found[f"{ours}/specialist-report-{file.document_id}"]
    assert found[file.document_id][0] == "allowed"


def test_record_and_file_name_the_same_document_here(desk: Desk) -> None:
    plan = examples.ehc_plan(subject=desk.pupil_id)
    theirs = desk.attach("ehc-plan", "MARK-plan")
    desk.keep(load(RECORDS, plan | {"document": theirs}))
    desk.judge(f"{desk.pupil_id}/ehc-plan", "named-in-section-i")
    desk.judge(theirs, "named-in-section-i")
    ours = loaded(desk)
    here = {one.type: one.document_id for one in papers(desk.town, ours)}
    assert theirs not in here.values(), "no id that a sender picked"
    with desk.town.secondary.store.reading(SECONDARY) as unit:
        found = report_record(unit, ours, here["ep-report"])
        (kept,) = (one for one in unit.records.of_pupil(ours) if one.slot == "ehc-plan")
    assert found is not None
    assert found.summary == SUMMARY
    assert load_bytes(EhcPlan, kept.record).document == here["ehc-plan"]


def test_a_newer_pack_finds_what_an_earlier_one_brought(desk: Desk) -> None:
    ours = loaded(desk)
    (before,) = reports(desk.town, ours)
    with desk.town.primary.store.reading(PRIMARY) as unit:
        (document,) = unit.documents.of_pupil(desk.pupil_id)
    desk.keep(of_file(desk, document.document_id, question="Asked anew?"))
    assert loaded(desk, update=True) == ours
    ((after, record),) = reports(desk.town, ours).items()
    assert (after, record.question) == (before, "Asked anew?")
    assert [one.document_id for one in papers(desk.town, ours)] == [record.document]


def test_loading_again_changes_nothing_and_loses_no_file(desk: Desk) -> None:
    sent = desk.send(leave=True)
    desk.town.settle()
    inside, bundle_id = desk.town.secondary.inside, sent.transfer.bundle_id
    accept(inside, SECONDARY, bundle_id, SENCO)
    ours = load_pack(inside, SECONDARY, bundle_id, {}, SENCO)
    before = reports(desk.town, ours), papers(desk.town, ours)
    assert load_pack(inside, SECONDARY, bundle_id, {}, SENCO) == ours
    assert (reports(desk.town, ours), papers(desk.town, ours)) == before
    (file,) = before[1]
    with desk.town.secondary.blobs.open(SECONDARY, file.blob) as blob:
        opener = desk.town.vault.compartment(SECONDARY, "general").opener
        assert opener.open(blob).read() == PDF + b"% MARK-file\n"


def test_a_report_that_could_not_be_opened_waits_for_its_file(desk: Desk) -> None:
    sent = desk.send(leave=True)
    desk.town.settle()
    inside, bundle_id = desk.town.secondary.inside, sent.transfer.bundle_id
    accept(inside, SECONDARY, bundle_id, SENCO)
    ours = load_pack(inside, SECONDARY, bundle_id, {}, SENCO, checks=Checks(given_up=True))
    (before,) = reports(desk.town, ours)
    assert papers(desk.town, ours) == []
    choose_destination(inside, SECONDARY, ours, OTHER, PROFILES[OTHER].name, SENCO)
    assert decided(desk.town, ours)[f"{ours}/{before}"] == ("withheld", "report-not-here")
    load_pack(inside, SECONDARY, bundle_id, {}, SENCO)
    ((after, record),) = reports(desk.town, ours).items()
    (file,) = papers(desk.town, ours)
    assert (after, record.document) == (before, file.document_id)


def test_what_lay_by_its_senders_id_comes_to_lie_by_ours(desk: Desk) -> None:
    """Rows of before: the record named the sender's document, and a mark was on that name."""
    ours, secondary = loaded(desk), desk.town.secondary
    ((slot, record),) = reports(desk.town, ours).items()
    with desk.town.primary.store.reading(PRIMARY) as unit:
        (file,) = unit.documents.of_pupil(desk.pupil_id)
    old = replace(record, document=file.document_id)
    with secondary.store.unit(SECONDARY) as unit:
        unit.records.remove(ours, slot)
        keep_records(secondary.inside, unit, ours, [old])
        (note,) = unit.items.about("loaded-pack", ours)
        told: Any = note.content
        given = {key: one for key, one in told["given"].items() if key != slot}
        content = {
            "pupil": ours,
            "left": told["left"],
            "given": given | {slot_of(old): digest(old)},
        }
        unit.items.update(replace(note, content=content))
        unit.audit.record(SENCO, "test.step", "test", "1")
        unit.commit()
    mark(secondary.inside, SECONDARY, f"{ours}/{slot_of(old)}", "school", SENCO)
    desk.keep(of_file(desk, file.document_id, question="Asked anew?"))
    assert loaded(desk, update=True) == ours
    assert [*reports(desk.town, ours)] == [slot]
    choose_destination(secondary.inside, SECONDARY, ours, OTHER, PROFILES[OTHER].name, SENCO)
    assert decided(desk.town, ours)[f"{ours}/{slot}"][0] != "allowed", "the mark is kept"


def test_what_we_wrote_of_a_file_that_we_had_stays(desk: Desk, tmp_path: Path) -> None:
    inside, expected = desk.town.secondary.inside, pupil_record(subject=str(uuid.uuid4()))
    ours = add_pupil(inside, SECONDARY, expected, SENCO)
    path = tmp_path / "same.pdf"
    path.write_bytes(PDF + b"% MARK-file\n")
    new = NewDocument(path, "ep-report", "Dr O", date(2026, 5, 1))
    had = attach(inside, ContentInspector(), SECONDARY, ours, new, SENCO).document
    told = examples.report(subject=ours, document=had.document_id, summary="Ours")
    keep_record(inside, SECONDARY, ours, dumps(told), SENCO)
    assert loaded(desk) == ours
    ((_, record),) = reports(desk.town, ours).items()
    assert (record.summary, record.document) == ("Ours", had.document_id)
    assert papers(desk.town, ours) == [had]


def test_a_record_that_names_no_file_of_the_pupil_stays_and_a_draft_without_one_goes(
    desk: Desk,
) -> None:
    elsewhere = desk.town.attach(desk.town.leaver(1), PDF + b"% other\n").document.document_id
    desk.keep(of_file(desk, elsewhere))
    told = examples.report(subject=desk.pupil_id)
    del told["document"], told["replaces"]
    desk.keep(load(RECORDS, told))
    found = desk.preview()
    assert found[f"{desk.pupil_id}/specialist-report-{elsewhere}"] == (
        "withheld",
        "report-not-here",
    )
    assert found[f"{desk.pupil_id}/specialist-report"][0] == "allowed"
