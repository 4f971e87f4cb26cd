"""Requests for an assessment as they reach the council of the town."""

from __future__ import annotations

import hashlib
import io
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from adapters.inspector import ContentInspector
from exchange.bundle.contents import Source
from exchange.ports import Actor
from exchange.services.cases import Case, case, cases
from exchange.services.cases.arriving import CaseMaker
from exchange.services.cases.placing import place
from exchange.services.queue_bundle import Order, queue_bundle
from schemas.base import SubjectRecord, dump_bytes
from schemas.ehc_request import Declaration, EhcRequest, Requester, RequestStatus
from schemas.people import Person
from schemas.statement import BundleKind, FileRole
from tests.exchange.services.town import (
    COUNCIL,
    PDF,
    House,
    Town,
    deliver,
    pupil_record,
)

CASEWORKER = Actor("Kay Seworker", "la-caseworker")
BROKEN = b'{"schema": "sen.pupil/1.0"}'


def request_record(subject: str, edition: int = 1, **changes: object) -> EhcRequest:
    """Return an invented request about a pupil."""
    jo = Person(name="Jo Brown", role="SENCO")
    made = EhcRequest(
        subject=subject,
        request="88888888-8888-4888-8888-888888888888",
        edition=edition,
        status=RequestStatus.MADE if edition == 1 else RequestStatus.UPDATED,
        authority="820",
        requested_by=Requester.SCHOOL,
        source="2",
        submitted=date(2026, 6, 30),
        declared=Declaration(by=jo, on=date(2026, 6, 30), words="What is told here is true."),
    )
    return replace(made, **changes)


def record_source(record: SubjectRecord | bytes, name: str, subject: str) -> Source:
    """Return a record as a source; bytes are sealed whatever they say."""
    content = record if isinstance(record, bytes) else dump_bytes(record)
    type_ = "sen.pupil/1.0" if isinstance(record, bytes) else record.schema
    return _source(content, f"data/records/{name}.json", FileRole.RECORD, type_, subject)


def document_source(marker: str, type_: str, subject: str) -> Source:
    """Return an invented document."""
    content = PDF + f"% {marker}\n".encode()
    path = f"data/documents/{type_}.pdf"
    return _source(content, path, FileRole.DOCUMENT, type_, subject)


def _source(content: bytes, path: str, role: FileRole, type_: str, subject: str) -> Source:
    is_record = role is FileRole.RECORD
    return Source(
        id=str(uuid.uuid4()),
        path=path,
        role=role,
        type=type_,
        media_type="application/json" if is_record else "application/pdf",
        subject=subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
        title=None if is_record else "A report",
    )


@dataclass
class Desk:
    """The council's inner process: its worker, its case maker and its caseworker."""

    town: Town

    def __post_init__(self) -> None:
        self.house = self.town.council
        self.inside = self.house.inside
        self.maker = CaseMaker(self.inside)

    def asked(
        self,
        number: int = 0,
        *,
        broken: bool = False,
        edition: int = 1,
        supersedes: str | None = None,
        kind: BundleKind = BundleKind.EHC_REQUEST,
        read: bool = True,
        sender: str = "primary",
        carry: Callable[[House, bytes], object] = deliver,
        **changes: object,
    ) -> str:
        """Let a school send a request; return the id of its pack."""
        house = self.town.secondary if sender == "secondary" else self.town.primary
        pupil = pupil_record(number)
        sources = [record_source(BROKEN if broken else pupil, "pupil", pupil.subject)]
        if not broken:
            made = request_record(pupil.subject, edition, **changes)
            sources.append(record_source(made, "ehc-request", pupil.subject))
        sources.append(document_source(f"{number} {edition}", "ep-report", pupil.subject))
        order = Order(kind=kind, purpose="ehc-needs-assessment", supersedes=supersedes)
        queued = queue_bundle(
            house.inside, house.org_id, COUNCIL, "general", pupil.subject, sources, order
        )
        with house.store.unit(house.org_id) as unit:
            unit.transfers.add(replace(queued, pupil_id=None, due_at=None))
            unit.audit.record(Actor("test", "machine"), "test.sent", "transfer", queued.bundle_id)
            unit.commit()
        with house.blobs.open(house.org_id, queued.blob) as blob:
            carry(self.house, blob.read())
        self.town.clock.pass_(seconds=1)  # so that ids of packs follow one another
        if read:
            self.house.take_in(queued.bundle_id, house.org_id)
            self.maker.run()
        return queued.bundle_id

    def read(self, bundle_id: str) -> None:
        """Let the worker open a pack, and make the cases of what came."""
        self.house.take_in(bundle_id)
        self.maker.run()

    @property
    def cases(self) -> list[Case]:
        with self.house.store.reading(COUNCIL) as unit:
            return list(cases(unit))

    @property
    def only(self) -> Case:
        (found,) = self.cases
        return found

    def again(self, case_id: str) -> Case:
        with self.house.store.reading(COUNCIL) as unit:
            return case(unit, case_id)

    def place(self, held: Case, pupil_id: str | None = None) -> Case:
        """Let the caseworker say whose case it is."""
        return place(
            self.inside, None, ContentInspector(), COUNCIL, held.case_id, pupil_id, CASEWORKER
        )

    def back(self) -> list[str]:
        """Return what went back to the school: the kinds of packs, oldest first."""
        with self.house.store.reading(COUNCIL) as unit:
            return [one.kind for one in unit.transfers.all()]
