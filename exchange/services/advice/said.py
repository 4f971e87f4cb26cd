"""What an agency said through its link, taken in by the inner worker: nothing is opened here.

The answer was vouched for by the link. A report becomes a row that names its files; the worker's
next errand brings them into the tray, where they are scanned like any other.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from exchange.domain.clocks import london_day
from exchange.errors import TrustError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.advice.carrying import open_until
from exchange.services.advice.model import (
    CORRECTIONS,
    KIND,
    WAITS,
    AdviceRequest,
    Answer,
    State,
    changed,
    request_from,
)
from exchange.services.advice.reports import Report, ReportFile, Step, reports_of, to_item
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.agency_about import about_from_json, check_about
from exchange.services.links.agency_files import MOST_SENDINGS, SENT, files_of
from exchange.services.links.answers_of import DECLINED, OPENED, PASSED_ON, REPORT
from exchange.services.links.left_at_door import own_name
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import Link, LinkState, link_of
from exchange.services.links.model import changed as link_changed
from exchange.services.links.pack_view import instant_words
from exchange.services.links.revoke import end_in
from schemas.strict_json import JsonValue

PASSING = "advice-passing"
"""Kind of a colleague who waits for a link of their own."""
OUTSIDER = Actor("link", "outsider")


def agency_said(
    inside: Inside,
    org_id: str,
    link: Link,
    at: datetime,
    what: str,
    told: Mapping[str, JsonValue],
) -> None:
    """Take in what somebody of an agency said.

    :param at: when the face left it.
    :raises TrustError: ``answer-malformed``; ``advice-over``: it was cancelled meanwhile.
    """
    blobs: list[str] = []
    with inside.store.unit(org_id) as unit:
        request = request_from(unit.items.get(KIND, link.member))
        if request.state is State.CANCELLED:
            raise TrustError("advice-over", "/answer")
        if what == OPENED:
            if not _opened(unit, request, at):
                return
        elif what == REPORT:
            _report(inside, unit, request, link, at, told)
        elif what == DECLINED:
            blobs = _declined(inside, unit, request, link, at, told)
        elif what == PASSED_ON:
            blobs = _passed_on(inside, unit, request, link, told)
        else:
            raise TrustError("answer-malformed", "/answer/what")
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)


def _opened(unit: UnitOfWork, request: AdviceRequest, at: datetime) -> bool:
    if request.state is not State.SENT:
        return False
    told = replace(request, state=State.OPENED, received_on=request.received_on or london_day(at))
    keep(unit, told, at)
    _open_long_enough(unit, told, at)
    unit.audit.record(OUTSIDER, "advice.opened", "advice", request.request_id)
    return True


def _open_long_enough(unit: UnitOfWork, request: AdviceRequest, at: datetime) -> None:
    """Keep the links open until after the last day, which nobody knew as they were made."""
    if request.wanted_by is None:
        return
    until = open_until(request.wanted_by)
    for each in request.links:
        link = link_of(unit.items.get(LINK, each))
        _open_until(unit, link, max(link.expires_at, until), at)


def _report(
    inside: Inside,
    unit: UnitOfWork,
    request: AdviceRequest,
    link: Link,
    at: datetime,
    told: Mapping[str, JsonValue],
) -> None:
    now = inside.clock.now()
    about = check_about(about_from_json(_map(told.get("about"))), london_day(now))
    waiting = {one.item_id: one for one in files_of(unit, link.link_id, SENT)}
    before = reports_of(unit, request.request_id, link.link_id)
    taken = {file.source for one in before for file in one.files}
    files = tuple(_file(one, waiting, taken) for one in _list(told.get("files")))
    if not files or len(before) >= MOST_SENDINGS:
        raise TrustError("answer-malformed", "/answer/files")
    report = Report(
        report_id=str(uuid.uuid4()),
        step=Step.TAKING,
        request_id=request.request_id,
        pupil_id=request.pupil_id,
        by=link.person.name,
        about=about,
        files=files,
        came_at=at,
        updated_at=now,
        link_id=link.link_id,
        version=len(before) + 1,
    )
    unit.items.add(to_item(report))
    answer = Answer("report", at, link.person.name, report.report_id)
    note_answer(unit, request, answer, now)
    _stay_open(unit, link, at)
    unit.audit.record(OUTSIDER, "advice.report-came", "advice", request.request_id)


def note_answer(unit: UnitOfWork, request: AdviceRequest, answer: Answer, now: datetime) -> None:
    """Note that something came back; a report that came late is one all the same."""
    day = london_day(answer.at)
    keep(
        unit,
        replace(
            request,
            state=State.ANSWERED,
            received_on=request.received_on or day,
            answers=(*request.answers, answer),
        ),
        now,
    )


def _stay_open(unit: UnitOfWork, link: Link, at: datetime) -> None:
    """Keep a link open that would end while what was sent is checked."""
    newest = link_of(unit.items.get(LINK, link.link_id))
    before = reports_of(unit, link.member, link.link_id)
    if not any(one.receipt_words and not is_nothing(one) for one in before):
        _open_until(unit, newest, max(newest.expires_at, at + CORRECTIONS), at)


def close_later(unit: UnitOfWork, report: Report, now: datetime) -> None:
    """Keep the link open for corrections, for so long and no longer, from the first sending.

    A sending of which nothing could be taken was none: who made it must be able to try again.
    """
    before = reports_of(unit, report.request_id, report.link_id)
    taken = [one for one in before if one.receipt_words and not is_nothing(one)]
    if taken and taken[0].report_id == report.report_id:
        link = link_of(unit.items.get(LINK, report.link_id))
        _open_until(unit, link, report.came_at + CORRECTIONS, now)


def _open_until(unit: UnitOfWork, link: Link, until: datetime, now: datetime) -> None:
    if link.state is LinkState.OPEN and link.expires_at != until:
        told = replace(link, expires_at=until)
        unit.items.update(link_changed(told, now, due_at=until))


def is_nothing(report: Report) -> bool:
    """Return whether nothing of a sending could be taken."""
    return all(one.outcome == "refused" for one in report.files)


def _declined(
    inside: Inside,
    unit: UnitOfWork,
    request: AdviceRequest,
    link: Link,
    at: datetime,
    told: Mapping[str, JsonValue],
) -> list[str]:
    reason = str(told.get("reason", "")).strip()
    if not reason:
        raise TrustError("answer-malformed", "/answer/reason")
    now = inside.clock.now()
    links = [link_of(unit.items.get(LINK, one)) for one in request.links]
    # Whoever says so speaks for themselves: a colleague who was named may answer still.
    waits = unit.items.about(PASSING, request.request_id)
    others = any(one.state is LinkState.OPEN and one.link_id != link.link_id for one in links)
    over = request.state in WAITS and not others and not waits
    answer = Answer("declined", at, link.person.name, text=reason)
    state = State.DECLINED if over else request.state
    keep(unit, replace(request, state=state, answers=(*request.answers, answer)), now)
    unit.audit.record(OUTSIDER, "advice.declined", "advice", request.request_id)
    tell_asker(inside, unit, request, "agency-declined", now)
    mine = [one for one in links if over or one.link_id == link.link_id]
    return end_in(unit, mine, OUTSIDER, now, why="declined")


def _passed_on(
    inside: Inside,
    unit: UnitOfWork,
    request: AdviceRequest,
    link: Link,
    told: Mapping[str, JsonValue],
) -> list[str]:
    """Let the worker make the colleague's link: it alone knows where our pages are."""
    now = inside.clock.now()
    content: dict[str, JsonValue] = {
        name: str(told.get(name, "")) for name in ("name", "role", "mail", "phone")
    }
    content |= {"request": request.request_id, "by": link.person.name, "from": link.link_id}
    unit.items.add(
        Item(
            PASSING,
            str(uuid.uuid4()),
            "new",
            content,
            created_at=now,
            updated_at=now,
            due_at=now,
            about=request.request_id,
        )
    )
    detail = {"kept": "yes" if told.get("keep") is True else "no"}
    unit.audit.record(OUTSIDER, "advice.passed-on", "link", link.link_id, detail=detail)
    if told.get("keep") is True:
        return []
    newest = link_of(unit.items.get(LINK, link.link_id))
    return end_in(unit, [newest], OUTSIDER, now, why="passed-on")


def tell_asker(
    inside: Inside, unit: UnitOfWork, request: AdviceRequest, template: str, now: datetime
) -> None:
    """Tell who asked, by mail, that something came; never about whom."""
    if request.asker_mail:
        facts = {"organisation": own_name(inside, unit.org_id), "day": instant_words(now)}
        queue_letter(unit, Letter(template, request.asker_mail, facts))


def keep(unit: UnitOfWork, request: AdviceRequest, now: datetime) -> None:
    """Store a request anew, in the caller's unit of work."""
    unit.items.update(changed(replace(request, updated_at=now), now))


def _file(told: Any, waiting: Mapping[str, Item], taken: set[str]) -> ReportFile:
    """Return a file that was sent, by the row that the face left for it.

    :raises TrustError: ``answer-malformed``: it is not there, or was sent before.
    """
    one = _map(told)
    item = waiting.get(str(one.get("upload")))
    size = one.get("size")
    if item is None or item.item_id in taken or not isinstance(size, int):
        raise TrustError("answer-malformed", "/answer/files")
    return ReportFile(
        source=item.item_id,
        name=str(one.get("name", "")),
        size=size,
        sha256=str(one.get("sha256", "")),
        blob=str(item.clear["blob"]),
    )


def _map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TrustError("answer-malformed", "/answer")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TrustError("answer-malformed", "/answer")
    return value
