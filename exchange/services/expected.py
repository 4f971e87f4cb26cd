"""The children whom this school expects, as kept, and what a person said of their packs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.domain.feeder import Expected, Who
from exchange.errors import Conflict
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.arrival_card import who_plain, who_read
from exchange.services.inside import Inside
from schemas.strict_json import JsonValue

KIND = "expected"
WANTED_BEFORE = timedelta(days=28)
"""How long before the child starts a pack counts as late."""


@dataclass(frozen=True, slots=True)
class ExpectedChild:
    """A child of the admissions list, as kept.

    :param school: as the list names it; ``who.school`` is its org_id where it has joined.
    :param group: tutor group here, or empty.
    :param settled: the child key of a pack of which a person said: this is the child.
    """

    expected_id: str
    who: Who
    school: str = ""
    starts: date | None = None
    group: str = ""
    settled: str = ""
    apart: frozenset[str] = frozenset()
    version: int = 1

    @property
    def name(self) -> str:
        """Return the child's name, as the child is called."""
        return f"{self.who.known_as or self.who.forename} {self.who.surname}"

    def for_matching(self) -> Expected:
        """Return what the matching wants to know."""
        wanted_by = self.starts - WANTED_BEFORE if self.starts else None
        return Expected(
            self.expected_id, self.who, self.starts, self.settled, wanted_by, self.apart
        )


def expected_children(unit: UnitOfWork) -> Iterator[ExpectedChild]:
    """Yield all children who are expected, in the order in which they were listed."""
    for item in unit.items.all(KIND):
        yield read_expected(item)


def expected_child(unit: UnitOfWork, expected_id: str) -> ExpectedChild:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return read_expected(unit.items.get(KIND, expected_id))


def decide_match(
    inside: Inside, org_id: str, expected_id: str, child: str, actor: Actor, *, same: bool
) -> ExpectedChild:
    """Note what a person said: that the child of a pack is the one expected, or somebody else.

    :param child: the child key of the pack's card.
    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``matched-already``: a person gave the pack to another child.
    """
    with inside.store.unit(org_id) as unit:
        before = expected_child(unit, expected_id)
        taken = [one for one in expected_children(unit) if one.settled == child]
        if same and any(one.expected_id != expected_id for one in taken):
            hint = "Somebody has said that this pack is another child's. Look at that child first."
            raise Conflict("matched-already", "/pack", hint)
        if same:
            after = replace(before, settled=child, apart=before.apart - {child})
        else:
            settled = "" if before.settled == child else before.settled
            after = replace(before, settled=settled, apart=before.apart | {child})
        put_expected(inside, unit, after, before)
        unit.audit.record(
            actor, "expected.matched", "expected", expected_id, "done" if same else "refused"
        )
        unit.commit()
    return after


def forget_expected(inside: Inside, org_id: str, expected_id: str, actor: Actor) -> None:
    """Take one child off the list: the family chose another school, or it was a mistake."""
    with inside.store.unit(org_id) as unit:
        expected_child(unit, expected_id)
        unit.items.remove(KIND, expected_id)
        unit.audit.record(actor, "expected.removed", "expected", expected_id)
        unit.commit()


def put_expected(
    inside: Inside, unit: UnitOfWork, child: ExpectedChild, before: ExpectedChild | None
) -> None:
    """Keep a child in the caller's unit of work, who writes the book and commits."""
    now = inside.clock.now()
    item = Item(KIND, child.expected_id, "listed", _plain(child), now, now)
    if before is None:
        unit.items.add(item)
        return
    kept = unit.items.get(KIND, child.expected_id)
    unit.items.update(replace(item, created_at=kept.created_at, version=before.version))


def _plain(child: ExpectedChild) -> dict[str, JsonValue]:
    return {
        "who": who_plain(child.who),
        "school": child.school,
        "starts": child.starts.isoformat() if child.starts else None,
        "group": child.group,
        "settled": child.settled,
        "apart": [*sorted(child.apart)],
    }


def read_expected(item: Item) -> ExpectedChild:
    """Return the child that an item of kind ``expected`` keeps."""
    told = item.content or {}
    who, starts, apart = told["who"], told["starts"], told["apart"]
    listed: Sequence[JsonValue] = apart if isinstance(apart, list) else ()
    return ExpectedChild(
        expected_id=item.item_id,
        who=who_read(who if isinstance(who, dict) else {}),
        school=str(told["school"]),
        starts=date.fromisoformat(str(starts)) if starts else None,
        group=str(told["group"]),
        settled=str(told["settled"]),
        apart=frozenset(str(one) for one in listed),
        version=item.version,
    )
