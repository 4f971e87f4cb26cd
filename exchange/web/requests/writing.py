"""Write a section of a request: its own fields, a point of evidence, or one item of a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.domain.la_profiles import profiles
from exchange.errors import Conflict, ExchangeError
from exchange.services.ehc_request.model import RequestFile
from exchange.services.ehc_request.renewing import RENEWED, take_over
from exchange.services.ehc_request.requester import set_requester
from exchange.services.ehc_request.writing import read_through, set_council, write
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.desk import Wrong, begin, boxes_of, checked, status_of
from exchange.web.pupils.filling import show_problems
from exchange.web.pupils.inputs import Spec, answers, form_of
from exchange.web.requests.choosing import form_with_boxes, legend
from exchange.web.requests.described import (
    POINT,
    REASONS,
    REQUESTER,
    Section,
    part_of,
    questions_of,
    sections_of,
)
from exchange.web.requests.head import Desk, council_choices, desk_of
from exchange.web.requests.items import item_page, list_page
from exchange.web.requests.versions import point_version, require_point, require_same, version_in
from schemas.codes import code_set
from schemas.ehc_request import Answer, EhcRequest, PointEvidence, Requester


def section(ehc: str, section: str) -> Any:
    """Show and save one section."""
    desk = desk_of(ehc)
    found = next((one for one in sections_of(desk) if one.slug == section), None)
    if found is None or section == "papers":
        abort(404)
    if desk.over:
        return redirect(url_for("requests.page", ehc=ehc))
    if section.startswith(POINT):
        return _point(desk, found)
    listed = part_of(desk, section)
    if listed is not None:
        if request.method == "POST" and section != "costs":
            abort(405)
        return list_page(desk, listed)
    return {"council": _council, "reasons": _reasons, "questions": _questions}[section](desk, found)


def part(ehc: str, section: str, place: str) -> Any:
    """Show, save and remove one item of a list."""
    desk = desk_of(ehc)
    listed = part_of(desk, section)
    if listed is None:
        abort(404)
    if desk.over:
        return redirect(url_for("requests.page", ehc=ehc))
    return item_page(desk, listed, place)


def finish(ehc: str, section: str) -> Any:
    """Mark a list as finished, or as not, or add to it from the plan; or mark all as read."""
    desk = desk_of(ehc)
    if section == "read-through" and not desk.over:
        read_through(inside(), org_id(), ehc, actor())
        return redirect(url_for("requests.check", ehc=ehc))
    if part_of(desk, section) is None:
        abort(404)
    if "take" in request.form and section in RENEWED and not desk.over:
        before = desk.file.record
        after = take_over(inside(), org_id(), ehc, section, actor()).record
        flash("What is new was added" if after != before else "Nothing new was found")
        return redirect(url_for("requests.section", ehc=ehc, section=section))
    done = request.form.get("done") != "no"
    write(inside(), org_id(), ehc, section, lambda record: record, actor(), finished=done)
    return redirect(url_for("requests.page", ehc=ehc))


def _council(desk: Desk, found: Section) -> Any:
    asked = desk.file.record.authority
    lists = [(one.profile_id, one.name) for one in profiles()]
    specs = (
        Spec(
            "authority",
            "Which council?",
            "select",
            "The council of the child's home address, not that of the school. Of a looked-after "
            "child, ask which council it is.",
            choices=lambda: council_choices(asked),
            needed=True,
        ),
        Spec(
            "profile",
            "With whose list of wishes shall the request be looked at?",
            "radio",
            "A list only points out what a council likes to see. It stops nothing.",
            choices=lambda: lists,
            needed=True,
        ),
        REQUESTER,
    )
    record = desk.file.record
    values = {"authority": record.authority, "profile": record.profile}
    form = form_of(specs, {**values, REQUESTER.name: record.requested_by.value}, "CouncilForm")
    if form.validate_on_submit():
        told = answers(form, specs)
        try:
            whose = Requester(told[REQUESTER.name])
            if whose is not record.requested_by:
                set_requester(inside(), org_id(), record.request, whose, actor())
            set_council(
                inside(), org_id(), record.request, told["authority"], told["profile"], actor()
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("Saved")
            return redirect(url_for("requests.page", ehc=record.request))
    return _page(desk, found, form, specs)


def _reasons(desk: Desk, found: Section) -> Any:
    record = desk.file.record
    alone = {True: "yes", False: "no", None: None}[record.youth_accommodation]
    values = {
        "needs_reason": record.needs_reason,
        "plan_reason": record.plan_reason,
        "youth_accommodation": alone,
    }
    fields = tuple(values)
    form = form_of(REASONS, values, "ReasonsForm")

    def change(now: EhcRequest) -> EhcRequest:
        require_same(now, fields, form["version"].data)
        told = answers(form, REASONS)
        told["youth_accommodation"] = {"yes": True, "no": False}.get(told["youth_accommodation"])
        return checked_request(replace(now, **told))

    return _written(desk, found, form, REASONS, fields, change)


def _questions(desk: Desk, found: Section) -> Any:
    specs = questions_of(desk)
    told_before = {one.code: one.text for one in desk.file.record.answers}
    form = form_of(specs, told_before, "QuestionsForm")

    def change(now: EhcRequest) -> EhcRequest:
        require_same(now, ("answers",), form["version"].data)
        told = answers(form, specs)
        ours = {one.name for one in specs}
        kept = tuple(one for one in now.answers if one.code not in ours)
        new = tuple(
            Answer(code=one.name, question=one.label, text=told[one.name])
            for one in specs
            if told[one.name]
        )
        return checked_request(replace(now, answers=(*kept, *new)))

    return _written(desk, found, form, specs, ("answers",), change)


def _written(
    desk: Desk,
    found: Section,
    form: PageForm,
    specs: tuple[Spec, ...],
    fields: tuple[str, ...],
    change: Any,
) -> Any:
    """Save a form of fields, or show it with what is wrong."""
    if request.method == "GET":
        begin(form, version_in(desk.file.record, fields))
    elif form.validate():
        try:
            write(inside(), org_id(), desk.file.request_id, found.slug, change, actor())
        except Conflict as error:
            now = desk_of(desk.file.request_id)
            form["version"].data = version_in(now.file.record, fields)
            theirs = _theirs(now.file, specs)
            return _page(desk, found, form, specs, conflict=error, theirs=theirs), 409
        except Wrong as wrong:
            show_problems(form, wrong.problems, specs, wrong.at)
        else:
            flash("Saved")
            return redirect(url_for("requests.page", ehc=desk.file.request_id))
    return _page(desk, found, form, specs), status_of(form)


def _theirs(file: RequestFile, specs: tuple[Spec, ...]) -> list[tuple[str, str]]:
    record = file.record
    answers_there = {one.code: one.text for one in record.answers}
    values = ((one.label, getattr(record, one.name, None)) for one in specs)
    told = [(label, str(value)) for label, value in values if value]
    return told + [
        (one.label, answers_there[one.name]) for one in specs if one.name in answers_there
    ]


def _page(desk: Desk, found: Section, form: PageForm, specs: Any, **more: Any) -> str:
    shown = {"conflict": None, "theirs": None} | more
    return render_template(
        "requests/section.html",
        **desk.shared(section=found, form=form, fields=boxes_of(form, specs), **shown),
    )


def _point(desk: Desk, found: Section) -> Any:
    """Show and save one point of the Code's 9.14."""
    code = found.slug.removeprefix(POINT)
    record = desk.file.record
    said = next((one for one in record.evidence if one.point == code), None)
    papers = [(one, desk.titles[one]) for one in desk.file.documents if one in desk.titles]
    entry = code_set("evidence-point").lookup(code)
    label = "What does the school say to it? (optional)"
    hint = f"SEND Code of Practice, 9.14: {entry.attributes['quote']}."
    values = {"text": said.text if said else None, "documents": said.documents if said else ()}
    form = form_with_boxes(
        {"documents": ("Which documents show it? (optional)", papers)},
        values,
        (label, hint),
        "PointForm",
    )
    if request.method == "GET":
        begin(form, point_version(record, code))
    elif form.validate():
        try:
            _save_point(desk, found, code, form)
        except Conflict as error:
            now = desk_of(record.request)
            form["version"].data = point_version(now.file.record, code)
            theirs = next((one.text for one in now.file.record.evidence if one.point == code), "")
            told = [(found.title, theirs)] if theirs else []
            return _point_page(desk, found, form, papers, conflict=error, theirs=told), 409
        except Wrong as wrong:
            sentence = "This is too long, or has characters that cannot be kept"
            form["text"].errors = [*form["text"].errors, sentence]
            del wrong
        else:
            flash("Saved")
            return redirect(url_for("requests.page", ehc=record.request))
    return _point_page(desk, found, form, papers), status_of(form)


def _save_point(desk: Desk, found: Section, code: str, form: PageForm) -> None:
    text, ticked = form["text"].data, tuple(form["documents"].data or ())

    def change(now: EhcRequest) -> EhcRequest:
        require_point(now, code, form["version"].data)
        others = tuple(one for one in now.evidence if one.point != code)
        new = PointEvidence(point=code, text=text, documents=ticked)
        listed = (*others, new) if text or ticked else others
        order = [one.code for one in code_set("evidence-point")]
        ordered = tuple(sorted(listed, key=lambda one: order.index(one.point)))
        return checked_request(replace(now, evidence=ordered))

    write(inside(), org_id(), desk.file.request_id, found.slug, change, actor())


def _point_page(desk: Desk, found: Section, form: PageForm, papers: Any, **more: Any) -> str:
    shown = {"conflict": None, "theirs": None} | more
    return render_template(
        "requests/point.html",
        **desk.shared(
            section=found,
            form=form,
            papers=papers,
            boxes=legend("Which documents show it? (optional)"),
            **shown,
        ),
    )


def checked_request(record: EhcRequest) -> EhcRequest:
    """Return a request that its schema takes.

    :raises Wrong: it does not.
    """
    return cast(EhcRequest, checked(record, ""))
