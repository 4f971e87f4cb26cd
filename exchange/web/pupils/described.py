"""How a record that people write by hand is described: its own fields, and its lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from exchange.domain.clocks import london_day
from exchange.web.here import inside
from exchange.web.pupils.inputs import Choices, Spec
from schemas.base import Problem, SubjectRecord
from schemas.codes import code_set
from schemas.parts import Part


@dataclass(frozen=True, slots=True)
class PartPage:
    """One list of a record, edited item by item.

    :param field: the attribute that holds the list; ``kind`` what it holds.
    :param tells: the attribute that tells an item in a list of them.
    :param numbered: the items have a ``number`` of their own, which the page gives.
    :param counts: the attribute in which a new item stands after the others; people may change it.
    """

    field: str
    one: str
    many: str
    kind: type[Part]
    specs: tuple[Spec, ...]
    tells: str
    hint: str = ""
    numbered: bool = False
    counts: str = ""

    @property
    def article(self) -> str:
        """Return ``a`` or ``an``, as the word for one of them asks."""
        return "an" if self.one[0] in "aeiou" else "a"


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record.

    :param dated: the attribute that takes today's day at each change.
    :param starts: whether its own fields must be written before its lists can be.
    :param doubts: what of the record cannot be right on a day, though its schema takes it.
    """

    slot: str
    title: str
    kind: type[SubjectRecord]
    specs: tuple[Spec, ...]
    parts: tuple[PartPage, ...] = ()
    hint: str = ""
    dated: str | None = "written"
    starts: bool = False
    endpoint: str = "pupils.record"
    doubts: Callable[[Any, date], Sequence[Problem]] | None = None

    def without_places(self) -> RecordPage:
        """Return the page without what names the next school: for a protected move."""
        specs = tuple(one for one in self.specs if not one.name.startswith("names_school-"))
        parts = tuple(one for one in self.parts if one.field != "key_adults")
        return replace(self, specs=specs, parts=parts)

    def part(self, field: str) -> PartPage | None:
        """Return the page of one of its lists."""
        return next((one for one in self.parts if one.field == field), None)


def codes(name: str) -> Choices:
    """Return what may be chosen today from a code set."""

    def listed() -> Sequence[tuple[str, str]]:
        today = london_day(inside().clock.now())
        return [(one.code, one.label) for one in code_set(name).current(today)]

    return listed


def councils(country: str | None = None) -> Choices:
    """Return the councils of today by their names; a code whose council nobody knows is none.

    :param country: only those of England (``ENG``), or of Wales (``WLS``).
    """

    def listed() -> Sequence[tuple[str, str]]:
        today = london_day(inside().clock.now())
        known = [
            one
            for one in code_set("la").current(today)
            if "unnamed" not in one.attributes and country in (None, one.attributes.get("country"))
        ]
        return [(one.code, one.label) for one in sorted(known, key=lambda each: each.label)]

    return listed


def fixed(*pairs: tuple[str, str]) -> Choices:
    """Return the same choices always."""
    return lambda: pairs


YES_NO = fixed(("yes", "Yes"), ("no", "No"))


def person_specs(prefix: str, needed: bool = True) -> tuple[Spec, ...]:
    """Return name and role of a person."""
    return (
        Spec(f"{prefix}name", "Name", "line", needed=needed),
        Spec(f"{prefix}role", "Role", "line", "For example SENCO, class teacher.", needed=needed),
    )
