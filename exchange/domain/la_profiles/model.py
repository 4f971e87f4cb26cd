"""Profiles as they are read from ``data/*.toml``; a file that is not whole is refused at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from exchange.errors import NotFound
from schemas.codes import code_set

GENERIC = "generic"
"""The profile of every authority that has none of its own."""

_MEGABYTE = 1_000_000


class Form(StrEnum):
    """How an authority takes a request where it has not joined."""

    PORTAL = "portal"
    EMAIL = "email"
    POST = "post"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Address:
    """Where and how a request is handed in.

    :param about: a sentence for the person who does it; never an address of a child.
    """

    form: Form
    about: str


@dataclass(frozen=True, slots=True)
class Want:
    """A document or fact that the authority likes to see.

    :param any_of: document types that answer it; ``records``: kinds of record that do.
    :param oldest_months: older ones warn; None: the type's own shelf life applies.
    :param at_least: how many.
    """

    code: str
    label: str
    any_of: tuple[str, ...]
    records: tuple[str, ...]
    oldest_months: int | None
    at_least: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the authority's own form."""

    code: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class LaProfile:
    """What one authority likes to see.

    :param authority: three digits; empty: it is nobody's own (generic, or an example).
    :param example: invented, to show what such a list looks like.
    :param cycles: rounds of assess, plan, do, review with a review held.
    :param wants_signed_form: a signed consent or privacy form.
    :param file_cap: bytes of one file at most; ``total_cap`` of all together. None: not told.
    :param threshold: pounds that a school is expected to find itself. None: no costs wanted.
    :param weeks: weeks of a school year in the authority's formula.
    """

    profile_id: str
    name: str
    version: date
    authority: str
    example: bool
    source: str
    cycles: int
    wants_signed_form: bool
    file_cap: int | None
    total_cap: int | None
    threshold: Decimal | None
    weeks: int
    address: Address
    wants: tuple[Want, ...]
    questions: tuple[Question, ...]

    @property
    def threshold_pence(self) -> int | None:
        """Return the threshold in pence, as records write money."""
        return None if self.threshold is None else int(self.threshold * 100)


def profile(profile_id: str) -> LaProfile:
    """Return one profile.

    :raises exchange.errors.NotFound: ``profile-unknown``.
    """
    found = _all().get(profile_id)
    if found is None:
        raise NotFound("profile-unknown", "/profile", "Choose one of the list.")
    return found


def profiles() -> tuple[LaProfile, ...]:
    """Return every profile: the generic one first, then by name."""
    return tuple(sorted(_all().values(), key=lambda one: (one.profile_id != GENERIC, one.name)))


def profile_for(authority: str | None) -> LaProfile:
    """Return the profile of an authority, by its three digits; the generic one for the rest."""
    own = (one for one in _all().values() if one.authority and one.authority == authority)
    return next(own, _all()[GENERIC])


@cache
def _all() -> Mapping[str, LaProfile]:
    folder = resources.files(__package__).joinpath("data")
    read = [
        _read(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return {one.profile_id: one for one in read}


def _read(data: Mapping[str, Any]) -> LaProfile:
    threshold = data.get("threshold_pounds")
    return LaProfile(
        profile_id=data["id"],
        name=data["name"],
        version=data["version"],
        authority=data.get("authority", ""),
        example=data.get("example", False),
        source=data["source"],
        cycles=data["cycles"],
        wants_signed_form=data["signed_form"],
        file_cap=_bytes(data.get("file_cap_mb")),
        total_cap=_bytes(data.get("total_cap_mb")),
        threshold=None if threshold is None else Decimal(threshold),
        weeks=data["weeks"],
        address=Address(Form(data["address"]["form"]), data["address"]["about"]),
        wants=tuple(_want(one) for one in data.get("wants", ())),
        questions=tuple(
            Question(one["code"], one["text"], one.get("hint", ""))
            for one in data.get("questions", ())
        ),
    )


def _bytes(megabytes: int | None) -> int | None:
    # As portals count: a file of "10 MB" is refused by the stricter reading, so the stricter holds.
    return None if megabytes is None else megabytes * _MEGABYTE


def _want(data: Mapping[str, Any]) -> Want:
    types = tuple(data.get("any_of", ()))
    known = code_set("document-type")
    for code in types:
        known.lookup(code)
    return Want(
        code=data["code"],
        label=data["label"],
        any_of=types,
        records=tuple(data.get("records", ())),
        oldest_months=data.get("oldest_months"),
        at_least=data.get("at_least", 1),
    )
