"""The arrivals board as a page: 500 and 5,000 children expected, four packs each, in one run.

As with the leavers': server time alone, and after each tenth look something has changed. The
packs are rows and cards, as the worker keeps them once it has checked a pack.
"""

from __future__ import annotations

import secrets
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from exchange.domain.access import Role
from exchange.domain.feeder import Who
from exchange.domain.identity import uuid7
from exchange.domain.transfer import State
from exchange.ports import Arrival, UnitOfWork
from exchange.services.accept import accept
from exchange.services.arrival_card import Card, put_card
from exchange.services.arrive import blob_name
from exchange.services.expected import ExpectedChild, decide_match, put_expected
from exchange.services.inside import Inside
from tests.benchmarks.crowd import FORENAMES, SURNAMES, WHO, bench_school
from tests.exchange.web.site import Client, Place

_BATCH = 500
_NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
_SCHOOLS = [str(uuid.UUID(int=number + 1, version=4)) for number in range(12)]
_LOOKS = 120
_PATHS = (
    "/arrivals",
    "/arrivals?page=3",
    "/arrivals?show=attention",
    "/arrivals?show=accept",
    "/arrivals?show=unexpected",
    "/arrivals?show=expected&page=2",
)


def board(folder: Path, children: int, packs_each: int) -> tuple[float, float, float]:
    """Return seconds to read all after a start, then median and p95 of looks, in milliseconds."""
    node, org_id = bench_school(folder, f"arrivals-{children}")
    to_accept: list[str] = []
    for start in range(0, children, _BATCH):
        with node.inside.store.unit(org_id) as unit:
            for number in range(start, min(start + _BATCH, children)):
                to_accept += _add(node.inside, unit, number, packs_each)
            unit.audit.record(WHO, "admissions.taken", "list", str(uuid.uuid4()))
            unit.commit()
    place = Place(node, org_id, "Bench School")
    client = place.client(Role.SENCO)
    began = time.perf_counter()
    while "/arrivals?show=accept" not in client.get("/arrivals").text:
        time.sleep(0.05)
    read = time.perf_counter() - began
    taken = sorted(_looks(place, client, to_accept))
    return read, statistics.median(taken), taken[int(len(taken) * 0.95)]


def _looks(place: Place, client: Client, to_accept: list[str]) -> Iterator[float]:
    inside = place.node.inside
    for number in range(_LOOKS):
        if number % 20 == 9:
            accept(inside, place.org_id, to_accept[number // 20], WHO)
        if number % 20 == 19:
            decide_match(
                inside, place.org_id, f"child-{number % 40}", "somebody/else", WHO, same=False
            )
        began = time.perf_counter()
        answer = client.get(_PATHS[number % len(_PATHS)])
        yield (time.perf_counter() - began) * 1000
        assert answer.status_code == 200


def _add(inside: Inside, unit: UnitOfWork, number: int, packs: int) -> list[str]:
    """Add one child and the packs of it; return the ids of those that wait to be accepted.

    Of twenty children, one has no pack yet, one a pack under another birthday, one packs of two
    schools, and one pack is of somebody who is not expected.
    """
    kind, who = number % 20, _who(number)
    listed = replace(who, upn="") if kind == 1 else who
    starts = date(2026, 9, 1) + timedelta(days=number % 400)
    child = ExpectedChild(f"child-{number}", listed, "Feeder School", starts)
    put_expected(inside, unit, child, None)
    if kind == 0:
        return []
    if kind == 1:
        who = replace(who, date_of_birth=who.date_of_birth + timedelta(days=1))
    if kind == 3:
        who = _who(number + 1_000_000)
    made = [_pack(unit, number, each, who, two=kind == 2) for each in range(packs)]
    return made[-1:] if number % 2 else []


def _who(number: int) -> Who:
    forename = FORENAMES[number % 10] + FORENAMES[number // 10 % 10].lower()
    surname = f"{SURNAMES[number // 3 % 10]}-{SURNAMES[number // 70 % 10]}"
    born = date(2014, 9, 1) + timedelta(days=number * 7 % 365)
    return Who(surname, forename, born, f"A{number:012}", school=_SCHOOLS[number % 12])


def _pack(unit: UnitOfWork, number: int, each: int, who: Who, *, two: bool) -> str:
    """Add one pack: each updates the one before, unless it is another school's."""
    at = _NOW + timedelta(minutes=number, seconds=each)
    sender = _SCHOOLS[(number + (each if two else 0)) % 12]
    arrival = Arrival(
        sender=sender,
        bundle_id=uuid7(at, secrets.token_bytes(10)),
        state=State.VERIFIED if number % 2 else State.ACCEPTED,
        size=900_000,
        payload_sha256=secrets.token_hex(32),
        envelope=secrets.token_bytes(1200),
        envelope_signature=secrets.token_bytes(400),
        blob="",
        arrived_at=at,
        updated_at=at,
        due_at=None,
        kind="transfer",
        supersedes=None if two or not each else str(uuid.uuid4()),
        statement=secrets.token_bytes(4000),
        statement_signature=secrets.token_bytes(400),
        sender_entry=secrets.token_bytes(3000),
    )
    arrival = replace(arrival, blob=blob_name(sender, arrival.bundle_id))
    unit.arrivals.add(arrival)
    name = f"{who.forename} {who.surname}"
    card = Card(sender, arrival.bundle_id, f"{sender}/{number}", name, who, "6", "K")
    put_card(unit, arrival, card)
    return arrival.bundle_id
