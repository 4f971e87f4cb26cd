"""A request before it goes: exactly what the authority gets, what it shows, what is in the way.

The preview, the sending and its last check before the commit come through here, and so do the
files for an authority that has not joined: all of them say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

from exchange.bundle.contents import Source
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Disclosed, Outcome
from exchange.domain.evidence import Child, Coverage, coverage
from exchange.domain.la_profiles import LaProfile
from exchange.errors import Refused, Wrapped
from exchange.ports import StoredDocument, StoredRecord, UnitOfWork
from exchange.services.ehc_request.councils import (
    PURPOSE,
    Council,
    addressee,
    council_of,
    decided,
    weighed_for,
)
from exchange.services.ehc_request.model import NOBODY_YET, Approval, RequestFile
from exchange.services.ehc_request.requester import stops_of
from exchange.services.ehc_request.told import RECORDS
from exchange.services.ehc_request.writing import profile_of, without_papers
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents, gather
from exchange.services.protect import require_ordinary
from exchange.services.record_source import record_source
from exchange.services.twins import TwinDoubt, unconfirmed
from schemas.base import dump_bytes, load_bytes
from schemas.ehc_request import EhcRequest, Requester
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.sen import SenRegister


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would go now.

    :param record: the request as it would go, without what does not go and without declaration.
    :param papers: the documents that go, in the order of their numbers.
    :param doubts: documents that may be about another pupil; somebody must say.
    :param stops: codes and hints of what must be settled before anything leaves.
    :param mark: tells at the sending whether it is still what its sender looked at.
    :param changed: it says something else than what went last.
    """

    file: RequestFile
    council: Council
    profile: LaProfile
    record: EhcRequest
    contents: Contents
    papers: tuple[StoredDocument, ...]
    coverage: Coverage
    doubts: tuple[TwinDoubt, ...]
    stops: tuple[tuple[str, str], ...]
    mark: str
    changed: bool

    def of(self, outcome: Outcome) -> tuple[Disclosed, ...]:
        """Return what has this outcome."""
        return tuple(one for one in self.contents.disclosed if one.decision.outcome is outcome)

    @property
    def new_papers(self) -> tuple[str, ...]:
        """Return ids of documents that were in no edition that went."""
        went = {one for edition in self.file.editions for one in edition.documents}
        return tuple(one.document_id for one in self.papers if one.document_id not in went)

    @property
    def approved(self) -> Approval | None:
        """Return the head's yes, where it is a yes to just this."""
        said = self.file.approval
        return said if said is not None and said.state == "approved" and self._is_it(said) else None

    @property
    def approved_before(self) -> Approval | None:
        """Return the head's yes to what was changed since."""
        said = self.file.approval
        old = said is not None and said.state == "approved" and not self._is_it(said)
        return said if old else None

    def _is_it(self, said: Approval) -> bool:
        return said.mark in ("", self.mark)  # answers of before it was kept have none

    @property
    def too_large(self) -> tuple[StoredDocument, ...]:
        """Return documents over the size that the authority takes and that nobody can cut."""
        cap = self.profile.file_cap
        return tuple(
            one
            for one in self.papers
            if cap is not None and one.size > cap and one.media_type != "application/pdf"
        )


def outlook(inside: Inside, unit: UnitOfWork, org_id: str, file: RequestFile) -> Outlook:
    """Return what would go now; nothing is sealed and no document opened but to be searched.

    :raises Refused: ``protected-move``.
    :raises Wrapped: a document's type, a record or the purpose is none any more.
    """
    require_ordinary(unit, file.pupil_id)
    council = council_of(inside, file.record.authority)
    pupil = unit.pupils.get(file.pupil_id)
    beside = unit.documents.of_pupil(file.pupil_id)
    stored, documents = _chosen(unit, file, beside)
    try:
        to = addressee(inside, council)
        contents = gather(inside, org_id, pupil, stored, documents, to, PURPOSE, beside=beside)
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    going = contents.going
    papers = tuple(one for one in documents if one.document_id in going)
    record = without_papers(file.record, going.__contains__)
    found = _covered(inside, file, record, papers, stored, contents, pupil.record)
    mark = _mark(council, record, contents)
    last = file.last
    return Outlook(
        file=file,
        council=council,
        profile=profile_of(record),
        record=record,
        contents=contents,
        papers=papers,
        coverage=found,
        doubts=unconfirmed(inside, unit, file.pupil_id, going),
        stops=tuple(_stops(file, _withheld(inside, unit, file, council))),
        mark=mark,
        changed=last is None or last.mark != mark,
    )


def _chosen(
    unit: UnitOfWork, file: RequestFile, papers: Collection[StoredDocument]
) -> tuple[list[StoredRecord], list[StoredDocument]]:
    slots, ids = set(file.records), set(file.documents)
    records = [one for one in unit.records.of_pupil(file.pupil_id) if one.slot in slots]
    documents = [one for one in papers if one.document_id in ids]
    return records, documents


def _covered(
    inside: Inside,
    file: RequestFile,
    record: EhcRequest,
    papers: Collection[StoredDocument],
    stored: Collection[StoredRecord],
    contents: Contents,
    pupil: bytes,
) -> Coverage:
    about = load_bytes(Pupil, pupil)
    types: frozenset[str] = frozenset()
    for one in stored:
        if one.slot == "sen-register":
            types = frozenset(need.type for need in load_bytes(SenRegister, one.record).needs)
    child = Child(born=about.date_of_birth, nc_year=about.nc_year, sen_types=types)
    going = {ref.partition("/")[2] for ref in contents.going if "/" in ref}
    today = london_day(inside.clock.now())
    return coverage(
        record,
        [*papers],
        profile_of(record),
        today,
        child=child,
        records=[one.slot for one in stored if one.slot in going],
    )


def _withheld(
    inside: Inside, unit: UnitOfWork, file: RequestFile, council: Council
) -> frozenset[str]:
    """Return the slots of the records that may not go to this council, chosen or not."""
    pupil = unit.pupils.get(file.pupil_id)
    stored = unit.records.of_pupil(file.pupil_id)
    papers = unit.documents.of_pupil(file.pupil_id)
    found = decided(weighed_for(inside, council, pupil, stored, (), beside=papers))
    return frozenset(slot for slot, one in found.items() if not one.decision.allowed)


def _stops(file: RequestFile, withheld: frozenset[str]) -> list[tuple[str, str]]:
    """Say what must be settled first: never that something is missing."""
    stops = list(stops_of(file.record))
    school = file.record.requested_by is Requester.SCHOOL
    approval = file.approval if school else None  # a family's request is the family's
    if approval is not None and approval.state == "waiting":
        stops.append(("release-waits", "The head teacher was asked and has to decide."))
    if approval is not None and approval.state == "declined":
        stops.append(("release-declined", "The head teacher said no. Ask them."))
    for slot in sorted(withheld & set(file.retold)):
        hint = (
            f"{RECORDS.get(slot, slot)}: it may not go to this council any more, and the request "
            "was filled in from it. Read the request through and take out what it says."
        )
        stops.append(("source-withheld", hint))
    return stops


def retold_and_withheld(seen: Outlook) -> bool:
    """Return whether the request was filled in from a record that may not go any more."""
    return any(code == "source-withheld" for code, _ in seen.stops)


def _mark(council: Council, record: EhcRequest, contents: Contents) -> str:
    """Return what tells two contents apart, whoever declares them on whatever day."""
    bare = replace(record, declared=NOBODY_YET, added=())
    told = [council.code, hashlib.sha256(dump_bytes(bare)).hexdigest()]
    for type_, sha256 in sorted(contents.fingerprint):
        told += [type_, sha256]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def require_clear(seen: Outlook) -> None:
    """Refuse what something stands in the way of.

    :raises Refused: ``release-waits``, ``release-declined``, ``requester-silent``,
        ``source-withheld``, ``twin-doubt``.
    """
    for code, hint in seen.stops:
        raise Refused(code, "/request", hint)
    if seen.doubts:
        hint = "Say of each document in doubt whom it is about."
        raise Refused("twin-doubt", "/documents", hint)


def source_of_record(record: EhcRequest) -> Source:
    """Return the request as a file of the pack.

    :raises Wrapped: it breaks its schema.
    """
    return record_source(record, "ehc-request", member=record.request)
