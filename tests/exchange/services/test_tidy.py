"""What ends by itself is cleared away; what does not, stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.audit import NODE
from exchange.ports import Actor, Item
from exchange.services.tidy import ENDS_BY_ITSELF, remove_what_is_over
from tests.exchange.services.town import PRIMARY, Town

WHO = Actor("Jo", "senco")


@pytest.mark.parametrize("org_id", [PRIMARY, NODE])
@pytest.mark.parametrize("kind", sorted(ENDS_BY_ITSELF))
def test_only_what_is_over_goes(town: Town, kind: str, org_id: str) -> None:
    inside, now = town.primary.inside, town.clock.now()
    with inside.store.unit(org_id) as unit:
        for name, due in (("over", now), ("later", now + timedelta(hours=1)), ("ever", None)):
            unit.items.add(Item(kind, name, "open", {}, now, now, due_at=due), quiet=True)
        unit.commit()
    assert remove_what_is_over(inside) == 1
    assert remove_what_is_over(inside) == 0
    with inside.store.reading(org_id) as unit:
        assert sorted(one.item_id for one in unit.items.all(kind)) == ["ever", "later"]


def test_letters_and_links_that_are_due_stay(town: Town) -> None:
    inside, now = town.primary.inside, town.clock.now()
    kinds = ("letter", "link", "upload", "account")
    with inside.store.unit(PRIMARY) as unit:
        for kind in kinds:
            unit.items.add(Item(kind, "x", "waiting", {}, now, now, due_at=now))
        unit.audit.record(WHO, "test.made", "item", "x")
        unit.commit()
    assert remove_what_is_over(inside) == 0
    with inside.store.reading(PRIMARY) as unit:
        assert all(unit.items.count(kind) == 1 for kind in kinds)
