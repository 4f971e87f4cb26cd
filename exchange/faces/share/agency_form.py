"""What somebody typed about their report: kept as it is, and read once it is whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from exchange.errors import UsageError
from exchange.services.links.agency_about import About, check_about
from schemas.strict_json import JsonValue

_DAY = re.compile(r"(\d{1,2})\s*[/. -]\s*(\d{1,2})\s*[/. -]\s*(\d{4})")
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: texts, whatever they are.

    :param written: a day in three boxes; ``seen`` days as lines.
    """

    type: str = ""
    author: str = ""
    role: str = ""
    organisation: str = ""
    register: str = ""
    number: str = ""
    register_name: str = ""
    written_day: str = ""
    written_month: str = ""
    written_year: str = ""
    seen: str = ""
    readers: str = "usual"
    whom: tuple[str, ...] = ()
    reason: str = ""
    parents: str = ""

    @property
    def begun(self) -> bool:
        """Return whether anything was typed."""
        return bool(self.author or self.role or self.written_year)


def typed_of(told: Mapping[str, Any]) -> Typed:
    """Return what a form or a draft holds; what is too long is cut."""
    values: dict[str, Any] = {}
    for one in fields(Typed):
        if one.name == "whom":
            listed = told.getlist("whom") if hasattr(told, "getlist") else told.get("whom", [])
            values["whom"] = tuple(str(each)[:40] for each in listed)[:20]
        else:
            values[one.name] = str(told.get(one.name, one.default))[:_LONGEST]
    return Typed(**values)


def first_typed(view: Mapping[str, Any]) -> Typed:
    """Return what the asker said already of who is asked, for who need not type it again."""
    return Typed(
        type=str(view["wanted_type"]),
        author=str(view.get("reader", "")),
        role=str(view.get("reader_role", "")),
        organisation=str(view.get("body", "")),
    )


def values_of(typed: Typed) -> dict[str, JsonValue]:
    """Return plain values to be kept as a draft."""
    values: dict[str, JsonValue] = {
        one.name: getattr(typed, one.name) for one in fields(Typed) if one.name != "whom"
    }
    return values | {"whom": list(typed.whom)}


def about_of(typed: Typed, today: date) -> About:
    """Return what is said of the report, once it is whole.

    :raises UsageError: something is missing or unclear; the path is the field's.
    :raises Wrapped: another rule of the record.
    """
    if not typed.role.strip():
        raise UsageError("line-unclear", "/role", "Write what you are, such as speech therapist.")
    if not typed.author.strip():
        raise UsageError("line-unclear", "/author", "Write the name of the author.")
    return check_about(
        About(
            type=typed.type,
            author=typed.author.strip(),
            role=typed.role.strip(),
            written=_written(typed),
            organisation=typed.organisation.strip(),
            register=typed.register,
            number=typed.number.strip(),
            register_name=typed.register_name.strip(),
            seen=tuple(_day(one) for one in typed.seen.split("\n") if one.strip()),
            readers=typed.readers,
            whom=typed.whom if typed.readers != "usual" else (),
            parents_have_seen=typed.parents if typed.parents in ("yes", "no") else "",
            reason=typed.reason,
        ),
        today,
    )


def _written(typed: Typed) -> date:
    try:
        return date(int(typed.written_year), int(typed.written_month), int(typed.written_day))
    except ValueError:
        hint = "Give the day on which it was written, as 27 3 2026."
        raise UsageError("day-unclear", "/written", hint) from None


def _day(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        hint = "Write each day on a line of its own, as 27/3/2026."
        raise UsageError("day-unclear", "/seen", hint) from None
