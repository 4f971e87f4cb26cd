"""What a family types: kept as it is typed, and when their visit ended meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from exchange.errors import ExchangeError
from exchange.faces.share.safety import COOKIE
from exchange.services.links.door import Door, Visit
from exchange.services.links.link_drafts import LinkDrafts, lapsed_visit
from exchange.services.links.model import Purpose
from schemas.strict_json import JsonValue

_FIELDS = ("wants", "why", "views", "may_send", "correction")
_FORM = re.compile(r"views|correction|paper-[0-9a-f]{16}")
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one form.

    :param quietly: the script sends it while somebody types; nothing is said by that.
    :param kept: it was kept before, and is shown again.
    """

    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    quietly: bool = False
    kept: bool = False

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def is_longer(self, name: str, longest: int) -> bool:
        """Return whether a text is too long."""
        return len(self[name]) > longest

    @classmethod
    def sent(cls) -> Typed:
        """Return what was sent with this request."""
        told = {one: _plain(request.form[one]) for one in _FIELDS if one in request.form}
        return cls(told, quietly=request.form.get("then") == "quietly")


class FamilyTyped:
    """Keeps what is typed into the forms of one link, sealed to the link."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._drafts = LinkDrafts(door, _LARGEST)

    def kept(self, visit: Visit, form: str) -> Typed:
        """Return what was typed into a form and not sent."""
        found = self._drafts.read(visit).get(form)
        if not isinstance(found, dict):
            return Typed()
        told = {name: str(found[name]) for name in _FIELDS if name in found}
        return Typed(told, kept=any(told.values()))

    def keep(self, visit: Visit, form: str, typed: Typed) -> None:
        """Keep what stands in a form.

        :raises UsageError: ``text-too-long``. :raises NotFound: ``link-ended``.
        """
        if _FORM.fullmatch(form):
            told: dict[str, JsonValue] = dict(typed.fields)
            self._drafts.keep(visit, {**self._drafts.read(visit), form: told})

    def forget(self, visit: Visit, form: str) -> None:
        """Let go of what was sent; that it cannot be let go of now stops nobody."""
        try:
            before = self._drafts.read(visit)
            if form in before:
                rest = {key: one for key, one in before.items() if key != form}
                self._drafts.keep(visit, rest)
        except ExchangeError:
            return

    def park(self, form: str, typed: Typed) -> bool:
        """Keep what somebody sent whose visit was over; return whether it was kept."""
        try:
            visit = lapsed_visit(self._door, request.cookies.get(COOKIE, ""))
            if visit is None or visit.marks.purpose is not Purpose.FAMILY:
                return False
            if not visit.is_form(request.form.get("form_token", "")):
                return False
            self.keep(visit, form, typed)
        except ExchangeError:
            return False
        return bool(_FORM.fullmatch(form)) and any(typed.fields.values())


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
