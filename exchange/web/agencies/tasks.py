"""A specialist's own service: what it was asked, what was shared, and its report back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, FormatError, NotFound, Refused, UsageError
from exchange.services.accept import arrival_of
from exchange.services.advice.answering import (
    decline_task,
    mark_opened,
    ready_files,
    send_answer,
)
from exchange.services.advice.tasks import Task, TaskState, all_tasks, file_of, get_task
from exchange.services.check_arrival import check_arrival, checks_of
from exchange.services.links.pack_view import label_of
from exchange.services.read_document import PackDocument
from exchange.services.tray.file_upload import throw_away
from exchange.services.tray.receive import NewUpload
from exchange.services.tray.upload import Stage
from exchange.services.trust import organisation
from exchange.web.agencies.about import about_of, about_specs, readers_asked
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts, visitor
from exchange.web.meant import unmeant
from exchange.web.outsiders.asking import fields_of, refuse
from exchange.web.pupils.inputs import form_of
from exchange.web.serving import send_document
from exchange.web.uploads import sent_files
from exchange.web.words import advice as words_of
from exchange.web.words import count_of


def inbox() -> Any:
    """List what this service was asked."""
    with inside().store.reading(org_id()) as unit:
        found = all_tasks(unit)
    return render_template(
        "agencies/inbox.html",
        lines=[
            (one, _state(one), _sender(one), label_of(one.asked.wanted), one.wanted_by)
            for one in found
        ],
    )


def task(task: str) -> Any:
    """Show one request with what was shared; that somebody read it is noted."""
    found = mark_opened(inside(), org_id(), task, actor())
    with inside().store.reading(org_id()) as unit:
        arrival = unit.arrivals.find(found.sender, found.bundle_id)
        checks = checks_of(unit, arrival) if arrival is not None else None
        files = ready_files(unit, task)
        answer = unit.transfers.get(found.answers[-1]) if found.answers else None
    return render_template(
        "agencies/task.html",
        answer=answer,
        one=found,
        state=_state(found),
        sender=_sender(found),
        wanted=label_of(found.asked.wanted),
        due=found.wanted_by,
        papers=[
            (each, label_of(each.type), checks.of(each.document_id) if checks else None)
            for each in found.files
        ],
        files=files,
        open_=not found.gone and found.state is not TaskState.DECLINED,
    )


def document(task: str, document: str) -> Any:
    """Hand over a document that was shared, if it was checked."""
    with inside().store.reading(org_id()) as unit:
        found = get_task(unit, task)
        paper = file_of(found, document)
        if found.gone:
            raise NotFound("document-unknown")
        arrival = arrival_of(unit, found.sender, found.bundle_id)
    instead = unmeant(url_for("agencies.task", task=task))
    if instead is not None:
        return instead
    checks = check_arrival(
        inside(), parts().scanner, parts().inspector, org_id(), arrival, only=document
    )
    seen = checks.of(document)
    if not seen.may_be_shown:
        raise NotFound("document-unknown")
    source = PackDocument(inside(), org_id(), arrival, document)
    keep = request.args.get("keep") == "1"
    return send_document(source, seen.media_type, paper.size, kind=paper.type, keep=keep)


def files(task: str, problems: tuple[str, ...] = ()) -> Any:
    """Show what was added, and ask for more."""
    with inside().store.reading(org_id()) as unit:
        found = get_task(unit, task)
        added = ready_files(unit, task)
    return render_template(
        "agencies/task_files.html",
        one=found,
        files=added,
        waits=any(each.waits for each in added),
        problems=problems,
        ready=bool(added) and all(each.stage is Stage.READY and not each.active for each in added),
    ), (422 if problems else 200)


def upload(task: str) -> Any:
    """Take the files of a form, each sealed while it came."""
    with inside().store.reading(org_id()) as unit:
        get_task(unit, task)
    problems, taken = [], 0
    for one, sealed in sent_files("files"):
        name = one.filename or ""
        new = NewUpload(name, path=f"{sealed.receiving.upload_id}/{name}", batch_id=task)
        try:
            sealed.receiving.finish(new, actor())
            taken += 1
        except (Refused, UsageError, FormatError) as error:
            problems.append(f"{name}: {words_of(error)}")
    if not taken and not problems:
        problems.append("Choose a file.")
    if problems:
        return files(task, tuple(problems))
    flash(f"{count_of(taken, 'file').capitalize()} received.")
    return redirect(url_for("agencies.task_files", task=task), 303)


def remove(task: str, file: str) -> Any:
    """Take a file back."""
    with inside().store.reading(org_id()) as unit:
        get_task(unit, task)
        if file not in {one.upload_id for one in ready_files(unit, task)}:
            raise NotFound("item-unknown")
    throw_away(inside(), org_id(), file, actor())
    flash("The file was taken back.")
    return redirect(url_for("agencies.task_files", task=task), 303)


def send(task: str) -> Any:
    """Ask what the report is, then send it to who asked."""
    with inside().store.reading(org_id()) as unit:
        found = get_task(unit, task)
        added = ready_files(unit, task)
    specs = about_specs()
    us = organisation(inside().directory(), org_id(), inside().clock.now()).name
    values = {"type": found.asked.wanted, "author": visitor().name, "organisation": us}
    form = form_of(specs, values, "AnswerForm")
    if form.validate_on_submit():
        try:
            send_answer(inside(), org_id(), task, about_of(form, specs), actor())
        except NotFound:
            raise
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("The report is on its way.")
            return redirect(url_for("agencies.task", task=task), 303)
    html = render_template(
        "agencies/task_send.html",
        one=found,
        sender=_sender(found),
        form=form,
        fields=fields_of(form, specs),
        files=added,
        **readers_asked(),
    )
    return html, 422 if request.method == "POST" else 200


def decline(task: str) -> Any:
    """Say that nobody here can help, and why."""
    with inside().store.reading(org_id()) as unit:
        found = get_task(unit, task)
    form = PageForm()
    if form.validate_on_submit():
        try:
            decline_task(inside(), org_id(), task, request.form.get("reason", ""), actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("They are told that you cannot help.")
            return redirect(url_for("agencies.inbox"), 303)
    html = render_template(
        "agencies/task_decline.html",
        one=found,
        sender=_sender(found),
        form=form,
        typed=request.form.get("reason", ""),
    )
    return html, 422 if request.method == "POST" else 200


def _state(task: Task) -> str:
    return "cancelled" if task.gone else task.state.value


def _sender(task: Task) -> str:
    try:
        return organisation(inside().directory(), task.sender, inside().clock.now()).name
    except ExchangeError:
        return task.asked.asked_by.organisation or ""
