"""A sender that was long away hears everything, in portions that it can read."""

from __future__ import annotations

from exchange.domain.transfer import State
from exchange.ports import StoredReceipt
from exchange.services.load_pack import load_pack
from tests.exchange.services.town import HEAD, PRIMARY, SECONDARY, SENCO, Town

ANSWER_LIMIT = 1024 * 1024
"""What adapters.transports.wire reads of an answer, in base64."""


def issue(town: Town, bundle_id: str, count: int, size: int) -> None:
    """Put receipts of a size where the desk finds them; nobody looks into them here."""
    now = town.clock.now()
    with town.secondary.store.unit(SECONDARY) as unit:
        first = unit.receipts.of(bundle_id, PRIMARY, "issued")
        for seq in range(len(first) + 1, count + 1):
            unit.receipts.append(
                StoredReceipt(bundle_id, PRIMARY, "issued", seq, "imported", bytes(size), b"", now)
            )
        unit.audit.record(HEAD, "receipt.issued", "arrival", bundle_id)
        unit.commit()


def portions(town: Town, bundle_id: str) -> list[int]:
    """Fetch as a sender does; return how many came at once."""
    had, counts = 0, []
    while True:
        found = town.secondary.desk.receipts(PRIMARY, SECONDARY, bundle_id, had)
        if not found:
            return counts
        assert sum(len(one.content) * 4 // 3 + 4 for one in found) < ANSWER_LIMIT
        had += len(found)
        counts.append(len(found))


def test_many_and_large_receipts_come_in_portions(town: Town) -> None:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    issue(town, bundle_id, 30, 40_000)
    assert portions(town, bundle_id) == [13, 13, 4]


def test_very_many_small_ones(town: Town) -> None:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    issue(town, bundle_id, 1100, 10)
    assert portions(town, bundle_id) == [500, 500, 100]


def test_real_receipts_are_all_heard(town: Town) -> None:
    bundle_id = town.accepted()
    for _ in range(3):
        load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    town.settle()
    assert town.primary.transfer(bundle_id).last_seq == 6
    assert town.primary.transfer(bundle_id).state is State.IMPORTED
