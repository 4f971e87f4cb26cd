"""Drafts: what is typed is kept as it is typed, and is there again after a session ended.

Nothing is asked of a page: each :class:`~exchange.web.forms.PageForm` of a page that is open to
GET and POST takes part by itself.

- With a script, what is typed is sent here a moment after the last key.
- Without one, what was posted after the session had ended is kept for the account whose session
  it was, and stands in the form again after the sign-in.
- What a template draws by hand beside the form's own fields is put back into the finished page
  (:mod:`exchange.web.refill`); what cannot be is named, so that it is chosen again.
- Once a POST of the page succeeds, that is, redirects, its draft is gone.

Pages of child protection keep none, and nor does any field for a password or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, Response, current_app, g, jsonify, redirect, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from exchange.domain.access import Visitor, sees_pupils
from exchange.errors import ExchangeError, NotFound
from exchange.services import drafts
from exchange.services.people.visitors import lapsed_visitor, visitor_at
from exchange.web import bound
from exchange.web.here import inside, visitor, visitor_or_none
from exchange.web.reach import TABLE, Row, Shows, Whose
from exchange.web.refill import refill
from exchange.web.routes import View

MARK = "_form"
"""The hidden field that names the form of a page."""
_NEVER = frozenset({MARK, "csrf_token", "submit"})
_SAVED = (301, 302, 303)


def views() -> dict[str, View]:
    """Return the views of this area."""
    return {"drafts.save": save, "drafts.drop": drop}


def install(app: Flask) -> None:
    """Put drafts back into their page, and let go of them once it was saved."""
    app.after_request(_after)
    app.jinja_env.globals["typed_again"] = typed_again


def save(key: str) -> Response:
    """Keep what stands in a form of the page ``key``."""
    page, row, who = _page_of(key)
    if who.acting_as(row.roles) is None:
        raise NotFound("page-unknown")
    form = request.form.get(MARK, "")[:64]
    kept = bool(form) and _put(who.org_id or "", who.account_id, page, form)
    answer = jsonify({"saved": kept})
    if form and not kept:  # the script says so by the status: nobody is told that it was kept
        answer.status_code = 413
    return answer


def drop(key: str) -> AnyResponse:
    """Throw away what was kept of the page ``key``, and show the page as it was."""
    page, _, who = _page_of(key)
    drafts.forget_draft(inside(), who.org_id or "", who.account_id, page)
    return redirect(page, 303)


def _page_of(key: str) -> tuple[str, Row, Visitor]:
    """Return path, row and visitor of a page whose drafts are kept.

    :raises NotFound: there is no such page, or it keeps none.
    """
    page = "/" + key.lstrip("/")
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _ = cast(Any, adapter).match(page, method="POST")
    except (HTTPException, RequestRedirect) as none:
        raise NotFound("page-unknown") from none
    row, who = TABLE[endpoint], visitor()
    if not _keeps(endpoint, row) or who.org_id is None:
        raise NotFound("page-unknown")
    return page, row, who


def _keeps(endpoint: str, row: Row) -> bool:
    area = endpoint.partition(".")[0]
    return (
        row.whose is Whose.ORGANISATION
        and {"GET", "POST"} <= set(row.methods)
        and row.shows is not Shows.CP
        and area != "safeguarding"
    )


def _here() -> tuple[str, Visitor] | None:
    """Return organisation and visitor where this very page keeps drafts for them."""
    return _takes(visitor_or_none())


def _takes(who: Visitor | None) -> tuple[str, Visitor] | None:
    """Return organisation and visitor where this very page is theirs, and keeps drafts."""
    row = cast("Row | None", g.get("row"))
    if row is None or who is None or who.org_id is None:
        return None
    if not _keeps(request.endpoint or "", row) or who.acting_as(row.roles) is None:
        return None
    if sees_pupils(who.roles) and not who.strong:
        return None  # they had not come as far as this page
    return who.org_id, who


def typed_before(form: str) -> MultiDict[str, str] | None:
    """Return what was kept of a form of this page, to fill it with; None: nothing, or no GET."""
    found = _kept_here().get(form)
    if found is None:
        return None
    told = MultiDict([(name, value) for name, value in found.fields])
    g.draft_at = found.at
    g.setdefault("drafts_shown", {})[form] = told
    return told


def typed(*forms: str) -> MultiDict[str, str]:
    """Return what this page is asked with: as it was sent, else as it was kept when it was typed.

    For what a view must know before it draws the page; an address that says something goes first.

    :param forms: of these, what was kept of the first that is there; none: of the page's forms.
    """
    sent = request.values
    if request.method != "GET" or sent:
        return MultiDict([(name, value) for name in sent for value in sent.getlist(name)])
    kept = _kept_here()
    found = [kept[one] for one in forms or kept if one in kept]
    if found:
        g.draft_at = found[0].at
    return MultiDict([pair for one in (found[:1] if forms else found) for pair in one.fields])


def typed_again(content: Markup) -> Markup:
    """Return what a page shows with what was kept of its forms in its place.

    What must be chosen again is noted for the frame of the page, which says so.
    """
    kept = g.get("drafts_shown")
    if not kept:
        return content
    lists = {form: dict(told.lists()) for form, told in kept.items()}
    done = refill(str(content), lists, MARK, _NEVER)
    g.draft_lost, g.draft_changed = done.lost, done.changed
    return Markup(done.html)  # noqa: S704  # our own page: each value was escaped on its way in


def _kept_here() -> Mapping[str, drafts.Draft]:
    """Return what was kept of the forms of this page; nothing where it is not asked for by GET."""
    here = _here() if request.method == "GET" else None
    if here is None:
        return {}
    org_id, who = here
    return drafts.drafts_of(inside(), org_id, who.account_id, request.path)


def park(token: str) -> bool:
    """Keep what was posted after its session had lapsed, for the account whose session it was.

    It is kept for the organisation for which its page was shown. Return whether the page is
    worth coming back to: that they will be there again.

    :param token: of the session that has ended, as the browser still sends it.
    """
    who = lapsed_visitor(inside(), token) if request.method == "POST" else None
    place = None if who is None else bound.named_place()
    if who is None or place is None:
        return False
    there = who if place == (who.org_id or "") else visitor_at(inside(), who, place or None)
    return _keep(_takes(there)) and there is who


def keep_here() -> bool:
    """Keep what was posted to this page, which could not take it; return whether it was kept."""
    who = visitor_or_none()
    return who is not None and bound.named_place() == who.org_id and _keep(_takes(who))


def keep_elsewhere(place: str) -> tuple[bool, bool]:
    """Keep what was posted for an organisation for which the person does not work just now.

    Return whether they may work there at all, and whether it was kept.
    """
    there = visitor_at(inside(), visitor(), place or None)
    return there is not None, _keep(_takes(there))


def _keep(where: tuple[str, Visitor] | None) -> bool:
    """Keep what was posted as a draft of this page; return whether it was kept."""
    form = request.form.get(MARK, "")[:64] if where is not None else ""
    if where is None or not form:
        return False
    org_id, who = where
    return _put(org_id, who.account_id, request.path, form)


def _put(org_id: str, account_id: str, page: str, form: str) -> bool:
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name.rpartition("-")[2] not in _NEVER and not _is_secret(name)
    ]
    try:
        drafts.keep_draft(inside(), org_id, account_id, page, form, fields)
    except ExchangeError:
        return False
    return True


def _is_secret(name: str) -> bool:
    return "password" in name or "passphrase" in name


def _after(answer: Response) -> Response:
    if request.method == "POST" and answer.status_code in _SAVED:
        here = _here()
        if here is not None:
            org_id, who = here
            drafts.forget_draft(inside(), org_id, who.account_id, request.path)
    return answer
