"""What the steps of signing in share: where a request comes from, and where it goes next.

Tokens of a step under way stand in the form cookie (signed, for this host alone). They find what
is sealed on the server, and are worth nothing without it.
"""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.domain.sign_in import wants_second_factor
from exchange.ports import Actor
from exchange.services.people import factors
from exchange.services.people.account import Account
from exchange.services.people.enter import Caller, Entered, Halfway
from exchange.services.people.names import SERVICE
from exchange.services.people.session import end_session, open_session
from exchange.web.gate import COOKIE, set_cookie
from exchange.web.here import inside, parts, visitor
from keys.passkey import Site

NEXT, HALFWAY = "next", "halfway"
_SAFE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_LONGEST_NEXT = 500
_NOT_NEXT = ("/sign-in", "/sign-out", "/join/", "/set-up/")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("CrOS", "ChromeOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def caller() -> Caller:
    """Return where this request comes from."""
    return Caller(source_of(), agent_of(request.headers.get("User-Agent", "")))


def source_of() -> str:
    """Return the network address of the browser, or nothing where a proxy hides it.

    Only a proxy on this machine is believed, and only the hop that it added itself.
    """
    near = request.remote_addr or ""
    if near not in _LOOPBACK:
        return near
    said = request.headers.get("X-Forwarded-For", "")
    return said.rpartition(",")[2].strip()[:64]


def agent_of(text: str) -> str:
    """Return browser and system in words; never more than these few."""
    browser = next((name for sign, name in _BROWSERS if sign in text), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in text), "")
    return f"{browser} on {system}" if system else browser


def site() -> Site:
    """Return the site that passkeys are bound to."""
    base = parts().base_url
    host = re.sub(r"^https?://", "", base)
    host = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return Site(host, base, SERVICE)


def safe_next(target: str | None) -> str:
    """Return where to go after signing in: a page of this site, or nothing."""
    if not target or len(target) > _LONGEST_NEXT or not _SAFE.fullmatch(target):
        return ""
    return "" if target.startswith(_NOT_NEXT) else target


def go_on(step: Entered | Halfway) -> AnyResponse:
    """Return the answer to a step that was right: the next step, or into the pages."""
    if isinstance(step, Halfway):
        session[HALFWAY] = step.token
        return redirect(url_for("entry.code" if step.has_app else "entry.recovery"))
    return enter(step.token, step.account, strong=step.strong)


def enter(token: str, account: Account, *, strong: bool, to: str = "") -> AnyResponse:
    """Hand a new session to the browser; whatever it had before is over."""
    onwards = to or session.get(NEXT, "") or url_for("front.home")
    session.clear()
    now = inside().clock.now()
    roles = {one.role for one in account.posts if one.holds(now)}
    if not strong and wants_second_factor(roles):
        session[NEXT] = onwards
        onwards = url_for("entry.second_factor")
    end_present()
    answer = redirect(onwards)
    set_cookie(answer, token)
    return answer


def renew(account: Account, *, to: str) -> AnyResponse:
    """Give a person who just proved a second factor a new, strong session in place of theirs."""
    present = visitor()
    token = open_session(
        inside(),
        account,
        strong=True,
        org_id=present.org_id,
        agent=caller().agent,
        how="second-factor-set-up",
        limits=parts().limits,
    )
    kept = {name: session[name] for name in ("codes", NEXT) if name in session}
    session.clear()
    session.update(kept)
    end_present()
    answer = redirect(to)
    set_cookie(answer, token)
    return answer


def end_present() -> None:
    """End the session that this browser came with, if any."""
    token = request.cookies.get(COOKIE, "")
    if token:
        end_session(inside(), token, Actor("sign-in", "machine"))


def own_account() -> Account:
    """Return the account of who looks.

    :raises NotFound: nobody is signed in.
    """
    return factors.own_account(inside(), visitor().account_id)


def myself() -> Actor:
    """Return who looks, acting for themself."""
    return Actor(visitor().name, "account")


def kept(name: str) -> str:
    """Return a token of a step under way."""
    value: Any = session.get(name, "")
    return value if isinstance(value, str) else ""
