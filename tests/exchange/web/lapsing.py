"""A session that ends while somebody fills in a form, and what stands in forms of a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from lxml import html

from exchange.audit import NODE
from exchange.services.people.session import lookup_of, open_session
from exchange.web.gate import COOKIE
from tests.exchange.web.site import Client, Place

HERE_AGAIN = "What you typed is here again"
NOT_ALL = "Choose or type this again"
Told = dict[str, list[str]]


def lapse(place: Place, client: Client) -> None:
    """Let a session be idle for an hour: as if the person had been called away."""
    cookie = client.raw.get_cookie(COOKIE, domain="pages.example")
    assert cookie is not None
    with place.node.inside.store.unit(NODE) as unit:
        item = unit.items.find("session", lookup_of(cookie.value))
        assert item is not None
        earlier = item.updated_at - timedelta(hours=1)
        unit.items.update(replace(item, content=None, updated_at=earlier), quiet=True)
        unit.commit()


def sign_in_again(place: Place, client: Client) -> None:
    """Let the same person come in anew."""
    assert client.account is not None
    token = open_session(place.node.inside, client.account, strong=True)
    client.raw.set_cookie(COOKIE, token, domain="pages.example", secure=True)


def form_with(page: str, name: str) -> Told:
    """Return what a browser would send of the form that has a field of that name."""
    for form in html.fromstring(page).forms:
        if (form.get("method") or "").lower() == "post" and name in form.fields:
            told: Told = {}
            for field, value in form.form_values():
                if field != "csrf_token":
                    told.setdefault(field, []).append(value)
            return told
    raise AssertionError(f"no form with {name}")


def sent_too_late(place: Place, client: Client, path: str, told: Told, at: str = "") -> Any:
    """Send a form after its session ended, come in anew; return the page that one is led to.

    :param at: the address that the form is sent to, where it is not the page's own.
    """
    lapse(place, client)
    answer = client.post(at or path, told)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]
    sign_in_again(place, client)
    return client.get(path)
