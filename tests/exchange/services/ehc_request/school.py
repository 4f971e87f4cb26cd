"""A school with a pupil of whom much is written, and what its people do with a request."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.ports import Actor
from exchange.services.ehc_request.following import Following, follow
from exchange.services.ehc_request.keeping import request_file
from exchange.services.ehc_request.model import RequestFile
from exchange.services.ehc_request.outlook import Outlook, outlook
from exchange.services.ehc_request.preparing import start_request
from exchange.services.ehc_request.sending import Sent, send_request
from exchange.services.keep_pupil import keep_record
from exchange.services.record_disclosure import mark
from exchange.services.trust import sender_keys
from schemas.base import SubjectRecord, dump_bytes
from schemas.ehc_request import EhcRequest
from schemas.people import Person
from schemas.recipient import InboxName
from schemas.records import RECORDS
from schemas.sen import (
    Cycle,
    Need,
    Outcome,
    Per,
    Provision,
    Review,
    SenRegister,
    SenSupportPlan,
    Specialist,
)
from tests.exchange.services.town import COUNCIL, PDF, PRIMARY, SENCO, Town

ADMIN = Actor("Ada Ministrator", "sen-administrator")
EP = Person(name="Dr Ama Osei", role="Educational psychologist")


def plan_of(pupil_id: str) -> SenSupportPlan:
    """Return a support plan with two reviewed cycles and provision that has a rate."""
    cycles = tuple(
        Cycle(
            number=number,
            starts=date(2025, 3 * number, 1),
            assess="Reading age 6:2.",
            plan="PLAN-WORDS phonics",
            do="Three times a week.",
            ends=date(2025, 3 * number + 2, 20),
            review=Review(
                held=date(2025, 3 * number + 2, 19),
                progress="One band.",
                parent_view="PARENT-WORDS she worries",
                pupil_view="I like Lego.",
            ),
        )
        for number in (1, 2)
    )
    return SenSupportPlan(
        subject=pupil_id,
        written=date(2026, 5, 1),
        author=Person(name="Jo Brown", role="SENCO"),
        outcomes=(Outcome(number=1, outcome="Read aloud", measure="A page", by=date(2026, 12, 1)),),
        provision=(
            Provision(
                what="Phonics",
                who="TA",
                times=3,
                per=Per.WEEK,
                minutes=30,
                group_size=2,
                hourly_rate_pence=1_650,
            ),
        ),
        cycles=cycles,
        specialists=(Specialist(person=EP, involvement="Consultation"),),
    )


@dataclass
class School:
    """The primary school of the town, and one pupil."""

    town: Town
    pupil_id: str = ""
    papers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pupil_id = self.town.leaver()
        self.keep(plan_of(self.pupil_id))
        needs = (Need(rank=1, type="SPLD", notes="Dyslexic profile"),)
        self.keep(SenRegister(subject=self.pupil_id, provision="K", needs=needs))

    @property
    def inside(self) -> Any:
        return self.town.primary.inside

    def keep(self, record: SubjectRecord) -> None:
        keep_record(self.inside, PRIMARY, self.pupil_id, dump_bytes(record), SENCO)

    def attach(self, type_: str = "ep-report", marker: str = "x", size: int = 0) -> str:
        content = PDF + f"% {marker}\n".encode() + b"%" * size
        found = self.town.attach(self.pupil_id, content, type_).document
        with self.town.primary.store.unit(PRIMARY) as unit:
            unit.documents.update(replace(found, title=f"TITLE-{marker}"))
            unit.audit.record(SENCO, "test.titled", "document", found.document_id)
            unit.commit()
        return found.document_id

    def mark(self, ref: str, whom: str = "la") -> None:
        mark(self.inside, PRIMARY, ref, whom, SENCO)

    def start(self, code: str | None = None) -> RequestFile:
        return start_request(self.inside, PRIMARY, self.pupil_id, SENCO, code)

    def file(self, request_id: str) -> RequestFile:
        with self.town.primary.store.reading(PRIMARY) as unit:
            return request_file(unit, request_id)

    def look(self, request_id: str) -> Outlook:
        with self.town.primary.store.reading(PRIMARY) as unit:
            return outlook(self.inside, unit, PRIMARY, request_file(unit, request_id))

    def follow(self, request_id: str) -> Following:
        today = self.town.clock.now().date()
        with self.town.primary.store.reading(PRIMARY) as unit:
            return follow(unit, request_file(unit, request_id), today)

    def send(self, request_id: str, actor: Actor = SENCO) -> Sent:
        mark_ = self.look(request_id).mark
        return send_request(self.inside, PRIMARY, request_id, "SENCO", mark_, actor)

    def sent(self) -> str:
        """Return the id of a request that is with the council."""
        file = self.start()
        self.send(file.request_id)
        self.town.settle()
        return file.request_id

    def opened(self, bundle_id: str) -> tuple[EhcRequest, frozenset[str], bytes]:
        """Return the request as the council reads it: record, document ids, every byte."""
        transfer = self.town.primary.transfer(bundle_id)
        with self.town.primary.blobs.open(PRIMARY, transfer.blob) as source:
            sealed = source.read()
        bundle = open_bundle(
            read_outer(io.BytesIO(sealed)),
            opener=self.town.vault.opener(COUNCIL, InboxName.GENERAL.value),
            find_signers=sender_keys(self.town.directory()),
            me=COUNCIL,
            inbox=InboxName.GENERAL,
            at=self.town.clock.now(),
        )
        bundle.verify_contents()
        plain = b"".join(bundle.reader.read(one, 1 << 22) for one in bundle.reader.entries)
        record = next(one for _, one in bundle.records(RECORDS) if isinstance(one, EhcRequest))
        return record, frozenset(one.id for one in bundle.documents.values()), plain
