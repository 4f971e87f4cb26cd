"""Begin a request from what is there, and write it section by section."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp, speaks_alone
from exchange.domain.la_profiles import LaProfile, profile_for
from exchange.errors import Conflict, Refused, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.ehc_request.councils import (
    Council,
    council_of,
    likely_council,
    weighed_for,
)
from exchange.services.ehc_request.filling import (
    Known,
    costs_from,
    cycles_from,
    evidence_from,
    professionals_from,
    views_from,
    with_papers,
)
from exchange.services.ehc_request.keeping import requests_about
from exchange.services.ehc_request.model import (
    KIND,
    LIVE,
    NOBODY_YET,
    FileState,
    RequestFile,
    item_of,
)
from exchange.services.ehc_request.requester import asked_by, require_may_ask
from exchange.services.ehc_request.writing import advice_in, real_code
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary
from schemas.base import SubjectRecord, load_bytes
from schemas.codes import code_set
from schemas.ehc_request import EhcRequest, Requester, source_of
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS

TAKEN_ALONG = ("attainment", "attendance", "one-page-profile", "sen-register", "sen-support-plan")
"""Records that a request takes along where they are there; the person may take them out."""


def start_request(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    actor: Actor,
    code: str | None = None,
    requester: Requester = Requester.SCHOOL,
) -> RequestFile:
    """Begin a request about a pupil, filled in from the pupil's records.

    :param code: of the authority; None: that of the home address, or of the school.
    :param requester: whose request it is: the school's, or the family's with the school's help.
    :raises NotFound: ``pupil-unknown``.
    :raises UsageError: ``requester-too-young``.
    :raises Conflict: ``request-exists``: one is under way.
    :raises Refused: ``protected-move``; ``council-unknown``: nobody has said which it is.
    :raises Wrapped: a record or type is none any more.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        require_ordinary(unit, pupil_id)
        if any(one.state in LIVE for one in requests_about(unit, pupil_id)):
            raise Conflict("request-exists", "/pupil", "A request for this child is under way.")
        council = council_of(inside, real_code(code)) if code else None
        council = council or likely_council(inside, unit, org_id, pupil_id)
        if council is None:
            raise Refused("council-unknown", "/authority", "Choose the council first.")
        pupil = load_bytes(Pupil, unit.pupils.get(pupil_id).record)
        require_may_ask(requester, pupil, london_day(now))
        file = _filled(inside, unit, pupil_id, council, london_day(now))
        file = replace(file, record=asked_by(file.record, requester))
        file = replace(file, created_at=now, updated_at=now)
        unit.items.add(item_of(file))
        unit.audit.record(actor, "ehc-request.begun", KIND, file.request_id)
        unit.commit()
    return file


def _filled(
    inside: Inside, unit: UnitOfWork, pupil_id: str, council: Council, today: date
) -> RequestFile:
    pupil = unit.pupils.get(pupil_id)
    stored, documents = unit.records.of_pupil(pupil_id), unit.documents.of_pupil(pupil_id)
    general = [one for one in documents if not is_cp(one.type, today)]
    chosen = profile_for(council.code)
    try:
        weighed = weighed_for(inside, council, pupil, stored, general)
        born = load_bytes(Pupil, pupil.record).date_of_birth
        may = {
            one.record.slot: load_bytes(RECORDS, one.content)
            for one in weighed.records
            if one.record.compartment == "general"
        }
    except SchemaError as error:
        raise Wrapped.of(error, "/records") from None
    known = Known({slot: one for slot, one in may.items() if isinstance(one, SubjectRecord)})
    papers = [one for one in weighed.documents if _is_asked_for(one.type, chosen, today)]
    record = _record(pupil_id, council, chosen, known, speaks_alone(born, today), today)
    along = tuple(slot for slot in TAKEN_ALONG if slot in may)
    return RequestFile(
        request_id=record.request,
        pupil_id=pupil_id,
        state=FileState.PREPARING,
        record=_with_papers(record, papers, today),
        council=council.org_id,
        documents=tuple(one.document_id for one in papers),
        records=along,
        retold=along,
        created_at=inside.clock.now(),
        updated_at=inside.clock.now(),
    )


def _record(
    pupil_id: str, council: Council, chosen: LaProfile, known: Known, alone: bool, today: date
) -> EhcRequest:
    return EhcRequest(
        subject=pupil_id,
        request=str(uuid.uuid4()),
        authority=council.code,
        requested_by=Requester.SCHOOL,
        source=source_of(Requester.SCHOOL),
        submitted=today,
        evidence=evidence_from(known),
        cycles=cycles_from(known.plan),
        costs=costs_from(known.plan, chosen),
        views=views_from(known, alone),
        professionals=professionals_from(known.plan),
        profile=chosen.profile_id,
        profile_version=chosen.version,
        declared=NOBODY_YET,
    )


def _is_asked_for(type_: str, chosen: LaProfile, today: date) -> bool:
    """Return whether documents of this type usually belong to a request."""
    wanted = {one for want in chosen.wants for one in want.any_of}
    for name in ("evidence-point", "ehc-advice"):
        for entry in code_set(name).current(today):
            types = entry.attributes["types"]
            wanted |= {str(one) for one in types} if isinstance(types, list) else set()
    return type_ in wanted


def _with_papers(record: EhcRequest, papers: Collection[StoredDocument], on: date) -> EhcRequest:
    types = {one.document_id: one.type for one in papers}
    return replace(
        record,
        evidence=with_papers(record.evidence, types, on),
        advice=advice_in(record, papers, on),
    )
