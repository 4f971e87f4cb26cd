"""A report that came: whose it is, what agrees and what differs; file it, or set it aside."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.services.advice.filing import Confirmed, file_report, set_aside
from exchange.services.advice.matching import match_of
from exchange.services.advice.reports import Report, Step, get_report, newer_than
from exchange.services.advice.standing import get_advice
from exchange.services.links.agency_about import READERS, REGISTERS, types_on
from exchange.services.roster_of import roster_of
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.upload import Stage, Upload, get_upload
from exchange.web.comparing import compared_with
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import child_of
from exchange.web.record_page import record_page
from exchange.web.serving import SHOWN, send_document
from exchange.web.tray.shown import pupils


def report(report: str) -> Any:
    """Show a report that came; file it once a person confirms whose it is."""
    with inside().store.reading(org_id()) as unit:
        found = get_report(unit, report)
        roster = roster_of(inside(), unit)
        pupil = found.pupil_id or request.values.get("pupil", "")
        pupil = pupil if pupil in roster.children else ""
        child = child_of(unit, pupil) if pupil else None
        match = match_of(inside(), unit, found, pupil) if pupil else None
        asked = get_advice(unit, found.request_id) if found.request_id else None
        uploads = [(one, _upload(unit, one.upload)) for one in found.files]
        newer = newer_than(unit, found)
        earlier = [
            one
            for one in (unit.documents.of_pupil(pupil) if pupil else ())
            if one.type == found.about.type
        ]
    form = PageForm()
    if form.validate_on_submit() and child is not None:
        try:
            file_report(inside(), org_id(), report, _confirmed(pupil), actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The report is filed.")
            return redirect(record_page(pupil), 303)
    html = render_template(
        "agencies/report.html",
        one=found,
        child=child,
        form=form,
        asked=asked,
        **compared_with(match),
        files=uploads,
        shown=SHOWN,
        pupils=pupils(roster),
        earlier=earlier,
        newer=newer[-1] if newer else None,
        may_file=not any(one.step is Step.FILED for one in newer),
        is_waiting=found.step is Step.WAITING,
        is_over=found.step in (Step.FILED, Step.SET_ASIDE),
        labels=types_on(london_day(inside().clock.now())),
        readers={one.value: label for one, label in READERS},
        registers={one.value: label for one, label in REGISTERS},
    )
    return html, 422 if request.method == "POST" else 200


def _confirmed(pupil: str) -> Confirmed:
    return Confirmed(
        pupil_id=pupil,
        looked=request.form.get("looked") == "yes",
        compared=tuple(request.form.getlist("compared")),
        replaces=request.form.get("replaces", ""),
    )


def _upload(unit: Any, upload_id: str) -> Upload | None:
    try:
        return get_upload(unit, upload_id) if upload_id else None
    except NotFound:
        return None


def report_file(report: str, file: str) -> Any:
    """Show one file of a report by itself; only once it was checked."""
    with inside().store.reading(org_id()) as unit:
        found = get_report(unit, report)
        if file not in {one.upload for one in found.files}:
            raise NotFound("item-unknown")
        upload = get_upload(unit, file)
    if upload.stage is not Stage.READY or upload.active:
        raise NotFound("item-unknown")
    document = SealedDocument(inside(), org_id(), upload.blob, upload.file_name)
    keep = request.args.get("keep") == "1"
    return send_document(document, upload.media_type, upload.size, kind="report", keep=keep)


def aside(report: str) -> Any:
    """Set a report aside, after asking why."""
    with inside().store.reading(org_id()) as unit:
        found: Report = get_report(unit, report)
        newer = newer_than(unit, found)
    form = PageForm()
    if form.validate_on_submit():
        try:
            set_aside(inside(), org_id(), report, request.form.get("why", ""), actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The report is set aside, and its files are removed.")
            return redirect(url_for("agencies.board"), 303)
    known = "A newer version came." if newer else ""
    why = request.form.get("why", known)
    return render_template("agencies/aside.html", one=found, form=form, why=why, newer=newer)
