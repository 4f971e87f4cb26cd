"""A school with thousands of leavers, for the boards: real keys, database and sealed rows.

The packs are rows alone: sealing 20,000 real bundles would take an hour and tell a board nothing.
"""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from exchange.domain.identity import uuid7
from exchange.domain.transfer import State
from exchange.ports import Actor, StoredDocument, StoredPupil, StoredRecord, Transfer, UnitOfWork
from exchange.settings import Settings
from exchange.wiring import NewNode, NewOrganisation, Node, add_organisation, open_node, set_up
from keys.directory import DatedIdentifier
from schemas.base import dump_bytes
from schemas.pupil import Names, Pupil
from schemas.strict_json import dumps
from tests.schemas import record_examples

WHO = Actor("Jo Brown", "senco")
_BATCH = 250
FORENAMES = ("Amara", "Bryn", "Chidi", "Dafydd", "Ewa", "Farah", "Gus", "Hana", "Idris", "Jo")
SURNAMES = ("Okafor", "Price", "Nowak", "Shah", "Brown", "Evans", "Ali", "Green", "Hughes", "Oak")
_STATES = (State.ACCEPTED, State.VERIFIED, State.COLLECTED, State.DELIVERED, State.REJECTED)
_NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def bench_school(folder: Path, name: str) -> tuple[Node, str]:
    """Return a node and its school, with nobody in it."""
    home = set_up(folder / f"home-{name}", NewNode(Settings(), folder / f"{name}.node-key"))
    new = NewOrganisation("Bench School", "school", (DatedIdentifier("urn", "999009"),), "classic")
    org_id, _ = add_organisation(open_node(home.root), new, WHO)
    node = open_node(home.root)
    return node, org_id


def node_with(folder: Path, pupils: int, packs_each: int = 4) -> tuple[Node, str]:
    """Return a node and its school with so many pupils, and packs for each."""
    node, org_id = bench_school(folder, str(pupils))
    chance = random.Random(7)
    for start in range(0, pupils, _BATCH):
        with node.inside.store.unit(org_id) as unit:
            for number in range(start, min(start + _BATCH, pupils)):
                _add(unit, number, packs_each, chance)
            unit.commit()
    return node, org_id


def _add(unit: UnitOfWork, number: int, packs: int, chance: random.Random) -> None:
    pupil = _pupil(number, chance)
    unit.pupils.add(StoredPupil(pupil.subject, dump_bytes(pupil), None, "hand", _NOW, _NOW))
    for record in _records(pupil.subject):
        unit.records.put(record)
    for _ in range(2):
        unit.documents.add(_document(pupil.subject))
    for each in range(packs):
        unit.transfers.add(_transfer(pupil.subject, each, chance))
    unit.audit.record(WHO, "pupil.added", "pupil", pupil.subject)


def _pupil(number: int, chance: random.Random) -> Pupil:
    return Pupil(
        subject=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        names=Names(surname=chance.choice(SURNAMES), forename=chance.choice(FORENAMES)),
        date_of_birth=date(2014, 9, 1) + timedelta(days=number % 365),
        sex=chance.choice("FM"),
        nc_year="6",
        upn_unknown="UN1",
    )


def _records(subject: str) -> Iterator[StoredRecord]:
    told = {
        "sen-register": record_examples.register(subject=subject),
        "sen-support-plan": record_examples.plan(subject=subject),
        "one-page-profile": record_examples.profile(subject=subject),
    }
    for slot, fields in told.items():
        name = str(fields["schema"])
        yield StoredRecord(str(uuid.uuid4()), subject, slot, name, dumps(fields), _NOW)


def _document(subject: str) -> StoredDocument:
    return StoredDocument(
        document_id=str(uuid.uuid4()),
        pupil_id=subject,
        blob=secrets.token_hex(32),
        size=90_000,
        created_at=_NOW,
        type="ep-report",
        title="Report of the educational psychologist",
        author="Dr A. Invented",
        authored=date(2026, 3, 1),
        media_type="application/pdf",
        file_name="report.pdf",
        sha256=secrets.token_hex(32),
        crc32=1,
    )


def _transfer(subject: str, number: int, chance: random.Random) -> Transfer:
    at = _NOW + timedelta(minutes=number)
    return Transfer(
        bundle_id=uuid7(at, secrets.token_bytes(10)),
        release_id=str(uuid.uuid4()),
        recipient=str(uuid.UUID(int=chance.randrange(10))),
        inbox="general",
        kind="transfer",
        state=chance.choice(_STATES),
        transport="https",
        target="",
        blob=secrets.token_hex(32),
        size=900_000,
        sha256=secrets.token_hex(32),
        payload_sha256=secrets.token_hex(32),
        created_at=at,
        updated_at=at,
        expires_at=at + timedelta(days=90),
        due_at=None,
        pupil_id=subject,
        envelope=secrets.token_bytes(1200),
        envelope_signature=secrets.token_bytes(400),
        statement=secrets.token_bytes(4000),
        statement_signature=secrets.token_bytes(400),
        recipient_entry=secrets.token_bytes(3000),
    )
