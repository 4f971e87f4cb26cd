"""One request: its sections, where it stands, what was said, and its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from exchange.services.ehc_request.following import follow
from exchange.services.ehc_request.writing import profile_of
from exchange.web.here import inside, org_id
from exchange.web.requests.described import GROUPS, POINT, Section, sections_of
from exchange.web.requests.head import Desk, desk_of, today
from exchange.web.requests.items import items_of


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list.

    :param state: ``done``: a person has finished it; ``in-progress``: something is there.
    """

    section: Section
    state: str
    href: str


def page(ehc: str) -> Any:
    """Show one request."""
    desk = desk_of(ehc)
    with inside().store.reading(org_id()) as unit:
        found = follow(unit, desk.file, today())
    groups = [
        (title, [_task(desk, one) for one in sections_of(desk) if one.group == code])
        for code, title in GROUPS
    ]
    return render_template(
        "requests/page.html",
        **desk.shared(
            found=found,
            groups=groups,
            profile=profile_of(desk.file.record),
            successor=None if desk.over else desk.successor,
        ),
    )


def _task(desk: Desk, section: Section) -> Task:
    ehc = desk.file.request_id
    href = url_for("requests.section", ehc=ehc, section=section.slug)
    if section.slug == "papers":
        href = url_for("requests.papers", ehc=ehc)
    key = "documents" if section.slug == "papers" else section.slug
    if key in desk.file.done:
        return Task(section, "done", href)
    return Task(
        section, "in-progress" if _has_something(desk, section.slug) else "not-started", href
    )


def _has_something(desk: Desk, slug: str) -> bool:
    record = desk.file.record
    if slug.startswith(POINT):
        return any(one.point == slug.removeprefix(POINT) for one in record.evidence)
    if slug == "papers":
        return bool(desk.file.documents or desk.file.records)
    if slug == "reasons":
        return bool(record.needs_reason or record.plan_reason)
    if slug == "council":
        return True
    if slug == "questions":
        return bool(record.answers)
    return bool(items_of(record, slug))
