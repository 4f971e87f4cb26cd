"""The book of rules: read once from the data files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from exchange.domain.clocks.model import Count, ExceptionRule, Pick, Rule, Unit
from exchange.errors import NotFound, UsageError

_HINT = "The rules are the data files of exchange/domain/clocks/rules."


def rule(code: str, on: date | None = None) -> Rule:
    """Return a rule as it stood on a day; its newest version where no day is given.

    :raises NotFound: ``rule-unknown``.
    :raises UsageError: ``rule-not-in-force`` on that day.
    """
    versions = _book().get(code)
    if versions is None:
        raise NotFound("rule-unknown", "/rule", _HINT)
    if on is None:
        return versions[-1]
    for one in reversed(versions):
        if one.in_force(on):
            return one
    raise UsageError("rule-not-in-force", "/starts", "Check the date: no such rule held then.")


def rules() -> tuple[Rule, ...]:
    """Return the newest version of every rule, by number."""
    newest = (versions[-1] for versions in _book().values())
    return tuple(sorted(newest, key=lambda one: one.number))


def exceptions_for(rule: str) -> tuple[ExceptionRule, ...]:
    """Return the reasons for which this time limit need not be kept; none for most."""
    return tuple(one for one in _exceptions().values() if rule in one.regulations)


def exception_label(reason: str) -> str:
    """Return a reason as a person reads it.

    :raises NotFound: ``exception-unknown``.
    """
    found = _exceptions().get(reason)
    if found is None:
        raise NotFound("exception-unknown", "/reason", "Choose a reason from the list.")
    return found.label


@cache
def _book() -> Mapping[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for content in _files():
        for entry in content.get("rule", []):
            versions = tuple(_version(entry, one) for one in entry["version"])
            found[entry["code"]] = versions
    return MappingProxyType(found)


@cache
def _exceptions() -> Mapping[str, ExceptionRule]:
    found: dict[str, ExceptionRule] = {}
    for content in _files():
        for entry in content.get("exception", []):
            found[entry["code"]] = ExceptionRule(
                code=entry["code"],
                label=entry["label"],
                regulations=MappingProxyType(dict(entry["regulations"])),
                check=frozenset(entry.get("check", ())),
            )
    return MappingProxyType(found)


def _files() -> Iterator[Mapping[str, Any]]:
    folder = resources.files("exchange.domain.clocks").joinpath("rules")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield tomllib.loads(file.read_text("utf-8"))


def _version(entry: Mapping[str, Any], version: Mapping[str, Any]) -> Rule:
    return Rule(
        code=entry["code"],
        number=entry["number"],
        label=entry["label"],
        text=version["text"],
        regulation=version["regulation"],
        check=version.get("check", False),
        counts=tuple(_count(one) for one in version["count"]),
        pick=Pick(version.get("pick", Pick.LATER)),
        in_force_from=version.get("in_force_from"),
        in_force_until=version.get("in_force_until"),
    )


def _count(entry: Mapping[str, Any]) -> Count:
    before = entry.get("before")
    month, _, day = (before or "").partition("-")
    return Count(
        start=entry["from"],
        unit=Unit(entry["unit"]),
        count=entry.get("count", 0),
        beginning_with=entry.get("beginning_with", False),
        before=(int(month), int(day)) if before else None,
    )
