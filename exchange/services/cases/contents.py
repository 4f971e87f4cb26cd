"""What a case holds: the newest pack that can be read, what it shows of the Code's 9.14, papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day
from exchange.domain.evidence import Child, Coverage, ListedPaper, coverage
from exchange.domain.la_profiles import LaProfile, profile, profile_for
from exchange.errors import BundleError, Conflict, NotFound
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.cases.model import Case
from exchange.services.cases.placing import read_on
from exchange.services.inside import Inside
from exchange.services.keep_pupil import slot_of
from exchange.services.summarise_pack import PackPage, read_pack
from keys.errors import KeysError
from schemas.base import Record, SubjectRecord
from schemas.ehc_request import EhcRequest, RequestStatus
from schemas.pupil import Pupil
from schemas.sen import SenRegister


@dataclass(frozen=True, slots=True)
class CaseContents:
    """The newest pack of a case that asks for something.

    :param request: the school's request; None where the pack holds no such record.
    :param shown: what it shows of 9.14, of reg 6 and of this authority's own wishes.
    :param withdrawn_because: what the school wrote when it took the request back, or empty.
    :param skipped: newer packs of the case that could not be opened.
    """

    page: PackPage
    request: EhcRequest | None
    shown: Coverage | None
    profile: LaProfile | None
    withdrawn_because: str = ""
    skipped: int = 0


def contents_of(inside: Inside, org_id: str, held: Case, actor: Actor) -> CaseContents | None:
    """Open the newest pack of a case that can be read; that somebody looked is in the book.

    A withdrawal brings nothing of the evidence along: what was asked before it is shown, with why
    it was taken back.

    :returns: None where there is none: it failed a check, was sent back, or never was.
    """
    with inside.store.reading(org_id) as unit:
        readable = read_on(held, unit)
    last: CaseContents | None = None
    because, skipped = "", 0
    for arrival, _ in reversed(readable):
        try:
            page = read_pack(inside, org_id, arrival.bundle_id, actor)
        except (BundleError, KeysError, NotFound, Conflict):
            skipped += 1
            continue
        request = next((one for one in page.records if isinstance(one, EhcRequest)), None)
        if request is None or request.status is not RequestStatus.WITHDRAWN:
            return replace(
                _shown(inside, page, request), withdrawn_because=because, skipped=skipped
            )
        because = because or request.withdrawn_because or ""
        last = last or CaseContents(page, request, None, None, because)
    return last


def _shown(inside: Inside, page: PackPage, request: EhcRequest | None) -> CaseContents:
    if request is None:
        return CaseContents(page, None, None, None)
    wishes = _profile(request)
    papers = [ListedPaper(one.id, one.type, one.title, one.authored) for one in page.documents]
    covered = coverage(
        request,
        papers,
        wishes,
        london_day(inside.clock.now()),
        child=_child(page.pupil, page.records),
        records=[slot_of(one) for one in page.records if isinstance(one, SubjectRecord)],
    )
    return CaseContents(page, request, covered, wishes)


def _profile(request: EhcRequest) -> LaProfile:
    try:
        return profile(request.profile) if request.profile else profile_for(request.authority)
    except NotFound:
        return profile_for(request.authority)


def _child(pupil: Pupil | None, records: Sequence[Record]) -> Child:
    register = next((one for one in records if isinstance(one, SenRegister)), None)
    types = frozenset(one.type for one in register.needs) if register else frozenset()
    if pupil is None:
        return Child(sen_types=types)
    return Child(pupil.date_of_birth, pupil.nc_year, types)


def papers_of(unit: UnitOfWork, held: Case) -> Sequence[StoredDocument]:
    """Return the documents of a case's pupil that the general area holds, the newest first."""
    if held.pupil_id is None:
        return ()
    found = [one for one in unit.documents.of_pupil(held.pupil_id) if one.compartment == "general"]
    return sorted(found, key=lambda one: one.created_at, reverse=True)
