"""What is wrong at one organisation of a node, or with one row, holds up nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NoReturn

import pytest

from exchange.errors import Wrapped
from exchange.ports import Item
from exchange.services.advice.asking import asked_by_link
from exchange.services.advice.model import KIND, request_from
from exchange.services.advice.working import AdviceWorker
from exchange.services.keep_pupil import add_pupil
from exchange.services.links.model import Inviter
from tests.exchange.services.advice.consulting import Consulting
from tests.exchange.services.advice.test_nothing_lost import COLLEAGUE
from tests.exchange.services.links.world import INVITER
from tests.exchange.services.town import COUNCIL, HEAD, SENCO, pupil_record


def overdue(consulting: Consulting, org_id: str) -> str:
    """Let an organisation of the school's node ask, and nobody answer in time."""
    inside = consulting.inside
    pupil_id = add_pupil(inside, org_id, pupil_record(3), SENCO)
    order = consulting.order(pupil_id, due_on=date(2026, 7, 3))
    made = asked_by_link(inside, org_id, order, SENCO, means=consulting.means, inviter=INVITER)
    return made.request.request_id


def reminded(consulting: Consulting, org_id: str, request_id: str) -> int:
    with consulting.inside.store.reading(org_id) as unit:
        return len(request_from(unit.items.get(KIND, request_id)).reminded)


def damaged(consulting: Consulting, org_id: str) -> None:
    """Let an organisation have a request that cannot be read any more."""
    now = consulting.town.clock.now()
    with consulting.inside.store.unit(org_id) as unit:
        unit.items.add(Item(KIND, "0" * 32, "sent", {}, created_at=now, updated_at=now))
        unit.audit.record(SENCO, "test.damaged", "advice", "0" * 32)
        unit.commit()


def test_a_damaged_row_of_one_organisation_stops_no_other(
    consulting: Consulting, caplog: pytest.LogCaptureFixture
) -> None:
    store = consulting.inside.store
    store.host(COUNCIL, HEAD)
    first, second = store.organisations()
    requests = {one: overdue(consulting, one) for one in (first, second)}
    consulting.town.clock.pass_(days=5)
    damaged(consulting, first)
    AdviceWorker(consulting.inside, consulting.means).round()
    assert reminded(consulting, second, requests[second]) == 1
    assert reminded(consulting, first, requests[first]) == 0
    assert f"advice organisation={first} outcome=value-damaged" in caplog.text


@pytest.mark.parametrize("mail", ["jo@elm.example", ""])
def test_a_colleague_waits_while_the_directory_is_old(consulting: Consulting, mail: str) -> None:
    """Whoever named them believes that it went, and nothing is wrong with what they said."""
    asked = consulting.ask(consulting.town.leaver(), Inviter("Jo", "senco", mail))
    consulting.desk.pass_on(consulting.visit(asked), COLLEAGUE, keep=False)
    consulting.take()
    house = consulting.town.primary
    good = house.inside

    def expired() -> NoReturn:
        raise Wrapped("directory-expired", "/directory")

    house.inside = replace(good, directory=expired)
    consulting.work()
    assert len(consulting.items("advice-passing")) == 1
    house.inside = good
    consulting.work()
    assert len(consulting.request(asked.request.request_id).links) == 2
    assert "agency-not-passed" not in [kind for kind, _, _ in consulting.letters()]
