"""Find a service that has joined, by its name or number, on the page on which it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError
from exchange.services.trust import organisation, organisations_called
from exchange.web.here import inside, org_id

if TYPE_CHECKING:
    from keys.directory import Organisation

KINDS = (
    ("health", "Health service"),
    ("agency", "Another specialist service"),
    ("school", "School or college"),
    ("la", "Local authority"),
)
_SCHEMES = (("ods", "ODS code"), ("urn", "URN"), ("la", "council number"), ("ukprn", "UKPRN"))
_MOST = 10
_KEPT = ("review", "guest")
"""What else an address may carry on: any name but these could be one that ``url_for`` obeys."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One that has joined, as it is shown: what it is, and by which number others know it."""

    org_id: str
    name: str
    kind: str
    about: str


def find_whom() -> dict[str, Any]:
    """Return what a template needs to look for a service, and the one that was chosen."""
    typed = request.args.get("find", "").strip()
    kept = {name: request.args[name] for name in _KEPT if name in request.args}
    here = {**(request.view_args or {}), **kept}
    now = inside().clock.now()
    listed = organisations_called(inside().directory(), typed, now, _MOST + 1) if typed else ()
    others = [one for one in listed if one.org_id != org_id()]
    return {
        "find": typed,
        "found": [
            (_joined(one), url_for(request.endpoint or "", **here, to=one.org_id))
            for one in others[:_MOST]
        ],
        "more": len(others) > _MOST,
        "kept": kept,
        "joined": chosen(),
        "unchosen": url_for(request.endpoint or "", **here),
    }


def chosen() -> Joined | None:
    """Return the one that was chosen from the list, if it is in the directory still."""
    wanted = request.args.get("to", "")
    if not wanted or wanted == org_id():
        return None
    try:
        return _joined(organisation(inside().directory(), wanted, inside().clock.now()))
    except ExchangeError:
        return None


def _joined(one: Organisation) -> Joined:
    kind = "Specialist service" if one.kind == "agency" else dict(KINDS).get(one.kind, "")
    about = ", ".join(part for part in (kind, _number(one)) if part)
    return Joined(one.org_id, one.name, one.kind, about)


def _number(one: Organisation) -> str:
    today: date = london_day(inside().clock.now())
    for scheme, label in _SCHEMES:
        number = one.identifier(scheme, today)
        if number:
            return f"{label} {number}"
    return ""
