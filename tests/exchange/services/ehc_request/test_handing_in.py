"""For a council that has not joined: index and files under its cap, and the day that counts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
from pdfminer.high_level import extract_text

from adapters.papers import PaperMaker
from adapters.readable import TypstRenderer
from exchange.errors import Conflict, FormatError, Refused, UsageError
from exchange.services.edit_record import change_pupil
from exchange.services.ehc_request.approving import ask_head
from exchange.services.ehc_request.handing_in import (
    Tools,
    correct_handed_in,
    enter_handed_in,
    make_papers,
    zipped,
)
from exchange.services.ehc_request.model import FileState, HandedIn
from exchange.services.ehc_request.writing import set_council
from schemas.contact import Contact
from schemas.people import Phone
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import PRIMARY, SENCO


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(PaperMaker(), TypstRenderer())


def pages(marker: str, many: int = 1) -> bytes:
    pdf = pikepdf.Pdf.new()
    for _ in range(many):
        pdf.add_blank_page(page_size=(200, 200))
    pdf.docinfo["/Keywords"] = marker
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def attach(school: School, type_: str, content: bytes) -> str:
    return school.town.attach(school.pupil_id, content, type_).document.document_id


def taken(school: School, request_id: str, tools: Tools) -> dict[str, bytes]:
    seen = school.look(request_id).mark
    made = make_papers(school.inside, PRIMARY, request_id, tools, "SENCO", seen, SENCO)
    whole = b"".join(zipped(made.parts))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_index_the_form_and_each_paper_by_number(school: School, tools: Tools) -> None:
    report, hidden = pages("THE-EP"), pages("THE-HIDDEN", 2)
    attach(school, "ep-report", report)
    marked = attach(school, "ot-report", hidden)
    school.mark(marked)
    file = school.start("330")
    set_council(school.inside, PRIMARY, file.request_id, "330", "example-borough", SENCO)
    files = taken(school, file.request_id, tools)
    assert len(files) == 3
    index, form, paper = list(files.values())
    assert paper == report
    told = " ".join(extract_text(io.BytesIO(form)).split())
    assert "PLAN-WORDS phonics" in told
    assert "£470.25" in told
    assert "Birmingham" in told
    assert "UPN" in told
    listed = " ".join(extract_text(io.BytesIO(index)).split())
    assert "Educational psychologist's report" in listed.replace("’", "'")
    assert "ot-report" not in str(list(files))
    assert "Occupational" not in listed
    assert not any("Oak" in name or "Ann" in name for name in files)
    with pikepdf.open(io.BytesIO(index)) as pdf:
        assert "Oak" not in str(pdf.docinfo)
    assert school.town.primary.said("ehc-request.downloaded")[0].detail["for"] == "330"


def test_the_form_says_whom_to_reach_and_what_to_know_first(school: School, tools: Tools) -> None:
    contact = Contact(
        order=1,
        surname="Ray",
        forename="Jo",
        relationship="PAM",
        responsibility=True,
        court_order=True,
        phones=(Phone(number="01632 960124"),),
    )
    change_pupil(
        school.inside,
        PRIMARY,
        school.pupil_id,
        lambda pupil: replace(pupil, contacts=(contact,)),
        SENCO,
    )
    form = list(taken(school, school.start("330").request_id, tools).values())[1]
    told = " ".join(extract_text(io.BytesIO(form)).split())
    assert "Jo Ray" in told
    assert "parental responsibility: yes" in told
    assert "ask the school first" in told
    assert "01632 960124" in told


def test_what_is_too_large_and_cannot_be_cut_is_said_before_anything_goes(
    school: School, tools: Tools
) -> None:
    big = attach(school, "ep-report", b"plain words\n" * 500_000)
    file = school.start("330")
    set_council(school.inside, PRIMARY, file.request_id, "330", "example-borough", SENCO)
    assert [one.document_id for one in school.look(file.request_id).too_large] == [big]
    with pytest.raises(FormatError) as error:
        taken(school, file.request_id, tools)
    assert error.value.code == "part-too-large"
    assert school.town.primary.said("ehc-request.downloaded") == []


def test_the_day_that_is_entered_starts_the_clocks(school: School) -> None:
    file = school.start("330")
    day = date(2026, 6, 29)
    future, mute = HandedIn(on=date(2026, 7, 2), how="Portal"), HandedIn(on=day, how=" ")
    with pytest.raises(UsageError):
        enter_handed_in(school.inside, PRIMARY, file.request_id, future, SENCO)
    old = replace(future, on=date(2006, 6, 20))
    with pytest.raises(UsageError, match="date-unlikely"):
        enter_handed_in(school.inside, PRIMARY, file.request_id, old, SENCO)
    with pytest.raises(UsageError):
        enter_handed_in(school.inside, PRIMARY, file.request_id, mute, SENCO)
    told = HandedIn(on=day, how="Portal", reference="R-1")
    kept = enter_handed_in(school.inside, PRIMARY, file.request_id, told, SENCO)
    assert kept.state is FileState.HANDED_IN
    now = school.follow(file.request_id)
    assert (now.reached, now.clocks[0].clock.due) == (day, date(2026, 8, 10))
    later = HandedIn(on=date(2026, 7, 1), how="Portal")
    enter_handed_in(school.inside, PRIMARY, file.request_id, later, SENCO)
    now = school.follow(file.request_id)
    assert now.reached == day
    assert [one.edition.status for one in now.steps] == ["made", "updated"]


def test_a_day_that_was_entered_wrongly_is_put_right(school: School) -> None:
    file, wrong = school.start("330"), HandedIn(on=date(2026, 6, 29), how="Portal")
    with pytest.raises(Conflict, match="handed-in-missing"):
        correct_handed_in(school.inside, PRIMARY, file.request_id, wrong, SENCO)
    enter_handed_in(school.inside, PRIMARY, file.request_id, wrong, SENCO)
    right = HandedIn(on=date(2026, 6, 22), how="By hand", reference="R-2")
    kept = correct_handed_in(school.inside, PRIMARY, file.request_id, right, SENCO)
    now = school.follow(file.request_id)
    assert (now.reached, now.clocks[0].clock.due) == (date(2026, 6, 22), date(2026, 8, 3))
    assert len(kept.editions) == 1
    assert kept.handed_in == replace(right, by=SENCO.name)
    entry = school.town.primary.book()[-1]
    assert entry.detail == {"from": "2026-06-29", "to": "2026-06-22"}
    late = replace(right, on=date(2026, 7, 2))
    with pytest.raises(UsageError, match="date-in-future"):
        correct_handed_in(school.inside, PRIMARY, file.request_id, late, SENCO)


def test_what_went_as_a_pack_is_not_handed_in_too(school: School) -> None:
    request = school.sent()
    told = HandedIn(on=date(2026, 7, 1), how="Portal")
    with pytest.raises(Conflict) as error:
        enter_handed_in(school.inside, PRIMARY, request, told, SENCO)
    assert error.value.code == "sent-already"


def test_files_too_wait_for_the_head_and_for_a_fresh_look(school: School, tools: Tools) -> None:
    file = school.start("330")
    with pytest.raises(Conflict):
        make_papers(school.inside, PRIMARY, file.request_id, tools, "SENCO", "old", SENCO)
    ask_head(school.inside, PRIMARY, file.request_id, "", SENCO)
    seen = school.look(file.request_id).mark
    with pytest.raises(Refused):
        make_papers(school.inside, PRIMARY, file.request_id, tools, "SENCO", seen, SENCO)
