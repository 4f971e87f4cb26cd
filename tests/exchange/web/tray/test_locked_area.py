"""What waits in the safeguarding lead's area holds up nobody else's documents."""

from __future__ import annotations

from exchange.ports import Actor, Item
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.upload import KIND
from tests.exchange.web.site import DSL_PASSPHRASE, Site


def test_a_locked_upload_is_not_due_for_the_worker(site: Site) -> None:
    place = site["primary"]
    node, now = place.node, place.node.inside.clock.now()
    node.vault.unlock_cp(place.org_id, DSL_PASSPHRASE)
    try:
        with node.inside.store.unit(place.org_id) as unit:
            unit.items.add(Item(KIND, "1" * 32, "held", {}, now, now, due_at=now, compartment="cp"))
            unit.items.add(Item(KIND, "2" * 32, "held", {}, now, now, due_at=now))
            unit.audit.record(Actor("Jo Brown", "dsl"), "upload.tested", "upload", "1" * 32)
            unit.commit()
    finally:
        node.vault.lock_cp(place.org_id)
    checker = TrayChecker(node.inside, node.inspector, None, node.cleaner)
    assert checker.due(place.org_id, 1) == ["2" * 32]
