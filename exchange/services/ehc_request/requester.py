"""Who makes a request: the school, or the family with the school's help (CFA 2014, s.36(1)).

A request of a parent or of a young person is theirs. The school prepares it with them and sends it
for them. It goes once their own word is recorded that it is made, and that is what it declares.
Nobody at the school approves or stops it: the right to ask is the family's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import speaks_alone
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor
from exchange.services.ehc_request.keeping import change_request, request_file
from exchange.services.ehc_request.model import RequestFile
from exchange.services.inside import Inside
from schemas.base import load_bytes
from schemas.ehc_request import (
    Consent,
    ConsentTo,
    Declaration,
    EhcRequest,
    Requester,
    RequestStatus,
    Voice,
    source_of,
)
from schemas.people import Person
from schemas.pupil import Pupil

_VOICES = {
    Requester.PARENT: frozenset({Voice.PARENT, Voice.CARER}),
    Requester.YOUNG_PERSON: frozenset({Voice.YOUNG_PERSON}),
}
_ROLES = {Voice.PARENT: "Parent", Voice.CARER: "Carer", Voice.YOUNG_PERSON: "Young person"}
_BY_SCHOOL = {
    RequestStatus.MADE: (
        "I make this request for an EHC needs assessment for the school (Children and Families "
        "Act 2014, s.36(1)). What it says is true as far as I know."
    ),
    RequestStatus.UPDATED: (
        "I add to this request for the school. What it says is true as far as I know."
    ),
    RequestStatus.WITHDRAWN: "I take this request back for the school.",
}
_FOR_FAMILY = {
    RequestStatus.MADE: (
        "{name} makes this request for an EHC needs assessment (Children and Families Act 2014, "
        "s.36(1)) and said so on {day}. The school prepared it with the family and sends it for "
        "them. What the school wrote is true as far as its sender knows."
    ),
    RequestStatus.UPDATED: (
        "The school adds to the request of {name} for them. What the school wrote is true as far "
        "as its sender knows."
    ),
    RequestStatus.WITHDRAWN: "The school takes the request of {name} back for them.",
}


def own_word(record: EhcRequest) -> Consent | None:
    """Return the requester's own word that the request is made; the newest, or None."""
    voices = _VOICES.get(record.requested_by, frozenset())
    said = [one for one in record.consents if one.to is ConsentTo.REQUEST and one.voice in voices]
    found = max(said, key=lambda one: one.on, default=None)
    return found if found is not None and found.given else None


def stops_of(record: EhcRequest) -> Iterator[tuple[str, str]]:
    """Say that nobody of the family has made their request yet."""
    if record.requested_by is not Requester.SCHOOL and own_word(record) is None:
        who = "the young person" if record.requested_by is Requester.YOUNG_PERSON else "a parent"
        hint = f"Record under Agreement that {who} makes the request. It is theirs, and goes then."
        yield "requester-silent", hint


def words_of(status: RequestStatus, record: EhcRequest) -> str:
    """Return what is declared with a request, its addition or its withdrawal."""
    if record.requested_by is Requester.SCHOOL:
        return _BY_SCHOOL[status]
    said = own_word(record)
    name = said.name if said else "The family"
    day = f"{said.on.day} {said.on:%B %Y}" if said else "a day that is not recorded"
    return _FOR_FAMILY[status].format(name=name, day=day)


def declaration(
    record: EhcRequest, status: RequestStatus, sender: Person, today: date
) -> Declaration:
    """Return who declares a request on which day: its sender for the school, else the family."""
    words, said = words_of(status, record), own_word(record)
    if record.requested_by is Requester.SCHOOL:
        return Declaration(by=sender, on=today, words=words)
    words = f"{words} Sent by {sender.name}, {sender.role}."
    if said is None:
        return Declaration(by=sender, on=today, words=words)
    return Declaration(by=Person(name=said.name, role=_ROLES[said.voice]), on=today, words=words)


def require_may_ask(requester: Requester, pupil: Pupil, today: date) -> None:
    """Refuse a request of a young person who is none yet (CFA 2014, s.83).

    :raises UsageError: ``requester-too-young``.
    """
    if requester is Requester.YOUNG_PERSON and not speaks_alone(pupil.date_of_birth, today):
        hint = "Under the end of compulsory school age a parent asks, or the school."
        raise UsageError("requester-too-young", "/requested_by", hint)


def asked_by(record: EhcRequest, requester: Requester) -> EhcRequest:
    """Return a request as one of this requester."""
    return replace(record, requested_by=requester, source=source_of(requester))


def set_requester(
    inside: Inside, org_id: str, request_id: str, requester: Requester, actor: Actor
) -> RequestFile:
    """Say whose request it is, as long as it has not gone.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``sent-already``, ``request-over``.
    :raises UsageError: ``requester-too-young``.
    """
    today = london_day(inside.clock.now())
    with inside.store.reading(org_id) as unit:
        pupil_id = request_file(unit, request_id).pupil_id
        require_may_ask(requester, load_bytes(Pupil, unit.pupils.get(pupil_id).record), today)

    def change(file: RequestFile) -> RequestFile:
        went = bool(file.editions) or file.handed_in is not None
        if went and file.record.requested_by is not requester:
            hint = "It has gone as it is. Withdraw it, then begin anew."
            raise Conflict("sent-already", "/requested_by", hint)
        return replace(file, record=asked_by(file.record, requester))

    return change_request(inside, org_id, request_id, change, actor)
