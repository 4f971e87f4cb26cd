"""A document that is another pupil's moves there, or goes for good; nothing of it stays behind."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from exchange.domain.disclosure import AUTHOR, EVERYBODY, SUPERSEDED, Mark, Said
from exchange.errors import NotFound, Refused
from exchange.services.document_texts import kept_text
from exchange.services.keep_pupil import keep_record
from exchange.services.move_document import move_document, remove_document
from exchange.services.record_disclosure import mark
from exchange.services.twins import confirm, unconfirmed
from schemas.base import load_bytes
from schemas.records import RECORDS
from schemas.report import SpecialistReport
from schemas.strict_json import dumps
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import pdf_saying
from tests.schemas import record_examples as examples

BORN = date(2015, 3, 9)


@pytest.fixture
def twins(tray: Tray) -> tuple[str, str]:
    return tray.child(0, "Ann", "Oak", BORN), tray.child(1, "Ben", "Oak", BORN)


def filed(tray: Tray, pupil_id: str) -> str:
    upload = tray.checked(pdf_saying("Ben finds reading hard."), pupil_id=pupil_id)
    return tray.file(upload, pupil_id).document.document_id


def test_moved_it_is_the_other_s_and_asks_nothing_more(tray: Tray, twins: tuple[str, str]) -> None:
    ann, ben = twins
    document_id = filed(tray, ann)
    mark(tray.inside, PRIMARY, document_id, "family", SENCO)
    confirm(tray.inside, PRIMARY, ann, document_id, {ben}, SENCO)
    moved = move_document(tray.inside, PRIMARY, ann, document_id, ben, SENCO)
    with tray.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.of_pupil(ann) == []
        assert unit.documents.of_pupil(ben) == [moved]
        assert moved.document_id != document_id, "what was sent under the old id was Ann's"
        assert not moved.said.marks, "what was said of it was said of Ann's"
        text = kept_text(unit, moved.document_id)
        assert text is not None
        assert "Ben" in text.text
        assert kept_text(unit, document_id) is None
        assert unconfirmed(tray.inside, unit, ben) == ()
        assert unit.items.count("twin-answer") == 0
    assert tray.inside.blobs.exists(PRIMARY, moved.blob)
    (told,) = tray.town.primary.said("document.moved")
    assert dict(told.detail) == {"pupil": ann, "to": ben, "as": moved.document_id}


def test_for_whom_its_author_wrote_it_not_to_be_moves_with_it(
    tray: Tray, twins: tuple[str, str]
) -> None:
    ann, ben = twins
    marks = tuple(
        Mark(whom, "Dr Pine", role, tray.inside.clock.now())
        for whom, role in (("family", AUTHOR), ("school", "senco"), (EVERYBODY, SUPERSEDED))
    )
    upload = tray.checked(pdf_saying("Ben finds reading hard."), pupil_id=ann)
    document_id = tray.file(upload, ann, said=Said(marks=marks)).document.document_id
    moved = move_document(tray.inside, PRIMARY, ann, document_id, ben, SENCO)
    assert [one.not_for for one in moved.said.marks] == ["family"]


def test_removed_nothing_of_it_stays(tray: Tray, twins: tuple[str, str]) -> None:
    ann, _ = twins
    document_id = filed(tray, ann)
    remove_document(tray.inside, PRIMARY, ann, document_id, SENCO)
    with tray.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.of_pupil(ann) == []
        assert kept_text(unit, document_id) is None
        with pytest.raises(NotFound):
            unit.documents.get(document_id)
    assert tray.blobs() == 0
    assert len(tray.town.primary.said("document.removed")) == 1


def told(tray: Tray, pupil_id: str, document_id: str, **changes: object) -> None:
    """Keep the record of a report beside its file."""
    record = examples.report(subject=pupil_id, document=document_id, summary="Ben reads", **changes)
    keep_record(tray.inside, PRIMARY, pupil_id, dumps(record), SENCO)


def records_of(tray: Tray, pupil_id: str) -> dict[str, SpecialistReport]:
    with tray.inside.store.reading(PRIMARY) as unit:
        found = {
            one.slot: load_bytes(RECORDS, one.record) for one in unit.records.of_pupil(pupil_id)
        }
    return {slot: one for slot, one in found.items() if isinstance(one, SpecialistReport)}


def test_what_a_report_says_moves_with_it(tray: Tray, twins: tuple[str, str]) -> None:
    ann, ben = twins
    document_id = filed(tray, ann)
    told(tray, ann, document_id)
    mark(tray.inside, PRIMARY, f"{ann}/specialist-report-{document_id}", "family", SENCO)
    moved = move_document(tray.inside, PRIMARY, ann, document_id, ben, SENCO)
    assert records_of(tray, ann) == {}
    ((slot, record),) = records_of(tray, ben).items()
    assert slot == f"specialist-report-{moved.document_id}"
    assert (record.subject, record.document) == (ben, moved.document_id)
    assert (record.summary, record.replaces) == ("Ben reads", None), "no file of Ann's is named"
    assert not tray.town.primary.pupil(ann).said, "what was decided was decided of Ann's"
    move_document(tray.inside, PRIMARY, ben, moved.document_id, ann, SENCO)
    assert records_of(tray, ben) == {}
    assert len(records_of(tray, ann)) == 1


def test_what_a_report_says_goes_with_it_and_no_other(tray: Tray, twins: tuple[str, str]) -> None:
    ann, _ = twins
    document_id, other = filed(tray, ann), str(uuid.uuid4())
    told(tray, ann, document_id)
    told(tray, ann, document_id, question="Asked anew?")
    told(tray, ann, other)
    remove_document(tray.inside, PRIMARY, ann, document_id, SENCO)
    assert [*records_of(tray, ann)] == [f"specialist-report-{other}"]


def test_only_the_pupil_s_own_and_to_somebody_else(tray: Tray, twins: tuple[str, str]) -> None:
    ann, ben = twins
    document_id = filed(tray, ann)
    before = tray.town.primary.snapshot()
    with pytest.raises(NotFound):
        move_document(tray.inside, PRIMARY, ben, document_id, ann, SENCO)
    with pytest.raises(NotFound):
        remove_document(tray.inside, PRIMARY, ben, document_id, SENCO)
    with pytest.raises(NotFound):
        move_document(tray.inside, PRIMARY, ann, document_id, "0" * 36, SENCO)
    with pytest.raises(Refused, match="document-same-pupil"):
        move_document(tray.inside, PRIMARY, ann, document_id, ann, SENCO)
    assert tray.town.primary.snapshot() == before


def test_a_pack_that_was_sent_is_as_it_was(tray: Tray, twins: tuple[str, str]) -> None:
    ann, ben = twins
    document_id = filed(tray, ann)
    confirm(tray.inside, PRIMARY, ann, document_id, {ben}, SENCO)
    tray.town.choose(ann)
    sent = tray.town.send(ann).transfer
    move_document(tray.inside, PRIMARY, ann, document_id, ben, SENCO)
    with tray.inside.store.reading(PRIMARY) as unit:
        kept = unit.transfers.get(sent.bundle_id)
    assert document_id in {one.ref for one in kept.disclosed}
    assert tray.inside.blobs.exists(PRIMARY, sent.blob)
