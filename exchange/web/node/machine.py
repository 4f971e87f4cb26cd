"""How the machine stands: health, book, post, settings."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.audit import NODE
from exchange.errors import NotFound
from exchange.services.letters import dead_letters, post_of, send_again
from exchange.services.node_state import organisation_states
from exchange.web.forms import PageForm
from exchange.web.head.book import shown
from exchange.web.here import actor, inside
from exchange.web.node.room import engine_room


def page() -> str:
    """Show what needs a person, and where to go."""
    found = organisation_states(inside())
    return render_template(
        "node/page.html", troubles=engine_room().machine().troubles, organisations=found
    )


def health() -> str:
    """Show worker, disk, scanner, directory, post and held arrivals."""
    return render_template(
        "node/health.html",
        machine=engine_room().machine(),
        organisations=organisation_states(inside()),
        register=_register(),
        now=inside().clock.now(),
    )


def book() -> str:
    """Show the node's own book."""
    with inside().store.reading(NODE) as unit:
        return shown(unit.audit, "node/book.html")


def mail() -> Any:
    """Show which letters were given up, by organisation; send one again.

    Addresses are not shown: whose they are is not for who runs the node.
    """
    form = PageForm()
    hosted = [NODE, *inside().store.organisations()]
    if form.validate_on_submit():
        where, letter = request.form.get("org", ""), request.form.get("letter", "")
        if where not in hosted:
            raise NotFound("organisation-not-hosted")
        send_again(inside(), where, letter, actor())
        flash("It is sent again.")
        return redirect(url_for("node.mail"), 303)
    names = {one.org_id: one.name for one in organisation_states(inside())}
    return render_template(
        "node/mail.html",
        form=form,
        posts=[(names.get(one, "This system"), post_of(inside(), one)) for one in hosted],
        dead=[
            (names.get(one, "This system"), one, letter)
            for one in hosted
            for letter in dead_letters(inside(), one)
        ],
    )


def settings() -> str:
    """Show the settings; a secret is shown as set or not set."""
    return render_template("node/settings.html", settings=engine_room().settings())


def _register() -> Any:
    if inside().register is None:
        return None
    try:
        return inside().register.stamp()  # type: ignore[union-attr]
    except NotFound:
        return None
