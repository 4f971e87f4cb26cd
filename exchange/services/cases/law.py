"""What the law asks at each decision, in its words, as dated data (law.json beside this file)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of the law.

    :param source: where they stand; ``check`` nobody has held them against it yet.
    """

    text: str
    source: str
    check: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """What one decision is measured by.

    :param test: the legal test, quoted.
    :param tell: what the letter to the parent or young person has to say where the answer is no.
    """

    test: Quoted
    tell: tuple[Quoted, ...]


@cache
def law() -> Mapping[str, Law]:
    """Return the law by decision: ``assess``, ``plan``."""
    told = json.loads((files("exchange.services.cases") / "law.json").read_text("utf-8"))
    return {
        what: Law(_quoted(one["test"]), tuple(_quoted(each) for each in one["tell"]))
        for what, one in told["decisions"].items()
    }


def _quoted(told: Mapping[str, object]) -> Quoted:
    return Quoted(str(told["text"]), str(told["source"]), bool(told.get("check")))
