"""Follow what was asked: what waits for a person, what is late; codes, reminders, ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.ports import UnitOfWork
from exchange.services.advice.asking import ask_again
from exchange.services.advice.model import OVER, WAITS, AdviceRequest, State
from exchange.services.advice.page import consent_words
from exchange.services.advice.reports import Report, Step, newer_than, reports_of, waiting_reports
from exchange.services.advice.standing import (
    all_advice,
    cancel,
    chase,
    get_advice,
    open_advice,
    pack_trouble,
    remind,
)
from exchange.services.links.codes import codes_to_read
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import Channel, Link, LinkState, link_of
from exchange.services.links.revoke import revoke
from exchange.services.roster_of import roster_of
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, role
from exchange.web.outsiders.asking import inviter, means
from exchange.web.pupils.child import child_of
from exchange.web.words import advice as words_of

SHOWN = ("waiting", "late", "all")
MOST = 300
"""Of a list of all: a page of thousands of rows helps nobody."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list.

    :param late: its day has gone by, or it did not get through.
    """

    request: AdviceRequest
    name: str
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class Came:
    """A report that waits for a person."""

    report: Report
    name: str
    state: str


def board() -> Any:
    """List reports to be filed, then requests: open, late, or all."""
    wanted = request.args.get("show", "waiting")
    today = london_day(inside().clock.now())
    with inside().store.reading(org_id()) as unit:
        names = _names(unit)
        found = all_advice(unit) if wanted == "all" else open_advice(unit)
        lines = [_line(unit, one, names, today) for one in found]
        came = [
            Came(
                one,
                names.get(one.pupil_id, "Nobody here asked for it"),
                _waiting(unit, one),
            )
            for one in waiting_reports(unit)
        ]
    return render_template(
        "agencies/board.html",
        came=came,
        lines=_chosen(lines, wanted),
        late=sum(one.late for one in lines),
        open_=sum(one.request.state in WAITS for one in lines),
        most=MOST,
        show=wanted if wanted in SHOWN else "waiting",
    )


def _chosen(lines: list[Line], wanted: str) -> list[Line]:
    if wanted == "late":
        return sorted(
            (one for one in lines if one.late),
            key=lambda one: one.request.wanted_by or one.request.asked_on,
        )
    if wanted == "all":
        return lines[: MOST + 1]
    return [one for one in lines if one.request.state not in OVER]


def _names(unit: UnitOfWork) -> dict[str, str]:
    return {key: one.display for key, one in roster_of(inside(), unit).children.items()}


def _line(unit: UnitOfWork, one: AdviceRequest, names: dict[str, str], today: date) -> Line:
    late = one.is_overdue(today)
    state = "attention" if pack_trouble(unit, one) else "overdue" if late else one.state.value
    return Line(one, names.get(one.pupil_id, ""), state, late or state == "attention")


def _waiting(unit: UnitOfWork, one: Report) -> str:
    """Return how a report stands that nobody has filed: one that a newer one follows is none."""
    if newer_than(unit, one):
        return "older"
    return "ready" if one.step is Step.WAITING else "checking"


def request_page(advice: str) -> Any:
    """Show one request and what became of it."""
    return _page(advice)


def code(advice: str, link: str) -> Any:
    """Show the code that was asked for, to who reads it out; the look is in the book."""
    found = _link(advice, link)
    if found.person.channel is not Channel.READ_OUT:
        raise NotFound("code-unknown")
    codes = codes_to_read(inside(), org_id(), link)
    with inside().store.unit(org_id()) as unit:
        unit.audit.record(actor(), "link.code-shown", "link", link)
        unit.commit()
    return _page(advice, shown=link, code=codes[-1] if codes else None)


def end_link(advice: str, link: str) -> Any:
    """End one link of a request; the request stays."""
    _link(advice, link)
    revoke(inside(), org_id(), link, actor())
    flash("The link is ended. What was read or saved before cannot be called back.")
    return _back(advice)


def again(advice: str) -> Any:
    """Send a new link; the ones before end."""
    _do(
        lambda: ask_again(inside(), org_id(), advice, actor(), means=means(), inviter=inviter()),
        "A new link is on its way. The link before it has ended.",
    )
    return _back(advice)


def remind_now(advice: str) -> Any:
    """Remind the body by mail."""
    _do(lambda: remind(inside(), org_id(), advice, actor()), "A reminder is on its way.")
    return _back(advice)


def chasing(advice: str) -> Any:
    """Stop the machine's reminders, or let them go on."""
    on = request.form.get("on") == "yes"
    done = "Reminders go on." if on else "No more reminders go by themselves."
    _do(lambda: chase(inside(), org_id(), advice, actor(), on=on), done)
    return _back(advice)


def cancel_request(advice: str) -> Any:
    """Cancel a request, after asking once more."""
    with inside().store.reading(org_id()) as unit:
        found = get_advice(unit, advice)
        child = child_of(unit, found.pupil_id)
    form = PageForm()
    if form.validate_on_submit():
        try:
            cancel(inside(), org_id(), advice, request.form.get("why", ""), actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The request is cancelled. Links to it have ended.")
            return _back(advice)
    return render_template("agencies/cancel.html", one=found, child=child, form=form)


def _do(step: Any, done: str) -> None:
    try:
        step()
    except NotFound:
        raise
    except ExchangeError as error:
        flash(words_of(error))
    else:
        flash(done)


def _back(advice: str) -> Any:
    return redirect(url_for("agencies.request", advice=advice), 303)


def _link(advice: str, link_id: str) -> Link:
    """Return a link of this request.

    :raises NotFound: ``link-unknown``: it is another's.
    """
    with inside().store.reading(org_id()) as unit:
        found = get_advice(unit, advice)
        if link_id not in found.links:
            raise NotFound("link-unknown")
        return link_of(unit.items.get(LINK, link_id))


def _page(advice: str, **more: Any) -> Any:
    now = inside().clock.now()
    with inside().store.reading(org_id()) as unit:
        found = get_advice(unit, advice)
        child = child_of(unit, found.pupil_id)
        links = [link_of(unit.items.get(LINK, one)) for one in found.links]
        known = {one.document_id: one for one in unit.documents.of_pupil(found.pupil_id)}
        trouble = pack_trouble(unit, found)
        came = [Came(one, "", _shown_step(unit, one)) for one in reports_of(unit, advice)]
    return render_template(
        "agencies/request.html",
        **{"shown": "", "code": None, **more},
        one=found,
        child=child,
        consent=consent_words(found),
        trouble=trouble,
        shared=[known[each] for each in _behind(found, links) if each in known],
        links=[(each, each.is_open(now), _link_state(each, now)) for each in links],
        came=came,
        late=found.is_overdue(london_day(now)),
        waits=found.state in WAITS,
        over=found.state in OVER,
        may_ask=role() in (Role.SENCO, Role.LA_CASEWORKER),
        may_renew=found.by_link and found.state not in (State.DECLINED, State.CANCELLED),
    )


def _behind(one: AdviceRequest, links: list[Link]) -> list[str]:
    """Return what the body can see: what was marked since is behind no open link any more."""
    open_ = [link for link in links if link.state is LinkState.OPEN]
    there = {each for link in open_ for each in link.made.split(",")}
    return [each for each in one.shared if each in there or not open_]


def _link_state(link: Link, now: Any) -> str:
    ended = link.state is LinkState.OPEN and not link.is_open(now)
    return "ended" if ended else link.state.value


def _shown_step(unit: UnitOfWork, one: Report) -> str:
    return one.step.value if one.step in (Step.FILED, Step.SET_ASIDE) else _waiting(unit, one)
