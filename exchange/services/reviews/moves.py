"""At the local authority: plans that came over from another authority, or went to one (reg 15).

What happened is recorded as dated events; the clocks of the move run from them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from exchange.domain.clocks import NO_SCHOOL, Calendar, clock, require_likely
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.reviews.keeping import today_of
from exchange.services.reviews.model import day_of
from exchange.services.reviews.timing import Timed, timed
from schemas.strict_json import JsonValue

KIND = "plan-move"
OPEN, DONE = "open", "done"
Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class PlanMove:
    """A plan that moves between authorities.

    :param child: as the child is called, and the surname.
    :param other: the other authority, in words.
    :param moved: the day of the move of home; ``came``: when the plan came over (or was handed
        over); ``aware``: of going out: when we became aware, where that was shortly before the
        move, or later.
    :param last_review: of coming in: when the plan was made or last reviewed.
    :param told: of coming in: when the family was told; ``reviewed``: when we reviewed it.
    """

    move_id: str
    direction: Direction
    child: str
    other: str
    moved: date
    created_at: datetime
    reference: str = ""
    aware: date | None = None
    came: date | None = None
    last_review: date | None = None
    told: date | None = None
    reviewed: date | None = None
    state: str = OPEN
    version: int = field(default=1, compare=False)

    def clocks(self, today: date, calendar: Calendar) -> tuple[Timed, ...]:
        """Return the clocks of the move: of going out one, of coming in two more.

        None where a day is none that the law knows: one row must not close the list of all moves.
        """
        try:
            return self._counted(today, calendar)
        except UsageError:
            return ()

    @property
    def is_unclear(self) -> bool:
        """Return whether no clock can run from its days, so that somebody must check them."""
        try:
            self._counted(self.moved, NO_SCHOOL)
        except UsageError:
            return True
        return False

    def _counted(self, today: date, calendar: Calendar) -> tuple[Timed, ...]:
        if self.direction == "out":
            handed = clock("plan-moved", self.moved, calendar, also=self.aware, met=self.came)
            return (timed(handed, today),)
        if self.came is None:
            return ()
        told = clock("plan-moved-told", self.came, met=self.told)
        review = clock("plan-moved-review", self.came, also=self.last_review, met=self.reviewed)
        return (timed(told, today), timed(review, today))

    @property
    def over(self) -> bool:
        """Return whether nothing is left to do."""
        if self.direction == "out":
            return self.came is not None
        return self.told is not None and self.reviewed is not None


def moves(unit: UnitOfWork) -> Iterator[PlanMove]:
    """Yield all moves, oldest first."""
    for item in unit.items.all(KIND):
        yield _read(item)


def move_of(unit: UnitOfWork, move_id: str) -> PlanMove:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return _read(unit.items.get(KIND, move_id))


def new_move(inside: Inside, direction: Direction, child: str, other: str, moved: date) -> PlanMove:
    """Return a move that is not kept yet."""
    return PlanMove(
        str(uuid.uuid4()), direction, child.strip(), other.strip(), moved, inside.clock.now()
    )


def keep_move(inside: Inside, org_id: str, move: PlanMove, actor: Actor, *, new: bool) -> PlanMove:
    """Keep a move, new or changed.

    :raises UsageError: ``text-missing``, ``date-in-future``, ``date-before-move``,
        ``date-unlikely``.
    :raises Conflict: ``item-changed``: somebody else changed it meanwhile.
    """
    _require_sense(inside, move)
    made = replace(move, state=DONE if move.over else OPEN)
    now = inside.clock.now()
    item = Item(
        KIND, made.move_id, made.state, _plain(made), made.created_at, now, version=move.version
    )
    with inside.store.unit(org_id) as unit:
        if new:
            unit.items.add(item)
            stored = item
        else:
            if move_of(unit, made.move_id).version != move.version:
                hint = "Somebody else changed it meanwhile. Look at it again."
                raise Conflict("item-changed", "/move", hint)
            stored = unit.items.update(item)
        unit.audit.record(actor, "plan-move.kept", "plan-move", made.move_id)
        unit.commit()
    return replace(made, version=stored.version)


def _require_sense(inside: Inside, move: PlanMove) -> None:
    if not move.child:
        raise UsageError("text-missing", "/child", "Say whose plan it is.")
    if not move.other:
        raise UsageError("text-missing", "/other", "Say which authority.")
    require_likely("plan-moved", move.moved, "/moved")
    if move.aware is not None:
        require_likely("plan-moved", move.aware, "/aware")
    if move.came is not None:
        require_likely("plan-moved-told", move.came, "/came")
    if move.last_review is not None:
        require_likely("plan-review", move.last_review, "/last_review")
    today = today_of(inside)
    for name in ("aware", "came", "last_review", "told", "reviewed"):
        day: date | None = getattr(move, name)
        if day is not None and day > today:
            raise UsageError("date-in-future", f"/{name}", "Give a day that has come.")
    # Who gives a plan away may do so early; who takes one over has no duty before the move.
    for name in ("told", "reviewed", *(("came",) if move.direction == "in" else ())):
        day = getattr(move, name)
        if day is not None and day < move.moved:
            raise UsageError("date-before-move", f"/{name}", "That was before the move.")


_DAYS = ("moved", "aware", "came", "last_review", "told", "reviewed")


def _plain(move: PlanMove) -> dict[str, JsonValue]:
    days: dict[str, JsonValue] = {}
    for name in _DAYS:
        day: date | None = getattr(move, name)
        days[name] = day.isoformat() if day else None
    return {
        **days,
        "direction": move.direction,
        "child": move.child,
        "other": move.other,
        "reference": move.reference,
    }


def _read(item: Item) -> PlanMove:
    told = item.content or {}
    return PlanMove(
        move_id=item.item_id,
        direction="out" if told["direction"] == "out" else "in",
        child=str(told["child"]),
        other=str(told["other"]),
        reference=str(told["reference"]),
        moved=date.fromisoformat(str(told["moved"])),
        aware=day_of(told.get("aware")),
        came=day_of(told.get("came")),
        last_review=day_of(told.get("last_review")),
        told=day_of(told.get("told")),
        reviewed=day_of(told.get("reviewed")),
        created_at=item.created_at,
        state=item.state,
        version=item.version,
    )
