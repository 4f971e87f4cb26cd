"""The lead's board, and the passphrase that opens what lies behind it."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput
from wtforms.fields import PasswordField
from wtforms.validators import InputRequired

from exchange.domain.clocks import rule
from exchange.errors import ExchangeError
from exchange.services.people.names import organisation_name
from exchange.services.safeguarding import rooms
from exchange.services.safeguarding.overview import SafeguardingBoard, cp_arrivals
from exchange.web import rooms as desk
from exchange.web.forms import PageForm
from exchange.web.here import KEY, actor, inside, leavers_board, org_id, visitor

_MOST_FOUND = 20


class PassphraseForm(PageForm):
    """The lead's own passphrase."""

    passphrase = PasswordField(
        "Passphrase of the safeguarding area",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter the passphrase.")],
    )


def page() -> str:
    """Show flags, protected moves and packs for the lead; find any child by name."""
    here = org_id()
    found = _board()
    ready = found.is_ready(here)
    children = found.rows(here) if ready else []
    troubles = [(one, one.attention_for(visitor().account_id)) for one in children]
    with inside().store.reading(here) as unit:
        arrivals = cp_arrivals(unit)
    typed = request.form.get("name", "")  # never in an address
    return render_template(
        "safeguarding/board.html",
        is_open=desk.room() is not None,
        is_ready=ready,
        children=children,
        troubles=[(one, codes) for one, codes in troubles if codes],
        can_find=leavers_board().is_ready(here),
        arrivals=arrivals,
        senders={one.sender: organisation_name(inside(), one.sender) for one in arrivals},
        deadlines=[rule("cp-file"), rule("cp-file-new-term")],
        typed=typed,
        found=_named(typed.strip().casefold()),
    )


def unlock() -> Any:
    """Open what lies behind the passphrase, until this person leaves or rests."""
    form = PassphraseForm()
    onwards = _safe(request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            rooms.unlock(
                inside(),
                desk.rooms(),
                visitor().session_id,
                org_id(),
                form.passphrase.data or "",
                actor(),
            )
        except ExchangeError as error:
            form.refuse(error, "passphrase")
        else:
            return redirect(onwards or url_for("safeguarding.board"), 303)
    return render_template("safeguarding/unlock.html", form=form)


def lock() -> Any:
    """Close it again."""
    desk.rooms().lock(visitor().session_id)
    flash("The safeguarding area is locked.")
    return redirect(url_for("safeguarding.board"), 303)


def _named(typed: str) -> list[Any]:
    if not typed or not leavers_board().is_ready(org_id()):
        return []
    rows = leavers_board().rows(org_id())
    return [one for one in rows if typed in one.name.casefold()][:_MOST_FOUND]


def _board() -> SafeguardingBoard:
    found = current_app.extensions.setdefault(f"{KEY}-safeguarding", SafeguardingBoard(inside()))
    return cast(SafeguardingBoard, found)


def _safe(path: str) -> str:
    """Return a path of this area to go on to; anything else is nothing."""
    return path if path.startswith("/safeguarding") and "//" not in path else ""
