"""Take over what was written since a request was begun: a new cycle, a new line of provision.

Only what is new is added; nothing that a person wrote in the request is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from exchange.domain.provision_cost import from_record
from exchange.errors import NotFound, Wrapped
from exchange.ports import Actor
from exchange.services.ehc_request.councils import council_of, weighed_for
from exchange.services.ehc_request.filling import (
    Known,
    costs_from,
    cycles_from,
    professionals_from,
)
from exchange.services.ehc_request.keeping import change_request, request_file
from exchange.services.ehc_request.model import RequestFile
from exchange.services.ehc_request.writing import profile_of, set_costs
from exchange.services.inside import Inside
from schemas.base import SubjectRecord, load_bytes
from schemas.ehc_request import EhcRequest
from schemas.errors import SchemaError
from schemas.records import RECORDS

_SLOT = "sen-support-plan"


def _cycles(record: EhcRequest, known: Known) -> EhcRequest:
    here = {one.number for one in record.cycles}
    new = tuple(one for one in cycles_from(known.plan) if one.number not in here)
    return replace(record, cycles=(*record.cycles, *new))


def _costs(record: EhcRequest, known: Known) -> EhcRequest:
    found = costs_from(known.plan, profile_of(record))
    lines = record.costs.lines if record.costs is not None else ()
    here = {(one.what, one.who) for one in lines}
    new = [one for one in found.lines if (one.what, one.who) not in here] if found else []
    return set_costs(record, [from_record(one) for one in (*lines, *new)])


def _professionals(record: EhcRequest, known: Known) -> EhcRequest:
    here = {one.person.name for one in record.professionals}
    new = tuple(one for one in professionals_from(known.plan) if one.person.name not in here)
    return replace(record, professionals=(*record.professionals, *new))


RENEWED: Mapping[str, Callable[[EhcRequest, Known], EhcRequest]] = {
    "cycles": _cycles,
    "costs": _costs,
    "professionals": _professionals,
}
"""The sections that can take something over."""


def take_over(
    inside: Inside, org_id: str, request_id: str, section: str, actor: Actor
) -> RequestFile:
    """Add to a section what the support plan has and the request has not.

    :raises NotFound: ``request-unknown``; ``section-unknown``: it takes nothing over.
    :raises Conflict: ``request-over``.
    :raises Wrapped: a record is none any more.
    """
    renew = RENEWED.get(section)
    if renew is None:
        raise NotFound("section-unknown", "/section", "Choose a section of the request.")
    known = _known(inside, org_id, request_id)

    def change(file: RequestFile) -> RequestFile:
        record = renew(file.record, known)
        if record == file.record:
            return file
        retold = file.retold if _SLOT in file.retold else (*file.retold, _SLOT)
        return replace(file, record=record, retold=retold, done=file.done - {section})

    return change_request(inside, org_id, request_id, change, actor)


def _known(inside: Inside, org_id: str, request_id: str) -> Known:
    """Return the records that may go to the council of a request."""
    with inside.store.reading(org_id) as unit:
        file = request_file(unit, request_id)
        pupil, stored = unit.pupils.get(file.pupil_id), unit.records.of_pupil(file.pupil_id)
        papers = unit.documents.of_pupil(file.pupil_id)
    council = council_of(inside, file.record.authority)
    try:
        weighed = weighed_for(inside, council, pupil, stored, (), beside=papers)
        read = {one.record.slot: load_bytes(RECORDS, one.content) for one in weighed.records}
    except SchemaError as error:
        raise Wrapped.of(error, "/records") from None
    return Known({slot: one for slot, one in read.items() if isinstance(one, SubjectRecord)})
