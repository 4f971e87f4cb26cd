"""The first page: files or a pasted list; and the last: how far it is, and what became of it."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from flask import Response, flash, redirect, render_template, request, url_for
from flask_wtf.file import MultipleFileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovTextArea
from wtforms import TextAreaField

from exchange.errors import ExchangeError
from exchange.services.imports.begin import begin_import, give_up
from exchange.services.imports.keep import counted, keeping_of
from exchange.services.imports.model import CHOOSING, COLUMNS, DONE, KEEPING, Import, imports_of
from exchange.web import progress
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.imports.shared import found, lines_of, reader
from schemas.errors import SchemaError

_MOST_PASTED = 1_000_000


class StartForm(PageForm):
    """Files, or a list."""

    files = MultipleFileField(
        "Files",
        description="A common transfer file (.xml), a CSV file or an Excel workbook (.xlsx). "
        "Choose tables that belong together, such as pupils and their needs, at once.",
        widget=GovFileInput(),
    )
    pasted = TextAreaField(
        "Or paste a list",
        description="Copy rows from a spreadsheet, with their headings.",
        widget=GovTextArea(),
    )


def begin() -> Any:
    """Take files in."""
    form = StartForm()
    if form.validate_on_submit():
        try:
            made = begin_import(
                inside(), org_id(), visitor().account_id, _sent(form), reader(), actor()
            )
        except (ExchangeError, SchemaError) as error:
            where = form.pasted if form.pasted.data and not _chosen() else form.files
            where.errors = [error.hint]
        else:
            return redirect(url_for("imports.page", batch=made.import_id))
    with inside().store.reading(org_id()) as unit:
        open_ = imports_of(unit, visitor().account_id)
    html = render_template("imports/begin.html", form=form, open_=open_)
    return html, 422 if form.errors else 200


def _chosen() -> bool:
    return any(one.filename for one in request.files.getlist("files"))


def _sent(form: StartForm) -> list[tuple[str, BinaryIO]]:
    """Return what was sent: the files, else what was pasted."""
    told: list[tuple[str, BinaryIO]] = [
        (str(one.filename), io.BytesIO(one.stream.read()))
        for one in request.files.getlist("files")
        if one.filename
    ]
    pasted = (form.pasted.data or "")[:_MOST_PASTED]
    if not told and pasted.strip():
        told.append(("Pasted list", io.BytesIO(pasted.encode("utf-8", "replace"))))
    return told


def page(batch: str) -> Any:
    """Go to where an import stands; show how far it is, or what became of it."""
    one = found(batch)
    if one.state == DONE:
        return render_template("imports/done.html", found=one, counts=counted(one))
    if one.state != KEEPING:
        name = "imports.columns" if one.state == COLUMNS else "imports.choose"
        return redirect(url_for(name, batch=batch))
    return render_template(
        "imports/keeping.html", found=one, told=_told(one), stopped=keeping_of(batch) is None
    )


def _told(one: Import) -> progress.Progress:
    at_it = keeping_of(one.import_id)
    done = at_it.done if at_it else len(one.results)
    return progress.Progress(
        done=done,
        total=len(one.chosen),
        text=f"{done} of {len(one.chosen)} pupils are kept",
        ended=one.state == DONE or at_it is None,
        next=url_for("imports.page", batch=one.import_id),
    )


def state(batch: str) -> Response:
    """Say how far it is, to the script that asks."""
    one = found(batch)
    if one.state == CHOOSING:
        reading = lines_of(one)
        here = url_for("imports.page", batch=batch)
        text = f"{reading.done} pupils are read"
        told = progress.Progress(reading.done, reading.done + 1, text, reading.ended, here)
        return progress.answer(told)
    return progress.answer(_told(one))


def remove(batch: str) -> Any:
    """Throw an import away."""
    give_up(inside(), org_id(), found(batch), actor())
    flash("The file was removed. Nothing of it was kept.")
    return redirect(url_for("imports.begin"))
