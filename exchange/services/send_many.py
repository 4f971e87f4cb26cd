"""Send the packs of many pupils in one go: each by itself, what cannot go is listed at the end.

A round of sending is an item that names the pupils; it can be taken up again after a crash, since
sending a pack twice sends it once. Each pack has its own entry in the book, as if sent alone.
Where whoever sends was shown each pack, one that goes elsewhere or says something else by its turn
stays, and is listed.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exchange.errors import ExchangeError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Content, Item
from exchange.services.inside import Inside
from exchange.services.queue_bundle import Order
from exchange.services.send import send

KIND = "sending"
UNDER_WAY, DONE = "under-way", "done"
MOST = 500

log = logging.getLogger("senx.sending")
Alive = Callable[[], bool]
_running: set[str] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one pupil's pack: ``queued``, ``unchanged``, or ``refused`` with a code."""

    outcome: str
    code: str = ""
    hint: str = ""
    bundle_id: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of sending.

    :param seen: pupil -> mark of the pack that was shown (Order.seen); none: nothing was shown.
    """

    round_id: str
    state: str
    pupils: tuple[str, ...]
    order: Order
    leave_undecided: bool
    results: Mapping[str, Result]
    seen: Mapping[str, str] = field(default_factory=dict)

    @property
    def left(self) -> tuple[str, ...]:
        """Return the pupils whose turn has not come."""
        return tuple(one for one in self.pupils if one not in self.results)


def begin_round(
    inside: Inside,
    org_id: str,
    pupils: Sequence[str],
    order: Order,
    actor: Actor,
    *,
    leave_undecided: bool = False,
    seen: Mapping[str, str] | None = None,
) -> str:
    """Note whose packs shall go; return the id of the round.

    :param seen: marks of the packs as they were shown to who sends.
    :raises UsageError: ``nobody-chosen``, ``too-many-chosen``.
    :raises NotFound: ``pupil-unknown``.
    """
    chosen = tuple(dict.fromkeys(pupils))
    if not chosen:
        raise UsageError("nobody-chosen", "/pupil", "Choose at least one pupil.")
    if len(chosen) > MOST:
        raise UsageError("too-many-chosen", "/pupil", f"Choose {MOST} pupils at most.")
    now, round_id = inside.clock.now(), str(uuid.uuid4())
    content: Content = {
        "pupils": list(chosen),
        "purpose": order.purpose,
        "basis": order.lawful_basis,
        "leave": leave_undecided,
        "seen": {one: (seen or {}).get(one, "") for one in chosen},
        "results": {},
    }
    with inside.store.unit(org_id) as unit:
        for one in chosen:
            unit.pupils.get(one)
        unit.items.add(Item(KIND, round_id, UNDER_WAY, content, now, now))
        unit.audit.record(actor, "sending.begun", "sending", round_id)
        unit.commit()
    return round_id


def round_of(unit: UnitOfWork, round_id: str) -> Round:
    """Return a round.

    :raises NotFound: ``item-unknown``.
    """
    return _read(unit.items.get(KIND, round_id))


def is_running(round_id: str) -> bool:
    """Return whether this process is at work on it."""
    with _lock:
        return round_id in _running


def always() -> bool:
    """Say that a round may go on."""
    return True


def run_apart(
    inside: Inside, org_id: str, round_id: str, actor: Actor, alive: Alive = always
) -> None:
    """Work on a round in a thread of its own, unless one is at it."""
    with _lock:
        if round_id in _running:
            return
        _running.add(round_id)
    threading.Thread(
        target=_run, args=(inside, org_id, round_id, actor, alive), daemon=True
    ).start()


def _run(inside: Inside, org_id: str, round_id: str, actor: Actor, alive: Alive) -> None:
    try:
        run_round(inside, org_id, round_id, actor, alive)
    except ExchangeError as error:
        log.error("round stopped code=%s", error.code)
    except Exception as error:  # noqa: BLE001 (a thread's last word; its message may hold a value)
        log.error("round stopped kind=%s", type(error).__name__)
    finally:
        with _lock:
            _running.discard(round_id)


def run_round(
    inside: Inside, org_id: str, round_id: str, actor: Actor, alive: Alive = always
) -> Round:
    """Send what is left of a round, one pupil after the other.

    :param alive: whether who sends still may, asked before each pack; if not, the rest stays for
        somebody who takes the round up.
    """
    with inside.store.reading(org_id) as unit:
        found = round_of(unit, round_id)
    for pupil_id in found.left:
        if not alive():
            return found
        found = _note(
            inside, org_id, round_id, pupil_id, _one(inside, org_id, pupil_id, found, actor)
        )
    if found.state == DONE:
        return found
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, round_id)
        unit.items.update(replace(item, state=DONE, updated_at=inside.clock.now()))
        unit.audit.record(actor, "sending.ended", "sending", round_id, detail=_counts(found))
        unit.commit()
    return replace(found, state=DONE)


def _one(inside: Inside, org_id: str, pupil_id: str, found: Round, actor: Actor) -> Result:
    try:
        sent = send(
            inside,
            org_id,
            pupil_id,
            replace(found.order, seen=found.seen.get(pupil_id, "")),
            actor,
            update=True,
            leave_undecided=found.leave_undecided,
        )
    except ExchangeError as error:
        return Result("refused", error.code, error.hint)
    return Result(sent.outcome, bundle_id=sent.transfer.bundle_id)


def _note(inside: Inside, org_id: str, round_id: str, pupil_id: str, result: Result) -> Round:
    """Keep one result; no entry of its own: the pack that was sent has one."""
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, round_id)
        content = dict(item.content or {})
        before = content["results"]
        told = dict(before) if isinstance(before, Mapping) else {}
        told[pupil_id] = {
            "outcome": result.outcome,
            "code": result.code,
            "hint": result.hint,
            "bundle": result.bundle_id,
        }
        content["results"] = told
        changed = replace(item, content=content, updated_at=inside.clock.now())
        kept = unit.items.update(changed, quiet=True)
        unit.commit()
    return _read(replace(kept, content=content))


def _counts(found: Round) -> dict[str, str]:
    outcomes = [one.outcome for one in found.results.values()]
    return {name: str(outcomes.count(name)) for name in ("queued", "unchanged", "refused")}


def _read(item: Item) -> Round:
    content = item.content or {}
    pupils, results = content["pupils"], content["results"]
    told = results if isinstance(results, Mapping) else {}
    seen = content.get("seen")
    marks = seen if isinstance(seen, Mapping) else {}
    return Round(
        round_id=item.item_id,
        state=item.state,
        pupils=tuple(str(one) for one in pupils) if isinstance(pupils, list | tuple) else (),
        order=Order(purpose=str(content["purpose"]), lawful_basis=str(content["basis"])),
        leave_undecided=content["leave"] is True,
        results={str(key): _result(value) for key, value in told.items()},
        seen={str(key): str(value) for key, value in marks.items()},
    )


def _result(value: object) -> Result:
    told = value if isinstance(value, Mapping) else {}
    return Result(
        str(told.get("outcome", "")),
        str(told.get("code", "")),
        str(told.get("hint", "")),
        str(told.get("bundle", "")),
    )
