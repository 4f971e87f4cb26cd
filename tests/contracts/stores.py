"""What the contract of a store is tried with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pytest

from exchange.errors import (
    ExchangeError,
)
from exchange.ports import Store, UnitOfWork
from tests.exchange.store.support import ACTOR, ORG


class Pair(Protocol):
    """One store as a process with keys and as one without keys sees it."""

    inner: Store
    outward: Store


@dataclass
class MadePair:
    inner: Store
    outward: Store


def note(unit: UnitOfWork) -> None:
    unit.audit.record(ACTOR, "test.step", "test", "1")


def put(store: Store, *steps: Callable[[UnitOfWork], object], org_id: str = ORG) -> None:
    with store.unit(org_id) as unit:
        for step in steps:
            step(unit)
        note(unit)
        unit.commit()


def code_of(caught: pytest.ExceptionInfo[ExchangeError]) -> str:
    return caught.value.code
