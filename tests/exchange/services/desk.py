"""A pupil with a destination, what people do with the documents, and a pack as it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.domain.disclosure import Speaker, Wanted, reason
from exchange.errors import (
    DecisionNeeded,
    ExchangeError,
)
from exchange.ports import Actor
from exchange.services.keep_pupil import keep_record
from exchange.services.preview import explain, preview
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import Ruling, judge, mark, wish
from exchange.services.send import Sent, send
from exchange.services.trust import sender_keys
from schemas.base import SubjectRecord, dump_bytes
from schemas.recipient import InboxName
from schemas.records import RECORDS
from tests.exchange.services.town import (
    PDF,
    PRIMARY,
    SENCO,
    Town,
)

DSL = Actor("Dee Essel", "dsl")
CASEWORKER = Actor("Kay Seworker", "la-caseworker")


@dataclass
class Desk:
    """One pupil with a destination, and what people do with the documents."""

    town: Town
    pupil_id: str

    def attach(self, type_: str, marker: str, title: str = "") -> str:
        content = PDF + f"% {marker}\n".encode()
        found = self.town.attach(self.pupil_id, content, type_).document
        if title:
            with self.town.primary.store.unit(PRIMARY) as unit:
                unit.documents.update(replace(found, title=title))
                unit.audit.record(SENCO, "test.titled", "document", found.document_id)
                unit.commit()
        return found.document_id

    def keep(self, record: SubjectRecord) -> None:
        keep_record(self.town.primary.inside, PRIMARY, self.pupil_id, dump_bytes(record), SENCO)

    def mark(self, ref: str, whom: str, actor: Actor = SENCO, *, remove: bool = False) -> None:
        mark(self.town.primary.inside, PRIMARY, ref, whom, actor, remove=remove)

    def judge(self, ref: str, why: str, actor: Actor = SENCO, **more: str) -> None:
        told: dict[str, str] = {
            "by": "Ann Other",
            "registration": "PYL1",
            "person": "Mx R",
            "words": "So.",
        }
        withhold = reason(why).direction == "withhold"
        ruling = Ruling(reason=why, withhold=withhold, **(told | more))  # type: ignore[arg-type]
        judge(self.town.primary.inside, PRIMARY, ref, ruling, actor)

    def wish(self, ref: str, wants: Wanted, speaker: Speaker = "family") -> None:
        wish(self.town.primary.inside, PRIMARY, ref, {speaker: wants}, SENCO)

    def preview(self, **order: object) -> dict[str, tuple[str, str]]:
        seen = preview(
            self.town.primary.inside,
            PRIMARY,
            self.pupil_id,
            Order(**order),  # type: ignore[arg-type]
        )
        return {one.ref: (one.decision.outcome.value, one.decision.code) for one in seen.disclosed}

    def send(self, *, update: bool = False, leave: bool = False, **order: object) -> Sent:
        return send(
            self.town.primary.inside,
            PRIMARY,
            self.pupil_id,
            Order(**order),  # type: ignore[arg-type]
            SENCO,
            update=update,
            leave_undecided=leave,
        )

    def refused(self) -> ExchangeError:
        """Demand that sending is refused and leaves nothing behind."""
        before = self.town.primary.snapshot()
        with pytest.raises(DecisionNeeded) as error:
            self.send()
        assert self.town.primary.snapshot() == before
        return error.value

    def explained(self, sent: Sent) -> dict[str, tuple[str, str]]:
        told = explain(self.town.primary.inside, PRIMARY, sent.transfer.bundle_id)
        return {one.ref: (one.decision.outcome.value, one.decision.code) for one in told.disclosed}


@dataclass
class Opened:
    """A pack as its recipient sees it.

    :ivar plain: every byte of every member, statement and index included.
    """

    ids: frozenset[str]
    plain: bytes
    records: Sequence[object]


def opened(town: Town, sent: Sent, inbox: InboxName = InboxName.GENERAL) -> Opened:
    with town.primary.blobs.open(PRIMARY, sent.transfer.blob) as source:
        sealed = source.read()
    bundle = open_bundle(
        read_outer(io.BytesIO(sealed)),
        opener=town.vault.opener(sent.transfer.recipient, inbox.value),
        find_signers=sender_keys(town.directory()),
        me=sent.transfer.recipient,
        inbox=inbox,
        at=town.clock.now(),
    )
    bundle.verify_contents()
    members = [bundle.reader.read(one, 1 << 22) for one in bundle.reader.entries]
    ids = frozenset(one.id for one in bundle.documents.values())
    return Opened(ids, b"".join(members), [one for _, one in bundle.records(RECORDS)])


def members_of(archive: bytes) -> dict[str, bytes]:
    """Return each member of an archive as a reader gets it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened_:
        return {one: opened_.read(one) for one in opened_.namelist()}


def every_byte(archive: bytes) -> bytes:
    """Return an archive's bytes and those of each member as a reader gets it: most are deflated."""
    return archive + b"".join(members_of(archive).values())
