"""The request itself is the first paper of a pack: its words, and nothing that a mark keeps out."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date

import pypdfium2
import pytest

from exchange.services.panel.requested import REQUEST
from exchange.services.record_disclosure import mark as not_for
from schemas.ehc_request import (
    AdviceThere,
    Consent,
    ConsentTo,
    CycleSummary,
    Professional,
    View,
    Voice,
)
from schemas.people import Person
from tests.exchange.web.cases.council import words
from tests.exchange.web.panel.sitting import CASEWORKER, Sitting, words_in
from tests.exchange.web.site import made_site

SAID = {
    "needs_reason": "Reading is at the level of a six-year-old. " * 40 + "That was the last of it.",
    "plan_reason": "What the school can give has not been enough.",
    "advice": (
        AdviceThere(kind="psychology", title="Unchosen report", document=str(uuid.uuid4())),
        AdviceThere(
            kind="education",
            title="Speech report",
            authored=date(2023, 5, 4),
            document=str(uuid.uuid4()),
        ),
        AdviceThere(kind="medical", title="A clinic letter that the family holds"),
    ),
    "cycles": (CycleSummary(number=1, starts=date(2025, 9, 1), did="Daily phonics."),),
    "views": (
        View(voice=Voice.PARENT, text="She cries before school."),
        View(voice=Voice.CHILD, text="I like the quiet room."),
    ),
    "consents": (
        Consent(
            to=ConsentTo.REQUEST,
            given=True,
            voice=Voice.PARENT,
            name="Mo Oak",
            on=date(2026, 6, 1),
        ),
    ),
    "professionals": (
        Professional(
            person=Person(
                name="Dr Ash", role="Paediatrician", phone="01632 960123", email="ash@example.org"
            ),
            may_contact=True,
        ),
    ),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """Return a council with one case, whose request says much."""
    with made_site(tmp_path_factory.mktemp("asked"), "primary", "council") as site:
        yield Sitting.made(site, **SAID)


def pack_of(sitting: Sitting) -> bytes:
    """Return the bytes of a pack that is made now."""
    made = sitting.order("Speech report", "Support plan")
    assert made.is_ready, made.code
    content: bytes = sitting.browser().get(f"/panel/packs/{made.pack_id}/file").data
    return content


def mark(sitting: Sitting, slot: str, *, remove: bool = False) -> None:
    """Mark a record of the child as not for the panel, or take that back."""
    here = sitting.here
    ref = f"{sitting.held.pupil_id}/{slot}"
    not_for(here.node.inside, here.org_id, ref, "panel", CASEWORKER, remove=remove)


def test_the_whole_request_is_the_first_paper(asked: Sitting) -> None:
    page = words(asked.browser().get(f"/cases/{asked.case_id}/panel"))
    assert "Paper 1 is the request itself" in page
    pack = pack_of(asked)
    line = asked.latest.lines[0]
    assert (line.number, line.title, line.how) == (1, "The request", "kept")
    with pypdfium2.PdfDocument(pack) as pdf:
        marks = [(one.get_title(), one.get_dest()) for one in pdf.get_toc()]
        told = {name: where.get_index() + 1 for name, where in marks if where}
        texts = [pdf[n].get_textpage().get_text_range() for n in range(len(pdf))]
    assert told["1. The request"] == line.first_page
    own = re.sub(r"\s+", " ", " ".join(texts[line.first_page - 1 :][: line.pages]))
    for said in (
        "EHC needs assessment request",
        "That was the last of it.",  # the summary has room for its beginning alone
        "What the school can give has not been enough.",
        "Daily phonics.",
        "She cries before school.",
        "I like the quiet room.",
        "Dr Ash, Paediatrician",
        "What is told here is true.",
        "Jo Brown, SENCO",
    ):
        assert said in own, said
    assert f"{line.first_page}" in texts[line.first_page - 1][-200:]


def test_no_paper_that_is_not_there_is_named_and_nobody_can_be_reached(asked: Sitting) -> None:
    said = words_in(pack_of(asked))
    assert "Unchosen report" not in said
    assert "A clinic letter that the family holds" in said
    assert said.count("Speech report") >= 3  # index, grid or foot, and the request's list
    for kept_out in ("01632 960123", "ash@example.org", "Whom to reach"):
        assert kept_out not in said


def test_a_request_that_is_marked_is_in_no_byte_and_its_summary_neither(asked: Sitting) -> None:
    pack_of(asked)
    open_ = asked.latest
    mark(asked, REQUEST)
    try:
        # The one that was made before is closed; the next one is without it.
        assert asked.browser().get(f"/panel/packs/{open_.pack_id}/file").status_code == 409
        page = words(asked.browser().get(f"/cases/{asked.case_id}/panel"))
        assert "marked as not for the panel" in page
        said = words_in(pack_of(asked))
        assert [one.number for one in asked.latest.lines] == [1, 2]
    finally:
        mark(asked, REQUEST, remove=True)
    for kept_out in ("six-year-old", "She cries before school.", "The request itself", "Dr Ash"):
        assert kept_out not in said


def test_a_record_that_is_marked_takes_its_chapters_with_it(asked: Sitting) -> None:
    pack_of(asked)
    open_ = asked.latest
    mark(asked, "sen-support-plan")
    try:
        assert asked.browser().get(f"/panel/packs/{open_.pack_id}/file").status_code == 409
        said = words_in(pack_of(asked))
    finally:
        mark(asked, "sen-support-plan", remove=True)
    assert "That was the last of it." in said
    for kept_out in ("Daily phonics.", "She cries before school.", "I like the quiet room."):
        assert kept_out not in said


def test_the_newest_edition_of_the_case_is_shown(asked: Sitting) -> None:
    (first,) = asked.held.packs
    asked.council.asked(edition=2, needs_reason="Writing is hard too.", supersedes=first.bundle_id)
    assert len(asked.held.packs) == 2
    said = words_in(pack_of(asked))
    assert "Writing is hard too." in said
    assert "2: adds to what came before" in said
    assert "six-year-old" not in said
