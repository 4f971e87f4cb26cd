"""What is marked "not for" the panel, or withheld from it, is no paper of a pack: of any type."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from adapters.inspector import ContentInspector
from exchange.services.attach import NewDocument, attach
from exchange.services.cases import Case
from exchange.services.panel.choosing import chosen, papers_of
from exchange.services.record_disclosure import Ruling, judge, mark
from schemas.codes import code_set
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, PDF

MARKS = ("panel", "la", "everybody", COUNCIL)
TYPES = [one.code for one in code_set("document-type") if one.code not in ("cp-file", "isp")]


@dataclass(frozen=True)
class _Paper:
    name: str
    content: bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


def filed(desk: Desk, held: Case, type_: str, said: str) -> str:
    """File a paper of a type and say something of it; return its id."""
    new = NewDocument(_Paper("a.pdf", PDF + f"% {type_} {said}\n".encode()), type_, "A Body", None)
    pupil_id = str(held.pupil_id)
    made = attach(desk.inside, ContentInspector(), COUNCIL, pupil_id, new, CASEWORKER)
    ref = made.document.document_id
    if said in MARKS:
        mark(desk.inside, COUNCIL, ref, said, CASEWORKER)
    elif said:
        ruling = Ruling(said, "Ann Other", True, registration="PYL1")
        judge(desk.inside, COUNCIL, ref, ruling, CASEWORKER)
    return ref


@pytest.mark.parametrize("said", [*MARKS, "serious-harm", "about-somebody-else"])
def test_no_paper_of_any_type_is_offered_or_taken(desk: Desk, said: str) -> None:
    desk.asked()
    held = desk.place(desk.only)
    refs = [filed(desk, held, one, said) for one in TYPES]
    free = filed(desk, held, "ep-report", "")
    with desk.house.store.reading(COUNCIL) as unit:
        choice = papers_of(desk.inside, unit, desk.again(held.case_id))
    assert free in [one.document_id for one in choice.papers]
    assert not set(refs) & {one.document_id for one in choice.papers}
    assert set(refs) <= {one.document_id for one, _ in choice.kept_back}
    assert [one.document_id for one in chosen(choice, [*refs, free])] == [free]
