"""Write a request section by section: its words, its authority, its papers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp
from exchange.domain.la_profiles import LaProfile, profile, profile_for
from exchange.domain.provision_cost import Line, to_record
from exchange.errors import Conflict, NotFound, Refused, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.ehc_request.councils import council_of, decided, weighed_for
from exchange.services.ehc_request.filling import with_papers
from exchange.services.ehc_request.keeping import change_request, request_file
from exchange.services.ehc_request.model import RequestFile
from exchange.services.inside import Inside
from schemas.codes import code_set
from schemas.ehc_request import AdviceThere, EhcRequest
from schemas.errors import CodeSetError, SchemaError

Writing = Callable[[EhcRequest], EhcRequest]


def real_code(code: str) -> str:
    """Return a code of the list of authorities.

    :raises NotFound: ``council-unknown``.
    """
    try:
        return code_set("la").lookup(code, importing=True).code
    except CodeSetError:
        raise NotFound("council-unknown", "/authority", "Choose a council of the list.") from None


def advice_in(
    record: EhcRequest, papers: Collection[StoredDocument], on: date
) -> tuple[AdviceThere, ...]:
    """Return advice that stands in documents, and after it what the school only knows of."""
    made = []
    for entry in code_set("ehc-advice").current(on):
        types = entry.attributes["types"]
        if entry.attributes.get("when") == "asked" or not isinstance(types, list):
            continue
        made += [
            AdviceThere(
                kind=entry.code,
                title=one.title or entry.label,
                author=one.author or None,
                authored=one.authored,
                document=one.document_id,
            )
            for one in papers
            if one.type in types
        ]
    return (*made, *(one for one in record.advice if one.document is None))


def write(
    inside: Inside,
    org_id: str,
    request_id: str,
    section: str,
    writing: Writing,
    actor: Actor,
    *,
    based_on: int | None = None,
    finished: bool = True,
) -> RequestFile:
    """Write one section.

    :param finished: the person has done with it; the list of sections shows it.
    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``record-changed``, ``request-over``.
    :raises Wrapped: it breaks the record's schema.
    """

    def change(file: RequestFile) -> RequestFile:
        done = file.done | {section} if finished else file.done - {section}
        return replace(file, record=writing(file.record), done=done)

    return change_request(inside, org_id, request_id, change, actor, based_on=based_on)


def set_costs(record: EhcRequest, lines: list[Line]) -> EhcRequest:
    """Return a record with these lines, reckoned anew against its profile's threshold."""
    return replace(record, costs=to_record(lines, profile_of(record).threshold))


def profile_of(record: EhcRequest) -> LaProfile:
    """Return the profile that a request is prepared with; the generic one where it is gone."""
    try:
        return profile(record.profile or "")
    except NotFound:
        return profile_for(None)


def set_council(
    inside: Inside, org_id: str, request_id: str, code: str, profile_id: str, actor: Actor
) -> RequestFile:
    """Choose the authority, and the list of wishes that the request is looked at with.

    :raises NotFound: ``council-unknown``, ``profile-unknown``.
    :raises Conflict: ``sent-already``: it is with another authority.
    """
    council, chosen = council_of(inside, real_code(code)), profile(profile_id)

    def change(file: RequestFile) -> RequestFile:
        if file.editions and file.record.authority != council.code:
            hint = "It went to another council. Withdraw it, then begin anew."
            raise Conflict("sent-already", "/authority", hint)
        record = replace(
            file.record,
            authority=council.code,
            profile=chosen.profile_id,
            profile_version=chosen.version,
        )
        if record.costs is not None:
            costs = replace(record.costs, threshold_pence=chosen.threshold_pence)
            record = replace(record, costs=costs)
        done = file.done | {"council"}
        return replace(file, record=record, council=council.org_id, done=done)

    return change_request(inside, org_id, request_id, change, actor)


def choose_papers(
    inside: Inside,
    org_id: str,
    request_id: str,
    documents: Collection[str],
    records: Collection[str],
    actor: Actor,
) -> RequestFile:
    """Choose which documents and records go; the evidence names those alone.

    :raises NotFound: ``document-unknown``: one is not this pupil's.
    """
    today = london_day(inside.clock.now())
    with inside.store.reading(org_id) as unit:
        pupil_id = requests_pupil(unit, request_id)
        here = {one.document_id: one for one in unit.documents.of_pupil(pupil_id)}
        slots = {one.slot for one in unit.records.of_pupil(pupil_id)}
    if not set(documents) <= set(here) or not set(records) <= slots:
        raise NotFound("document-unknown", "/documents", "Choose documents of this child.")
    papers = [here[one] for one in here if one in set(documents)]
    if any(is_cp(one.type, today) for one in papers):
        hint = "It goes by the safeguarding lead, apart from this."
        raise Refused("cp-apart", "/documents", hint)

    def change(file: RequestFile) -> RequestFile:
        fresh = [one for one in papers if one.document_id not in file.documents]
        record = _linked(file.record, papers, fresh, today)
        return replace(
            file,
            record=replace(record, advice=advice_in(record, papers, today)),
            documents=tuple(one.document_id for one in papers),
            records=tuple(slot for slot in sorted(records)),
            done=file.done | {"documents"},
        )

    return change_request(inside, org_id, request_id, change, actor)


def _linked(
    record: EhcRequest, papers: list[StoredDocument], fresh: list[StoredDocument], on: date
) -> EhcRequest:
    """Return a record that names what is chosen; what is new goes where its type belongs."""
    chosen = {one.document_id for one in papers}
    kept = without_papers(record, lambda one: one in chosen)
    added = {one.point: one for one in with_papers((), _types(fresh), on)}
    points = {one.point: one for one in kept.evidence}
    for point, new in added.items():
        old = points.get(point)
        points[point] = replace(old, documents=(*old.documents, *new.documents)) if old else new
    return replace(kept, evidence=tuple(points.values()))


def _types(papers: Collection[StoredDocument]) -> dict[str, str]:
    return {one.document_id: one.type for one in papers}


def without_papers(record: EhcRequest, keep: Callable[[str], bool]) -> EhcRequest:
    """Return a record that names only documents to which ``keep`` says yes.

    Advice that stands in one that does not go is not named either: its title would tell of it.
    """
    kept = tuple(
        replace(one, documents=tuple(filter(keep, one.documents))) for one in record.evidence
    )
    return replace(
        record,
        evidence=tuple(one for one in kept if one.text or one.documents),
        advice=tuple(one for one in record.advice if one.document is None or keep(one.document)),
        views=tuple(
            replace(one, documents=tuple(filter(keep, one.documents))) for one in record.views
        ),
        consents=tuple(
            replace(one, document=one.document if one.document and keep(one.document) else None)
            for one in record.consents
        ),
        added=tuple(filter(keep, record.added)),
    )


def requests_pupil(unit: UnitOfWork, request_id: str) -> str:
    """Return the pupil of a request.

    :raises NotFound: ``request-unknown``.
    """
    return request_file(unit, request_id).pupil_id


def outcomes(inside: Inside, unit: UnitOfWork, file: RequestFile) -> dict[str, str]:
    """Return what would become of each document and record of the pupil: outcome codes.

    :raises Wrapped: a type or record is none any more.
    """
    pupil = unit.pupils.get(file.pupil_id)
    stored, documents = (
        unit.records.of_pupil(file.pupil_id),
        unit.documents.of_pupil(file.pupil_id),
    )
    council = council_of(inside, file.record.authority)
    try:
        found = decided(weighed_for(inside, council, pupil, stored, documents))
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    return {key: one.decision.outcome.value for key, one in found.items()}


def read_through(inside: Inside, org_id: str, request_id: str, actor: Actor) -> RequestFile:
    """Record that a person took out of a request what a record that may not go says.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``request-over``.
    """
    with inside.store.reading(org_id) as unit:
        found = outcomes(inside, unit, request_file(unit, request_id))

    def change(file: RequestFile) -> RequestFile:
        kept = tuple(slot for slot in file.retold if found.get(slot, "allowed") == "allowed")
        return replace(file, retold=kept)

    action = "ehc-request.read-through"
    return change_request(inside, org_id, request_id, change, actor, action)
