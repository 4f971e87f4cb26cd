"""Counts guesses, by account and by source, and shuts the door on who guesses too often.

A guess is counted before it is checked and taken back where it proves right: however many come at
once, no more than the rule allows are ever checked. Names and addresses are kept as keyed tags.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from exchange.audit import NODE
from exchange.domain.sign_in import BY_ACCOUNT, BY_SOURCE, Rule, Tally, guessed, taken_back
from exchange.errors import Refused
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside

KIND = "throttle"
_KEEP = timedelta(days=2)
_FACE = Actor("sign-in", "machine")


@dataclass(frozen=True, slots=True)
class Subject:
    """What guesses are counted by: ``login``, ``code`` (second factor), ``source``."""

    kind: str
    value: str

    @property
    def rule(self) -> Rule:
        """Return how many are let through."""
        return BY_SOURCE if self.kind == "source" else BY_ACCOUNT


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess that was counted."""

    subjects: tuple[Subject, ...]
    at: datetime


def count_guess(inside: Inside, subjects: Sequence[Subject]) -> Guess:
    """Count a guess that is about to be checked.

    :raises Refused: ``sign-in-paused``: too many; the hint tells for how long.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:  # who is paused shall not hold up the writers
        _refuse_paused(inside, unit, subjects, now)
    with inside.store.unit(NODE) as unit:
        items = _refuse_paused(inside, unit, subjects, now)
        for one, item in zip(subjects, items, strict=True):
            after = guessed(_tally(item), one.rule, now)
            _save(unit, item, after, now)
            if after.until is not None:
                detail = {"by": one.kind, "minutes": str(_minutes(after.wait(now)))}
                unit.audit.record(_FACE, "sign-in.paused", "throttle", item.item_id, detail=detail)
        unit.commit()
    return Guess(tuple(subjects), now)


def was_right(inside: Inside, guess: Guess) -> None:
    """Take a guess back that proved right; a person who is known starts with a clean slate."""
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        for one in guess.subjects:
            item = _item(inside, unit, one, now)
            if one.kind == "source":
                _save(unit, item, taken_back(_tally(item), guess.at), now)
            else:
                unit.items.remove(KIND, item.item_id, quiet=True)
        unit.commit()


def forgive(inside: Inside, unit: UnitOfWork, subject: Subject) -> None:
    """Open the door again: an administrator knows who it was."""
    unit.items.remove(KIND, _id(inside, subject), quiet=True)


def waiting(inside: Inside, subject: Subject) -> timedelta:
    """Return how long a door is shut."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        return _tally(_item(inside, unit, subject, now)).wait(now)


def tag_of(inside: Inside, subject: Subject) -> str:
    """Return what the book calls a subject."""
    return _id(inside, subject)


def paused(wait: timedelta) -> Refused:
    """Return the error that tells a person how long to wait, and what else to do."""
    minutes = _minutes(wait)
    unit = "minute" if minutes == 1 else "minutes"
    hint = (
        f"There were too many wrong tries. Wait {minutes} {unit}, then try again. A passkey or "
        "your organisation's own sign-in still works. If it was not you, tell your administrator."
    )
    return Refused("sign-in-paused", hint=hint)


def _refuse_paused(
    inside: Inside, unit: UnitOfWork, subjects: Sequence[Subject], now: datetime
) -> list[Item]:
    items = [_item(inside, unit, one, now) for one in subjects]
    wait = max((_tally(item).wait(now) for item in items), default=timedelta(0))
    if wait:
        raise paused(wait)
    return items


def _minutes(wait: timedelta) -> int:
    return max(1, math.ceil(wait / timedelta(minutes=1)))


def _id(inside: Inside, subject: Subject) -> str:
    general = inside.vault.compartment(NODE, "general")
    return general.tag(f"throttle-{subject.kind}", subject.value.encode("utf-8", "replace"))


def _item(inside: Inside, unit: UnitOfWork, subject: Subject, now: datetime) -> Item:
    """Return the item of a subject; version 0 where there is none yet."""
    tag = _id(inside, subject)
    found = unit.items.find(KIND, tag)
    if found is not None:
        return found
    return Item(KIND, tag, "counting", {}, created_at=now, updated_at=now, lookup=tag, version=0)


def _save(unit: UnitOfWork, item: Item, tally: Tally, now: datetime) -> None:
    clear: dict[str, Any] = {
        "guesses": [int(one.timestamp()) for one in tally.guesses],
        "locks": tally.locks,
        "until": None if tally.until is None else int(tally.until.timestamp()),
    }
    changed = replace(item, clear=clear, updated_at=now, due_at=now + _KEEP)
    if item.version:
        unit.items.update(changed, quiet=True)
    else:
        unit.items.add(replace(changed, version=1), quiet=True)


def _tally(item: Item) -> Tally:
    clear: Any = item.clear
    if not clear:
        return Tally()
    until = clear["until"]
    return Tally(
        tuple(datetime.fromtimestamp(one, UTC) for one in clear["guesses"]),
        clear["locks"],
        None if until is None else datetime.fromtimestamp(until, UTC),
    )
