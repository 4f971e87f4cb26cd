"""Which version of a report counts: the one that was filed last, also where it had come before."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from exchange.domain.disclosure import EVERYBODY
from exchange.ports import StoredDocument
from exchange.services.advice.filing import EARLIER, report_record, supersede
from exchange.services.advice.unrequested import CameBy, file_unrequested
from exchange.services.record_disclosure import mark
from exchange.services.tray.receive import NewUpload, receive
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.advice.test_by_link import confirm
from tests.exchange.services.town import PRIMARY, SENCO

CORRECTED = REPORT_PDF + b"\n% corrected\n"
LABEL = "Speech and language therapy report"


def document(consulting: Consulting, document_id: str) -> StoredDocument:
    with consulting.inside.store.reading(PRIMARY) as unit:
        return unit.documents.get(document_id)


def stands(consulting: Consulting, document_id: str) -> tuple[str, list[str]]:
    """Return how a document is called, and for whom it is not."""
    found = document(consulting, document_id)
    return found.title, [one.not_for for one in found.said.marks]


def test_an_earlier_version_that_is_sent_again_is_the_newest(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    (first,) = confirm(consulting, consulting.sends(visit))
    (second,) = confirm(consulting, consulting.sends(visit, CORRECTED))
    assert stands(consulting, first) == (LABEL + EARLIER, [EVERYBODY])
    again = consulting.sends(visit)
    assert confirm(consulting, again) == (first,)
    assert stands(consulting, first) == (LABEL, [])
    assert stands(consulting, second) == (LABEL + EARLIER, [EVERYBODY])
    with consulting.inside.store.reading(PRIMARY) as unit:
        record = report_record(unit, again.pupil_id, first)
    assert record is not None
    assert (record.title, record.replaces) == (LABEL, second)
    assert len(consulting.town.primary.said("document.reinstated")) == 1


@pytest.mark.parametrize("when", ["before", "after", "instead"])
def test_a_persons_own_mark_stays(consulting: Consulting, when: str) -> None:
    """It is for nobody because somebody said so, whatever else came or was sent again."""
    visit = consulting.visit(consulting.asked())
    (first,) = confirm(consulting, consulting.sends(visit))
    if when == "before":
        mark(consulting.inside, PRIMARY, first, EVERYBODY, SENCO)
    confirm(consulting, consulting.sends(visit, CORRECTED))
    if when == "instead":
        mark(consulting.inside, PRIMARY, first, EVERYBODY, SENCO, remove=True)
    if when != "before":
        mark(consulting.inside, PRIMARY, first, EVERYBODY, SENCO)
        assert stands(consulting, first)[1] == [EVERYBODY]
    confirm(consulting, consulting.sends(visit))
    assert stands(consulting, first) == (LABEL, [EVERYBODY])


def test_a_report_of_the_tray_that_is_filed_again_is_the_newest(consulting: Consulting) -> None:
    pupil_id = consulting.town.leaver()

    def filed(content: bytes, replaces: str = "") -> str:
        made = receive(consulting.inside, PRIMARY, io.BytesIO(content), NewUpload("a.pdf"), SENCO)
        consulting.work()
        told = CameBy(pupil_id, ABOUT, "mail", replaces, looked=True)
        return file_unrequested(
            consulting.inside, PRIMARY, made.upload.upload_id, told, SENCO
        ).document_id

    first = filed(REPORT_PDF)
    second = filed(CORRECTED, first)
    assert stands(consulting, first) == (LABEL + EARLIER, [EVERYBODY])
    assert filed(REPORT_PDF, second) == first
    assert stands(consulting, first) == (LABEL, [])
    assert stands(consulting, second) == (LABEL + EARLIER, [EVERYBODY])


def test_the_longest_title_says_that_it_is_an_earlier_version(consulting: Consulting) -> None:
    paper = consulting.town.attach(consulting.town.leaver()).document
    with consulting.inside.store.unit(PRIMARY) as unit:
        supersede(unit, replace(paper, title="x" * 200), SENCO, consulting.town.clock.now())
        unit.commit()
    title, _ = stands(consulting, paper.document_id)
    assert title.endswith(EARLIER)
    assert len(title) == 200
