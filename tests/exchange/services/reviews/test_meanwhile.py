"""What others do while a review's report is printed or sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.errors import Conflict
from exchange.ports import Transfer
from exchange.services.inside import Inside
from exchange.services.record_disclosure import Ruling, judge, wish
from exchange.services.reviews import sending
from exchange.services.reviews.filing import Press, file_report
from exchange.services.reviews.keeping import review_of
from exchange.services.reviews.model import Review
from exchange.services.reviews.planning import choose_papers
from exchange.services.reviews.reporting import finish_report, save_report
from tests.exchange.services.advice.consulting import INSPECTOR
from tests.exchange.services.reviews.planned import MEETING, WRITTEN, finished, with_plan
from tests.exchange.services.town import PDF, PRIMARY, SENCO, Town
from tests.exchange.services.tray.papers import pdf_saying

THEIRS = "The second edition."


class Printer:
    """Prints what it is told, after somebody did something."""

    def __init__(self, meanwhile: Callable[[], object] | None = None) -> None:
        self._meanwhile = meanwhile

    def render(self, kind: str, data: Mapping[str, object]) -> bytes:
        if self._meanwhile is not None:
            self._meanwhile()
        return pdf_saying(kind, str(data["sections"]))


def kept(town: Town, review_id: str) -> Review:
    with town.primary.store.reading(PRIMARY) as unit:
        return review_of(unit, review_id)


def test_of_two_who_finish_the_newer_edition_stays(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    here = made.review_id

    def somebody_else() -> None:
        told = WRITTEN | {"child_views": THEIRS}
        save_report(inside, PRIMARY, here, told, SENCO, based_on=kept(town, here).version)
        finish_report(inside, PRIMARY, here, SENCO)
        file_report(inside, Press(Printer(), INSPECTOR), PRIMARY, here, SENCO)

    with pytest.raises(Conflict, match="item-changed"):
        file_report(inside, Press(Printer(somebody_else), INSPECTOR), PRIMARY, here, SENCO)
    now = kept(town, here)
    with town.primary.store.reading(PRIMARY) as unit:
        (document,) = unit.documents.of_pupil(made.pupil_id)
    assert (now.report_document, now.outdated) == (document.document_id, False)
    assert now.report["child_views"] == THEIRS


def test_what_is_withheld_while_the_pack_is_sealed_stops_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town)
    paper = town.attach(pupil_id, PDF + b"% MARKER-RACE\n", "ep-report").document.document_id
    made = finished(town, pupil_id)
    here = made.review_id
    made = choose_papers(inside, PRIMARY, here, [paper], MEETING, SENCO, based_on=made.version)
    seal = sending.queue_bundle

    def meanwhile(within: Inside, *told: object, **more: object) -> Transfer:
        sealed = seal(within, *told, **more)  # type: ignore[arg-type]
        ruling = Ruling("serious-harm", "Dr A", True, registration="X1")
        judge(inside, PRIMARY, paper, ruling, SENCO)
        return sealed

    monkeypatch.setattr(sending, "queue_bundle", meanwhile)
    with pytest.raises(Conflict, match="decided-meanwhile"):
        sending.send_report(inside, PRIMARY, here, SENCO, based_on=made.version)
    assert kept(town, here).sent is None
    assert not town.primary.transfers()


def test_words_that_were_refused_go_in_no_print_either(town: Town) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town)
    older = town.attach(pupil_id, PDF + b"% older\n", "annual-review").document
    with town.primary.store.unit(PRIMARY) as unit:
        unit.documents.update(replace(older, authored=MEETING - timedelta(days=300)))
        unit.audit.record(SENCO, "test.dated", "document", older.document_id)
        unit.commit()
    made = finished(town, pupil_id)
    made = choose_papers(
        inside, PRIMARY, made.review_id, [older.document_id], MEETING, SENCO, based_on=made.version
    )
    made = file_report(inside, Press(Printer(), INSPECTOR), PRIMARY, made.review_id, SENCO)
    words = f"{pupil_id}/annual-review/pupil-views"
    wish(inside, PRIMARY, words, {"pupil": "refuses"}, SENCO)
    made = sending.send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    sent = town.primary.transfer(made.bundle_id)
    goes = {one.ref: one.decision.allowed for one in sent.disclosed}
    assert goes[f"{pupil_id}/annual-review"]
    assert goes[older.document_id]
    assert not goes[words]
    assert not goes[made.report_document]
