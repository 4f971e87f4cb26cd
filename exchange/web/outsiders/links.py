"""One link: where it stands, the code to read out, and its end."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.access import Role
from exchange.errors import NotFound
from exchange.ports import Transfer
from exchange.services.links.codes import CodeToRead, codes_to_read
from exchange.services.links.model import KIND, Channel, Link, LinkState, Purpose, link_of
from exchange.services.links.pick_up import link_of_pack
from exchange.services.links.revoke import revoke
from exchange.services.protect import hidden, require_shown
from exchange.web.here import actor, inside, may, org_id, visitor
from exchange.web.pupils.child import child_of
from exchange.web.pupils.sending import PURPOSES
from schemas.base import load_bytes
from schemas.statement import Statement


def link(link: str) -> Any:
    """Show where a link stands."""
    return _page(link)


def of_pack(bundle: str) -> Any:
    """Lead from a pack to its newest link."""
    with inside().store.reading(org_id()) as unit:
        transfer = unit.transfers.get(bundle)
        require_shown(unit, transfer, visitor().account_id)
    found = link_of_pack(inside(), org_id(), transfer)
    if found is None:
        raise NotFound("link-unknown")
    return redirect(url_for("outsiders.link", link=found.link_id), 303)


def code(link: str) -> Any:
    """Show the code that was asked for, to who reads it out; the look is in the book."""
    found, _ = _found(link)
    if found.person.channel is not Channel.READ_OUT:
        raise NotFound("code-unknown")
    codes = codes_to_read(inside(), org_id(), link)
    with inside().store.unit(org_id()) as unit:
        unit.audit.record(actor(), "link.code-shown", "link", link)
        unit.commit()
    return _page(link, codes, asked=True)


def revoke_link(link: str) -> Any:
    """End a link."""
    _found(link)
    revoke(inside(), org_id(), link, actor())
    flash("The link is ended. What was read or saved before cannot be called back.")
    return redirect(url_for("outsiders.link", link=link), 303)


def _page(link_id: str, codes: list[CodeToRead] | None = None, *, asked: bool = False) -> Any:
    found, transfer = _found(link_id)
    now = inside().clock.now()
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, found.pupil_id)
    return render_template(
        "outsiders/link.html",
        link=found,
        child=child,
        transfer=transfer,
        order=_order_of(transfer) if transfer else {},
        is_open=found.is_open(now),
        state="ended" if found.state is LinkState.OPEN and not found.is_open(now) else found.state,
        reads_out=found.person.channel is Channel.READ_OUT,
        may_send=may(Role.SENCO),
        may_end=may(Role.SENCO, Role.SEN_ADMINISTRATOR),
        code=codes[0] if codes else None,
        asked=asked,
        is_family=found.purpose is Purpose.FAMILY,
    )


def _order_of(transfer: Transfer) -> dict[str, str]:
    """Return what a pack was shared for, for one that is sent in its place."""
    signed = load_bytes(Statement, transfer.statement)  # a DSL's pack never goes by link
    if signed.purpose not in PURPOSES:
        return {}
    return {"purpose": signed.purpose, "basis": signed.lawful_basis}


def _found(link_id: str) -> tuple[Link, Transfer | None]:
    """Return a link of this organisation, and its pack.

    :raises NotFound: ``item-unknown``; ``link-unknown``: of a protected move.
    """
    with inside().store.reading(org_id()) as unit:
        found = link_of(unit.items.get(KIND, link_id))
        if hidden(unit, found.pupil_id, visitor().account_id):
            raise NotFound("link-unknown")
        pack = found.marks.pack
        return found, unit.transfers.get(pack) if pack else None
