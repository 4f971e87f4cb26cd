"""The case list of a local authority as a page: 500 and 5,000 cases, a few packs each, in one run.

Its node has two thousand accounts. As with the other boards: server time alone, and after each
tenth look something has changed. One look in six filters by caseworker, one by the clock that is
due next, one looks a name up.
"""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.feeder import Who
from exchange.ports import UnitOfWork
from exchange.services.cases import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Event,
    Pack,
    Source,
    add_note,
)
from exchange.services.cases.keeping import add_case
from exchange.services.cases.names import reference_of
from exchange.services.people.account import Post, add_account, new_account
from exchange.settings import Settings
from exchange.wiring import NewNode, NewOrganisation, Node, add_organisation, open_node, set_up
from keys.directory import DatedIdentifier
from tests.benchmarks.crowd import FORENAMES, SURNAMES, WHO
from tests.exchange.web.site import Client, Place

_BATCH = 500
_LOOKS = 120
_ACCOUNTS = 2000
_WORKERS = [(str(uuid.UUID(int=number + 1, version=4)), f"Worker {number}") for number in range(20)]
_STATES = (
    *(CaseState.OPEN,) * 4,
    *(CaseState.ASSESSING,) * 4,
    *(CaseState.DRAFTING,) * 2,
    CaseState.HELD,
    CaseState.FINAL,
    CaseState.FINAL,
    CaseState.CLOSED,
    CaseState.NOT_OURS,
)
_PATHS = (
    "/cases",
    "/cases?page=3",
    "/cases?show=attention",
    "/cases?show=inbox",
    f"/cases?show=now&caseworker={_WORKERS[3][0]}",
    "/cases?show=all&clock=final-plan&page=2",
)


def _people(node: Node, org_id: str) -> None:
    """Give the node the accounts of a council, and of the schools that it runs for."""
    with node.inside.store.unit(NODE) as unit:
        for number in range(_ACCOUNTS):
            posts = (Post(org_id, Role.LA_CASEWORKER),)
            made = new_account(f"Somebody {number}", f"a{number}@council.example", posts, "active")
            add_account(node.inside, unit, made)
            unit.audit.record(WHO, "account.made", "account", made.account_id)
        unit.commit()


def board(folder: Path, count: int, packs_each: int) -> tuple[float, float, float]:
    """Return seconds to read all after a start, then median and p95 of looks, in milliseconds."""
    node, org_id = _authority(folder, f"cases-{count}")
    chance, ids = random.Random(7), []
    for start in range(0, count, _BATCH):
        with node.inside.store.unit(org_id) as unit:
            for number in range(start, min(start + _BATCH, count)):
                ids.append(_add(unit, number, packs_each, chance))
            unit.audit.record(WHO, "test.filled", "list", str(uuid.uuid4()))
            unit.commit()
    _people(node, org_id)
    place = Place(node, org_id, "Bench Council")
    client = place.client(Role.LA_CASEWORKER)
    began = time.perf_counter()
    while "show=inbox" not in client.get("/cases").text:
        time.sleep(0.05)
    read = time.perf_counter() - began
    taken = sorted(_looks(place, client, ids))
    return read, statistics.median(taken), taken[int(len(taken) * 0.95)]


def _authority(folder: Path, name: str) -> tuple[Node, str]:
    home = set_up(folder / f"home-{name}", NewNode(Settings(), folder / f"{name}.node-key"))
    new = NewOrganisation("Bench Council", "la", (DatedIdentifier("la", "820"),), "classic")
    org_id, _ = add_organisation(open_node(home.root), new, WHO)
    return open_node(home.root), org_id


def _looks(place: Place, client: Client, ids: list[str]) -> Iterator[float]:
    for number in range(_LOOKS):
        if number % 10 == 9:
            case_id = ids[number % len(ids)]
            add_note(place.node.inside, place.org_id, case_id, "Rang the school.", WHO)
        searching = number % 12 == 11
        began = time.perf_counter()
        if searching:
            answer = client.post("/cases", {"q": "okafor"})
        else:
            answer = client.get(_PATHS[number % len(_PATHS)])
        yield (time.perf_counter() - began) * 1000
        assert answer.status_code == 200


def _add(unit: UnitOfWork, number: int, packs: int, chance: random.Random) -> str:
    today = datetime.now(UTC).replace(microsecond=0)
    at = today - timedelta(days=chance.randrange(0, 160))
    state = chance.choice(_STATES)
    worker, name = chance.choice(_WORKERS) if state is not CaseState.HELD else ("", "")
    surname, forename = chance.choice(SURNAMES), chance.choice(FORENAMES)
    case_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    reached = at.date()
    add_case(
        unit,
        Case(
            case_id=case_id,
            state=state,
            source=Source.SCHOOL,
            reference=reference_of(case_id),
            reached=reached,
            reached_at=at,
            created_at=at,
            updated_at=at,
            school_org=str(uuid.UUID(int=number % 40 + 1, version=4)),
            school_name=f"School {number % 40}",
            packs=tuple(
                Pack(str(uuid.UUID(int=9, version=4)), str(uuid.uuid4()), reached)
                for _ in range(packs)
            ),
            who=Who(surname, forename, date(2014, 9, 1) + timedelta(days=number % 365)),
            name=f"{forename} {surname}",
            nc_year="6",
            caseworker=worker,
            caseworker_name=name,
            **_later(state, reached),
        ),
    )
    return case_id


def _later(state: CaseState, reached: date) -> dict[str, object]:
    if state in (CaseState.OPEN, CaseState.HELD, CaseState.NOT_OURS):
        return {}
    told = reached + timedelta(days=40)
    decisions = [Decision("assess", state is not CaseState.CLOSED, told, "Why. " * 60, told)]
    events = {Event.ASSESS_TOLD.value: told}
    if state in (CaseState.DRAFTING, CaseState.FINAL):
        later = reached + timedelta(days=100)
        decisions.append(Decision("plan", yes=True, decided=later, reasons="", told=later))
        events |= {Event.PLAN_TOLD.value: later, Event.DRAFT_SERVED.value: later}
    if state is CaseState.FINAL:
        events[Event.FINAL_ISSUED.value] = reached + timedelta(days=139)
    why = ClockException("final-plan", "school-closed", "Summer.", "Term dates.", "Jo", told)
    return {"decisions": tuple(decisions), "events": events, "exceptions": (why,)}
