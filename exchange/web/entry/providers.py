"""Signing in with an account that a person has already: to the provider, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from exchange.errors import NotFound
from exchange.ports.sign_in import Departure, Return, SignInProvider
from exchange.services.people import ceremony, enter, factors, join
from exchange.web.entry.steps import NEXT, caller, go_on, kept
from exchange.web.here import inside, parts, visitor_or_none

DEPARTED = "departed"


@dataclass(frozen=True, slots=True)
class Button:
    """One provider on a page."""

    code: str
    label: str


def providers() -> Mapping[str, SignInProvider]:
    """Return the providers that this node has, by their codes."""
    found: Mapping[str, SignInProvider] = parts().more.get("providers", {})
    return found


def buttons() -> Sequence[Button]:
    """Return what pages offer."""
    return [Button(code, one.settings.label) for code, one in providers().items()]


def depart(provider: str) -> Any:
    """Send the browser to a provider.

    Not by a redirect: a browser that follows the policy of the form's page would stop it.
    """
    one = _provider(provider)
    departure = one.depart(_back(provider))
    said = {
        "provider": provider,
        "join": request.form.get("join", "")[:64],
        "link": bool(request.form.get("link")),
        **asdict(departure),
    }
    session[DEPARTED] = ceremony.remember(inside(), "provider", said)
    page = render_template("entry/leaving.html", url=departure.url, label=one.settings.label)
    return page, 200, {"Refresh": f"0; url={departure.url}"}


def returned(provider: str) -> Any:
    """Take the browser back from a provider."""
    one = _provider(provider)
    said = ceremony.take(inside(), "provider", kept(DEPARTED))
    session.pop(DEPARTED, None)
    if said["provider"] != provider:
        raise ceremony.too_late()
    departure = Departure(said["url"], said["state"], said["nonce"], said["verifier"])
    told = {name: request.args.get(name, "") for name in ("state", "code", "iss", "error")}
    back = Return(told["state"], told["code"], told["iss"], told["error"])
    identity = one.arrive(departure, _back(provider), back)
    if said["link"]:
        return _link(provider, identity)
    if said["join"]:
        join.accept_with_identity(inside(), said["join"], provider, identity)
    try:
        return go_on(enter.with_identity(inside(), caller(), identity, parts().limits))
    except NotFound:
        account = join.accept_by_email(inside(), provider, identity)
    if account is None:
        return _nobody(one.settings.label)
    return go_on(enter.with_identity(inside(), caller(), identity, parts().limits))


def _link(provider: str, identity: Any) -> Any:
    """Link an account at a provider to who is signed in."""
    present = visitor_or_none()
    if present is None or not present.strong:
        raise ceremony.too_late()
    factors.link_identity(inside(), present.account_id, provider, identity)
    flash("You can now sign in that way, too.")
    return redirect(url_for("entry.account"))


def _nobody(label: str) -> Any:
    session.pop(NEXT, None)
    return render_template("entry/nobody.html", label=label), 403


def _provider(code: str) -> SignInProvider:
    found = providers().get(code)
    if found is None:
        raise NotFound("provider-unknown")
    return found


def _back(provider: str) -> str:
    return parts().base_url + url_for("entry.returned", provider=provider)
