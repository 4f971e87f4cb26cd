"""The twin check: what may be about another child is not sent until a person says whose it is."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor
from exchange.services.keep_pupil import keep_pupil_record
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from exchange.services.twins import TwinDoubt, confirm, unconfirmed
from schemas.base import load_bytes
from schemas.pupil import Pupil
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import docx_saying, pdf_saying, scan

BORN = date(2015, 3, 9)


@pytest.fixture
def ann(tray: Tray) -> str:
    return tray.child(0, "Annabel", "Oak", BORN, known_as="Ann")


@pytest.fixture
def ben(tray: Tray) -> str:
    return tray.child(1, "Ben", "Oak", BORN)


@pytest.fixture
def cleo(tray: Tray) -> str:
    return tray.child(2, "Cleo", "Ash", date(2015, 6, 2))


@pytest.fixture
def old(tray: Tray) -> str:
    return tray.child(3, "Dan", "Fir", date(2009, 5, 1))


def open_doubts(tray: Tray, pupil_id: str) -> dict[str, tuple[str, ...]]:
    with tray.inside.store.reading(PRIMARY) as unit:
        found: tuple[TwinDoubt, ...] = unconfirmed(tray.inside, unit, pupil_id)
    return {one.document_id: one.codes for one in found}


def filed(tray: Tray, pupil_id: str, *lines: str, name: str = "report.pdf") -> str:
    upload = tray.checked(pdf_saying(*lines), name, pupil_id=pupil_id)
    return tray.file(upload, pupil_id).document.document_id


HITS = {
    "another's full name": ("Cleo Ash was seen.", ("other-pupil-named",)),
    "surname first": ("Re: ASH, Cleo", ("other-pupil-named",)),
    "another's birthday": ("Date of birth: 2 June 2015", ("other-pupil-birthday",)),
    "in figures": ("02/06/15", ("other-pupil-birthday",)),
    "much older, called a birth": ("D.O.B. 01/05/2009", ("other-pupil-birthday",)),
}


@pytest.mark.parametrize("name", HITS)
def test_signs_of_another_child(tray: Tray, ann: str, cleo: str, old: str, name: str) -> None:
    line, codes = HITS[name]
    document_id = filed(tray, ann, "Ann Oak likes maths.", line)
    assert open_doubts(tray, ann) == {document_id: codes}


QUIET = {
    "only this child": "Ann Oak, born 9 March 2015, likes maths. Annabel is kind.",
    "words that are parts of names": "The ash tree. Cleopatra. An oak leaf.",
    "a visit on the day of an older child's birth": "Seen in clinic on 1 May 2009.",
    "forename alone of a child of another family": "Cleo sat beside her.",
}


@pytest.mark.parametrize("name", QUIET)
def test_what_is_no_sign(tray: Tray, ann: str, cleo: str, old: str, name: str) -> None:
    filed(tray, ann, QUIET[name])
    assert open_doubts(tray, ann) == {}


def test_another_s_upn(tray: Tray, ann: str, cleo: str) -> None:
    with tray.inside.store.reading(PRIMARY) as unit:
        upn = unit.pupils.get(cleo).upn or ""
    document_id = filed(tray, ann, f"UPN {upn[:4]} {upn[4:8]} {upn[8:]}")
    assert open_doubts(tray, ann) == {document_id: ("other-pupil-upn",)}


def test_a_twin_s_forename_is_enough(tray: Tray, ann: str, ben: str) -> None:
    document_id = filed(tray, ann, "Ben finds reading hard.")
    assert open_doubts(tray, ann) == {document_id: ("other-pupil-named",)}
    own = filed(tray, ann, "Ann finds reading easy.", name="two.pdf")
    assert own not in open_doubts(tray, ann)


def test_what_cannot_be_read_is_asked_about_for_twins_alone(
    tray: Tray, ann: str, ben: str, cleo: str
) -> None:
    for pupil_id, wanted in ((ann, ("text-unreadable",)), (cleo, None)):
        upload = tray.checked(scan(), f"{pupil_id}.pdf", pupil_id=pupil_id)
        document_id = tray.file(upload, pupil_id).document.document_id
        found = open_doubts(tray, pupil_id)
        assert found == ({document_id: wanted} if wanted else {})


def test_names_and_titles_of_documents_count(tray: Tray, ann: str, cleo: str) -> None:
    by_name = filed(tray, ann, "A report.", name="Cleo_Ash_EP.pdf")
    assert by_name in open_doubts(tray, ann)
    upload = tray.checked(pdf_saying("B report."), "b.pdf", pupil_id=ann)
    by_title = tray.file(upload, ann, title="For Cleo Ash").document.document_id
    assert by_title in open_doubts(tray, ann)


def test_remarks_in_a_document_count(tray: Tray, ann: str, cleo: str) -> None:
    word = b'<w:comments xmlns:w="x"><w:p><w:t>copied from Cleo Ash</w:t></w:p></w:comments>'
    upload = tray.checked(
        docx_saying("Ann's plan", more=[("word/comments.xml", word)]), "p.docx", pupil_id=ann
    )
    document_id = tray.file(upload, ann).document.document_id
    assert document_id in open_doubts(tray, ann)


def test_two_of_one_name(tray: Tray) -> None:
    one = tray.child(0, "Sam", "Khan", BORN)
    tray.child(1, "Sam", "Khan", date(2014, 11, 2))
    vague = filed(tray, one, "Sam Khan does well.")
    clear = filed(tray, one, "Sam Khan, born 9/3/2015, does well.", name="two.pdf")
    assert open_doubts(tray, one) == {vague: ("same-name",)}
    assert clear not in open_doubts(tray, one)


def test_sending_is_refused_until_a_person_confirms(tray: Tray, ann: str, ben: str) -> None:
    town = tray.town
    document_id = filed(tray, ann, "Ben finds reading hard.")
    town.choose(ann)
    before = town.primary.snapshot()
    with pytest.raises(Refused, match="twin-check-open") as error:
        send(tray.inside, PRIMARY, ann, Order(), SENCO)
    assert document_id in error.value.hint
    assert "Ben" not in error.value.hint
    assert town.primary.snapshot() == before
    confirm(tray.inside, PRIMARY, ann, document_id, {ben}, Actor("Pat", "sen-administrator"))
    assert open_doubts(tray, ann) == {}
    assert send(tray.inside, PRIMARY, ann, Order(), SENCO).outcome == "queued"
    (told,) = town.primary.said("document.confirmed-whose")
    assert (told.actor, told.role) == ("Pat", "sen-administrator")
    assert dict(told.detail) == {"codes": "other-pupil-named", "about": "this-pupil"}


def test_what_does_not_go_is_not_asked_about(tray: Tray, ann: str, ben: str) -> None:
    upload = tray.checked(pdf_saying("Ben finds reading hard."), "a.pdf", pupil_id=ann)
    tray.file(upload, ann, "ehc-request")  # the table gives it to no school
    filed(tray, ann, "Ann finds reading easy.", name="b.pdf")
    tray.town.choose(ann)
    assert send(tray.inside, PRIMARY, ann, Order(), SENCO).outcome == "queued"


def test_a_child_who_joins_later_is_a_new_question(tray: Tray, ann: str, ben: str) -> None:
    document_id = filed(tray, ann, "Ben and Cleo Ash read together.")
    confirm(tray.inside, PRIMARY, ann, document_id, {ben}, SENCO)
    assert open_doubts(tray, ann) == {}
    cleo = tray.child(2, "Cleo", "Ash", date(2015, 6, 2))
    assert document_id in open_doubts(tray, ann)
    with pytest.raises(UsageError, match="twin-doubt-changed"):
        confirm(tray.inside, PRIMARY, ann, document_id, {ben}, SENCO)
    confirm(tray.inside, PRIMARY, ann, document_id, {ben, cleo}, SENCO)
    assert open_doubts(tray, ann) == {}


def test_a_name_that_changes_is_a_new_question(tray: Tray, ann: str, cleo: str) -> None:
    document_id = filed(tray, ann, "Cleo Rowan was seen.")
    assert open_doubts(tray, ann) == {}
    with tray.inside.store.unit(PRIMARY) as unit:
        known = unit.pupils.get(cleo)
        record = load_bytes(Pupil, known.record)
        names = type(record.names)(surname="Rowan", forename="Cleo")
        changed = type(record)(
            subject=cleo,
            names=names,
            date_of_birth=record.date_of_birth,
            sex="F",
            upn=record.upn,
        )
        keep_pupil_record(tray.inside, unit, known, changed, "hand")
        unit.audit.record(SENCO, "pupil.changed", "pupil", cleo)
        unit.commit()
    assert document_id in open_doubts(tray, ann)


def test_only_a_doubtful_document_of_this_pupil_is_confirmed(
    tray: Tray, ann: str, ben: str, cleo: str
) -> None:
    plain = filed(tray, ann, "Ann finds reading easy.")
    doubtful = filed(tray, ann, "Ben finds reading hard.", name="b.pdf")
    for pupil_id, document_id in ((ann, plain), (cleo, doubtful)):
        with pytest.raises(NotFound):
            confirm(tray.inside, PRIMARY, pupil_id, document_id, {ben}, SENCO)


def test_what_was_attached_before_texts_were_kept_is_read_now(
    tray: Tray, ann: str, ben: str
) -> None:
    document_id = filed(tray, ann, "Ben finds reading hard.")
    with tray.inside.store.unit(PRIMARY) as unit:
        unit.items.remove("document-text", document_id)
        unit.audit.record(SENCO, "test.forgotten", "document", document_id)
        unit.commit()
    assert document_id in open_doubts(tray, ann)
