"""A new identity: nothing of the old one crosses, and nothing joins the two."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from adapters.texts import DocumentTexts
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor
from exchange.services import new_identity
from schemas.identifiers import Upn
from schemas.pupil import LookedAfter, Names, Pupil
from tests.exchange.services.town import PDF, PRIMARY, SENCO, UPNS, Town, pupil_record

DEE = Actor("dee", "dsl")
OLD = Names(surname="Oakley", forename="Joanna", middle_names="May", former_surname="Birch")
NEW = Names(surname="Rowan", forename="Joanna")
TEXT = "Joanna likes maps. What helps: a quiet place, and time."


@pytest.fixture
def town(town: Town) -> Town:
    house = town.primary
    house.inside = replace(house.inside, texts=DocumentTexts())
    return town


def old_one(town: Town) -> str:
    return town.leaver(names=OLD, looked_after=LookedAfter(in_care=True, care_authority="820"))


def fresh(**changes: object) -> Pupil:
    return pupil_record(1, names=NEW, upn=Upn.parse(UPNS[1]), **changes)


def begun(town: Town, old: str) -> str:
    return new_identity.begin(town.primary.inside, PRIMARY, old, fresh(), DEE)


def cross(town: Town, old: str, new: str, text: str, *, confirmed: bool = True) -> str:
    return new_identity.cross(
        town.primary.inside, PRIMARY, old, new, text, "strategies", DEE, confirmed=confirmed
    )


def test_the_fresh_record_has_no_link_to_the_old_one(town: Town) -> None:
    old = old_one(town)
    new = begun(town, old)
    mine = town.primary.pupil(new)
    assert old not in f"{mine.record!r}{mine.origin}{mine.said}"
    for line in town.primary.book():
        told = json.dumps([line.object_id, dict(line.detail)])
        assert not (old in told and new in told)
    for word in ("Oakley", "Birch", "May", UPNS[0], "820"):
        assert word.encode() not in mine.record


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (fresh(looked_after=LookedAfter(in_care=True, care_authority="820")), "not-fresh"),
        (fresh(former_upns=(Upn.parse(UPNS[0]),)), "not-fresh"),
        (replace(fresh(), names=replace(NEW, former_surname="Oakley")), "not-fresh"),
        (replace(fresh(), upn=Upn.parse(UPNS[0])), "old-identity-found"),
        (replace(fresh(), names=replace(NEW, surname="OAKLEY")), "old-identity-found"),
    ],
)
def test_nothing_of_the_old_identity_begins_the_new_one(
    town: Town, record: Pupil, code: str
) -> None:
    old = old_one(town)
    with pytest.raises(Refused, match=code):
        new_identity.begin(town.primary.inside, PRIMARY, old, record, DEE)


def test_a_document_crosses_as_its_text_alone(town: Town) -> None:
    old = old_one(town)
    new = begun(town, old)
    original = town.attach(old).document
    document_id = cross(town, old, new, TEXT)
    with town.primary.store.reading(PRIMARY) as unit:
        (made,) = unit.documents.of_pupil(new)
    assert made.document_id == document_id
    told = repr(made)
    for secret in (
        original.sha256,
        original.file_name,
        original.document_id,
        original.author,
        original.blob,
    ):
        assert secret not in told
    with town.primary.blobs.open(PRIMARY, made.blob) as sealed:
        general = town.vault.compartment(PRIMARY, "general")
        assert general.opener.open(io.BytesIO(sealed.read())).read() == TEXT.encode()


@pytest.mark.parametrize(
    "text",
    [
        "Joanna Oakley likes maps.",
        "JOANNA O'AKLEY likes maps.",
        "Miss Birch likes maps.",
        "May likes maps.",
        "Her mother, Mrs Oakley's sister, met us.",
        "Mrs Oakley’s sister met us.",
        "The Oakleys met us.",
        "The Oakleys' doctor met us.",
        f"UPN {UPNS[0]}",
        f"UPN {' '.join(UPNS[0])}",
        f"upn: {UPNS[0].lower()}",
    ],
)
def test_an_old_name_or_number_stops_it(town: Town, text: str) -> None:
    old = old_one(town)
    new = begun(town, old)
    with pytest.raises(Refused, match="old-identity-found"):
        cross(town, old, new, text)
    with town.primary.store.reading(PRIMARY) as unit:
        assert not unit.documents.of_pupil(new)


def test_the_draft_names_what_to_take_out(town: Town) -> None:
    old = old_one(town)
    document = town.attach(old, b"Joanna Oakley, UPN " + UPNS[0].encode(), "strategies").document
    found = new_identity.draft(town.primary.inside, PRIMARY, old, document.document_id, DEE)
    assert found.whole
    assert {(one.kind, one.found) for one in found.hits} == {
        ("name", "oakley"),
        ("name", "joanna"),
        ("number", UPNS[0]),
    }


def test_a_scan_has_no_text_to_cross(town: Town) -> None:
    old = old_one(town)
    document = town.attach(old, PDF).document
    found = new_identity.draft(town.primary.inside, PRIMARY, old, document.document_id, DEE)
    assert (found.text.strip(), found.whole) in (("", False), ("", True))
    with pytest.raises(UsageError, match="text-empty"):
        cross(town, old, begun(town, old), found.text)


def test_it_wants_a_persons_yes_and_the_right_person(town: Town) -> None:
    old = old_one(town)
    new = begun(town, old)
    with pytest.raises(UsageError, match="yes-needed"):
        cross(town, old, new, TEXT, confirmed=False)
    with pytest.raises(Refused, match="not-for-this-role"):
        new_identity.begin(town.primary.inside, PRIMARY, old, fresh(), SENCO)


def test_another_childs_document_does_not_cross(town: Town) -> None:
    old, other = old_one(town), town.leaver(2)
    document = town.attach(other).document
    with pytest.raises(NotFound):
        new_identity.draft(town.primary.inside, PRIMARY, old, document.document_id, DEE)
