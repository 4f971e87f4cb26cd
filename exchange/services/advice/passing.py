"""Make the link of a colleague whom somebody of an agency named: their own link, their own code."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from exchange.errors import ExchangeError, NotFound, SettingsError, StorageFull
from exchange.ports import Actor
from exchange.services.advice.asking import still_shared
from exchange.services.advice.carrying import carry_by_link
from exchange.services.advice.model import (
    KIND,
    MOST_LINKS,
    OVER,
    AdviceRequest,
    State,
    request_from,
)
from exchange.services.advice.said import PASSING, keep, tell_asker
from exchange.services.inside import Inside
from exchange.services.links.making import checked_person
from exchange.services.links.model import Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.protect import protection_of, require_ordinary
from keys.errors import KeysError
from schemas.errors import SchemaError

WORKER = Actor("worker", "machine")
_PASSES = frozenset({"item-changed", "store-busy", "store-failed"})
_log = logging.getLogger("senx.advice")


def make_links(inside: Inside, org_id: str, means: Means) -> int:
    """Make the links of all colleagues who wait for one; return how many there were."""
    with inside.store.reading(org_id) as unit:
        waiting = [one.item_id for one in unit.items.all(PASSING)]
    for item_id in waiting:
        try:
            _make_or_drop(inside, org_id, item_id, means)
        except (ExchangeError, KeysError, SchemaError) as error:
            # It is tried again; the next colleague gets a link all the same.
            _log.warning("passing item=%s outcome=%s", item_id, error.code)
    return len(waiting)


def _make_or_drop(inside: Inside, org_id: str, item_id: str, means: Means) -> None:
    try:
        _make(inside, org_id, item_id, means)
    except (ExchangeError, SchemaError) as error:
        if _passes(error):
            raise
        _log.warning("passing item=%s outcome=%s", item_id, error.code)
        _drop(inside, org_id, item_id, error.code)


def _passes(error: ExchangeError | SchemaError) -> bool:
    """Return whether nothing is wrong with what was said: it is done in the next round."""
    ours = isinstance(error, SettingsError | StorageFull)
    return ours or error.code in _PASSES or error.code.startswith("directory-")


def _make(inside: Inside, org_id: str, item_id: str, means: Means) -> None:
    with inside.store.reading(org_id) as unit:
        told = dict(unit.items.get(PASSING, item_id).content or {})
        request = request_from(unit.items.get(KIND, str(told["request"])))
        protected = protection_of(unit, request.pupil_id) is not None
        shared = still_shared(inside, unit, request)
    if protected or (request.state in OVER and request.state is not State.FILED):
        _drop(inside, org_id, item_id, "advice-over")
        return
    if len(request.links) >= MOST_LINKS:
        _drop(inside, org_id, item_id, "colleagues-too-many")
        return
    # Who passes on says who they are: nobody here has rung them yet, and the page says so.
    person = checked_person(
        Person(
            name=str(told["name"]),
            role=str(told["role"]),
            mail=str(told["mail"]),
            phone=str(told["phone"]),
            confirmed=f"Named by {told['by']}",
        )
    )
    inviter = Inviter(request.asked_by, request.asked_role, request.asker_mail)
    carried = carry_by_link(inside, org_id, request, shared, means, person, inviter)
    try:
        with inside.store.unit(org_id) as unit:
            newest: AdviceRequest = request_from(unit.items.get(KIND, request.request_id))
            require_ordinary(unit, newest.pupil_id)  # protected while it was being sealed
            assert carried.store is not None and carried.link is not None  # noqa: S101, PT018
            carried.store(unit, WORKER)
            links = (*newest.links, carried.link.link_id)
            keep(unit, replace(newest, links=links), inside.clock.now())
            unit.items.remove(PASSING, item_id)
            unit.audit.record(WORKER, "advice.link-made", "advice", request.request_id)
            unit.commit()
    except BaseException:
        for name in carried.blobs:
            inside.blobs.delete(org_id, name)
        raise


def _drop(inside: Inside, org_id: str, item_id: str, code: str) -> None:
    """Give a colleague no link; who asked is told, as whoever named them believes that it went."""
    with inside.store.unit(org_id) as unit:
        told = dict(unit.items.get(PASSING, item_id).content or {})
        unit.items.remove(PASSING, item_id)
        with suppress(NotFound):
            request = request_from(unit.items.get(KIND, str(told.get("request"))))
            if request.state is not State.CANCELLED:
                tell_asker(inside, unit, request, "agency-not-passed", inside.clock.now())
        unit.audit.record(
            WORKER, "advice.passing-dropped", "advice", item_id, "refused", {"code": code}
        )
        unit.commit()
