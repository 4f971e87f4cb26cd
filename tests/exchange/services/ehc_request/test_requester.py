"""A family's own request, prepared with the school: theirs in every word, and theirs to make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import Conflict, Refused, UsageError
from exchange.services.ehc_request.approving import ask_head
from exchange.services.ehc_request.model import FileState
from exchange.services.ehc_request.preparing import start_request
from exchange.services.ehc_request.requester import set_requester
from exchange.services.ehc_request.sending import withdraw_request
from exchange.services.ehc_request.writing import write
from schemas.ehc_request import Consent, ConsentTo, Requester, Voice
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import PRIMARY, SENCO

MOTHER = Consent(
    to=ConsentTo.REQUEST, given=True, voice=Voice.PARENT, name="Ana Oak", on=date(2026, 6, 28)
)


def begun(school: School, requester: Requester = Requester.PARENT) -> str:
    made = start_request(school.inside, PRIMARY, school.pupil_id, SENCO, None, requester)
    return made.request_id


def agree(school: School, request_id: str, *said: Consent) -> None:
    write(
        school.inside,
        PRIMARY,
        request_id,
        "consents",
        lambda record: replace(record, consents=said),
        SENCO,
    )


def test_a_parents_request_is_declared_by_the_parent(school: School) -> None:
    request_id = begun(school)
    agree(school, request_id, MOTHER)
    sent = school.send(request_id)
    record, _, _ = school.opened(sent.bundle_id)
    assert (record.requested_by, record.source) == (Requester.PARENT, "1")
    assert (record.declared.by.name, record.declared.by.role) == ("Ana Oak", "Parent")
    assert record.declared.by.organisation is None
    assert "Ana Oak makes this request" in record.declared.words
    assert "28 June 2026" in record.declared.words
    assert record.declared.words.endswith(f"Sent by {SENCO.name}, SENCO.")


@pytest.mark.parametrize(
    "said",
    [
        (),
        (replace(MOTHER, given=False),),
        (MOTHER, replace(MOTHER, given=False, on=date(2026, 6, 29))),
        (replace(MOTHER, to=ConsentTo.SHARE),),
        (replace(MOTHER, voice=Voice.CHILD),),
    ],
    ids=["nobody", "no", "not-any-more", "something-else", "child"],
)
def test_it_does_not_go_before_a_parent_makes_it(school: School, said: tuple[Consent, ...]) -> None:
    request_id = begun(school)
    agree(school, request_id, *said)
    assert [code for code, _ in school.look(request_id).stops] == ["requester-silent"]
    with pytest.raises(Refused) as refused:
        school.send(request_id)
    assert refused.value.code == "requester-silent"
    assert school.file(request_id).state is FileState.PREPARING


def test_nobody_at_the_school_stops_a_familys_request(school: School) -> None:
    request_id = begun(school)
    agree(school, request_id, MOTHER)
    ask_head(school.inside, PRIMARY, request_id, "", SENCO)
    sent = school.send(request_id)
    record, _, _ = school.opened(sent.bundle_id)
    assert record.declared.approved_by is None


def test_a_child_has_a_parent_who_asks(school: School) -> None:
    with pytest.raises(UsageError) as refused:
        begun(school, Requester.YOUNG_PERSON)
    assert refused.value.code == "requester-too-young"


def test_whose_it_is_may_change_until_it_has_gone(school: School) -> None:
    request_id = school.start().request_id
    set_requester(school.inside, PRIMARY, request_id, Requester.PARENT, SENCO)
    assert school.file(request_id).record.source == "1"
    set_requester(school.inside, PRIMARY, request_id, Requester.SCHOOL, SENCO)
    school.send(request_id)
    with pytest.raises(Conflict) as refused:
        set_requester(school.inside, PRIMARY, request_id, Requester.PARENT, SENCO)
    assert refused.value.code == "sent-already"


def test_it_is_taken_back_in_the_familys_name(school: School) -> None:
    request_id = begun(school)
    agree(school, request_id, MOTHER)
    school.send(request_id)
    file = withdraw_request(school.inside, PRIMARY, request_id, "She moves.", "SENCO", SENCO)
    record, _, _ = school.opened(file.bundles[-1])
    assert record.declared.by.name == "Ana Oak"
    assert record.consents == ()
    assert "takes the request of Ana Oak back" in record.declared.words
