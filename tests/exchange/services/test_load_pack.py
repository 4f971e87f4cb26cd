"""An accepted pack becomes a pupil here; the sender hears what could not be used."""

from __future__ import annotations

import uuid

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, ExchangeError, UsageError
from exchange.services.accept import accept
from exchange.services.keep_pupil import add_pupil
from exchange.services.load_pack import load_pack
from schemas.base import load_bytes
from schemas.pupil import Names, Pupil
from schemas.receipt import Receipt
from schemas.statement import FileRole, Statement
from tests.exchange.services.town import PDF, PRIMARY, SECONDARY, SENCO, Town, pupil_record


def load(town: Town, bundle_id: str, **exceptions: str) -> str:
    told = {one.replace("_", "-"): code for one, code in exceptions.items()}
    return load_pack(town.secondary.inside, SECONDARY, bundle_id, told, SENCO)


def documents(town: Town, bundle_id: str) -> list[str]:
    statement = load_bytes(Statement, town.secondary.arrival(bundle_id).statement)
    return [one.id for one in statement.files if one.role is FileRole.DOCUMENT]


def receipt(town: Town, bundle_id: str) -> Receipt:
    signed = town.secondary.desk.receipts(PRIMARY, SECONDARY, bundle_id, 0)
    return load_bytes(Receipt, signed[-1].content)


def test_pupil_and_documents_are_ours_now(town: Town) -> None:
    bundle_id = town.accepted()
    pupil_id = load(town, bundle_id)
    (ours,) = town.secondary.pupils()
    assert ours.pupil_id == pupil_id != pupil_record().subject, "no id that a sender picked"
    record = load_bytes(Pupil, ours.record)
    assert (record.subject, record.names.forename) == (pupil_id, "Anna")
    with town.secondary.store.reading(SECONDARY) as unit:
        (document,) = unit.documents.of_pupil(pupil_id)
    with town.secondary.blobs.open(SECONDARY, document.blob) as blob:
        opener = town.vault.compartment(SECONDARY, "general").opener
        assert opener.open(blob).read() == PDF
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.IMPORTED
    assert receipt(town, bundle_id).exceptions == ()


def test_again_makes_nobody_twice_and_says_so_again(town: Town) -> None:
    bundle_id = town.accepted()
    first = load(town, bundle_id)
    (document,) = documents(town, bundle_id)
    again = load_pack(town.secondary.inside, SECONDARY, bundle_id, {document: "unclear"}, SENCO)
    assert again == first
    assert len(town.secondary.pupils()) == 1
    with town.secondary.store.reading(SECONDARY) as unit:
        assert len(unit.documents.of_pupil(first)) == 1
    (exception,) = receipt(town, bundle_id).exceptions
    assert (exception.document_id, exception.code.value) == (document, "unclear")
    town.settle()
    assert town.primary.transfer(bundle_id).last_seq == 5


def test_an_update_goes_to_the_same_pupil(town: Town) -> None:
    bundle_id = town.accepted()
    first = load(town, bundle_id)
    pupil_id = pupil_record().subject
    town.attach(pupil_id, PDF + b"% more\n", "ot-report")
    update = town.send(pupil_id, update=True).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, update, SENCO)
    assert load(town, update) == first
    with town.secondary.store.reading(SECONDARY) as unit:
        assert len(unit.documents.of_pupil(first)) == 2


def test_a_pupil_whom_the_school_expected_is_found_by_upn_birthday_and_surname(town: Town) -> None:
    expected = pupil_record(subject=str(uuid.uuid4()))
    ours = add_pupil(town.secondary.inside, SECONDARY, expected, SENCO)
    assert load(town, town.accepted()) == ours


def test_a_upn_alone_joins_nobody(town: Town) -> None:
    """A pupil here has this UPN and another surname: a person decides, nothing is loaded."""
    other = pupil_record(subject=str(uuid.uuid4()), names=Names(surname="Ash", forename="Anna"))
    add_pupil(town.secondary.inside, SECONDARY, other, SENCO)
    bundle_id = town.accepted()
    before = town.secondary.snapshot()
    with pytest.raises(Conflict) as error:
        load(town, bundle_id)
    assert (error.value.code, error.value.path) == ("pupil-unclear", "/upn")
    assert town.secondary.snapshot() == before


def test_a_twin_with_her_sisters_upn_is_not_loaded_into_her_record(town: Town) -> None:
    """Surname, birthday and (by a slip) the UPN agree; the forename does not: a person decides."""
    sister = pupil_record(subject=str(uuid.uuid4()), names=Names(surname="Oak", forename="Beatrix"))
    ours = add_pupil(town.secondary.inside, SECONDARY, sister, SENCO)
    bundle_id = town.accepted()
    with pytest.raises(Conflict, match="pupil-unclear"):
        load(town, bundle_id)
    inside = town.secondary.inside
    assert load_pack(inside, SECONDARY, bundle_id, {}, SENCO, same_child=True) == ours


@pytest.mark.parametrize("state", ["verified", "rejected"])
def test_only_what_was_accepted(town: Town, state: str) -> None:
    bundle_id = town.sent()
    town.settle()
    if state == "rejected":
        from exchange.services.accept import reject

        reject(town.secondary.inside, SECONDARY, bundle_id, "not-wanted", SENCO)
    before = town.secondary.snapshot()
    with pytest.raises(Conflict, match="transition-forbidden"):
        load(town, bundle_id)
    assert town.secondary.snapshot() == before


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "MARKER"),
        ("MARKER", "unclear"),
        ("99999999-5555-4555-8555-555555555555", "cannot-open"),
        ("MARKER", "missing"),
    ],
)
def test_an_exception_that_says_nothing_is_refused_before_anything_is_kept(
    town: Town, document: str, code: str
) -> None:
    bundle_id = town.accepted()
    told = {document or documents(town, bundle_id)[0]: code}
    before = town.secondary.snapshot()
    with pytest.raises(ExchangeError) as error:
        load_pack(town.secondary.inside, SECONDARY, bundle_id, told, SENCO)
    assert isinstance(error.value, UsageError)
    assert error.value.path == "/exception"
    assert "MARKER" not in str(error.value) + error.value.hint
    assert town.secondary.snapshot() == before


def test_a_document_that_an_earlier_pack_had_may_be_missed(town: Town) -> None:
    bundle_id = town.accepted()
    missed = str(uuid.uuid4())
    load_pack(town.secondary.inside, SECONDARY, bundle_id, {missed: "missing"}, SENCO)
    (exception,) = receipt(town, bundle_id).exceptions
    assert exception.document_id == missed
