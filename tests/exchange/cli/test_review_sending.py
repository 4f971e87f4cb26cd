"""A cohort is never sent to one school by a slip; whoever asks often pushes nobody back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exchange.wiring import open_node
from schemas.identifiers import upn_check_letter
from tests.exchange.cli.conftest import Schools

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def leaver(schools: Schools, number: int) -> str:
    digits = f"80120001500{number}"
    added = schools.primary.rows(
        "pupil", "add", "--surname", "Oak", "--forename", f"Ann{number}", "--dob", "2015-03-09",
        "--sex", "F", "--upn", f"{upn_check_letter(digits)}{digits}",
    )  # fmt: skip
    return str(added["pupil"])


@pytest.mark.parametrize("who", ["to", "pupil"])
def test_all_with_one_destination_or_one_pupil_is_refused(schools: Schools, who: str) -> None:
    """``--all --to`` would have confirmed one school for everybody, and sent."""
    pupil = leaver(schools, 1)
    schools.primary.say("destination", pupil, "--to", "820/4002", "--confirm", "Riverside Academy")
    more = ["--to", "999002", "--confirm", "820/4002"] if who == "to" else [pupil]
    said = schools.primary.say("send", "--all", *more, code=2)
    assert "all-means-all" in said.err
    assert schools.primary.rows("outbox") == []
    chosen = [one["action"] for one in schools.primary.rows("audit", "list")]
    assert chosen.count("pupil.destination-chosen") == 1


def test_asking_now_leaves_the_longest_waiting_first(schools: Schools) -> None:
    for number in (1, 2):
        pupil = leaver(schools, number)
        schools.primary.say("send", pupil, "--to", "820/4002", "--confirm", "Riverside Academy")
    node = open_node(schools.primary.root)
    org_id, now = schools.primary.org_id, node.inside.clock.now()
    with node.inside.store.unit(org_id) as unit:
        first, second = [one.bundle_id for one in unit.transfers.all()]
        unit.transfers.schedule(first, now + timedelta(hours=6), 7)
        unit.transfers.schedule(second, LONG_AGO, 3)
        unit.commit()
    schools.primary.say("receipts", "--now")
    with node.inside.store.reading(org_id) as unit:
        asked, waiting = unit.transfers.get(first), unit.transfers.get(second)
        assert unit.transfers.due(datetime.now(UTC), 9) == [second, first]
    assert asked.due_at is not None
    assert asked.due_at < now + timedelta(minutes=1)
    assert (waiting.due_at, waiting.attempts) == (LONG_AGO, 3)
