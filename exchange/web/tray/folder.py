"""The leavers' folder: dropped with a script, or as a ZIP; whose what is, and what is left."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from exchange.errors import FormatError, Refused, UsageError
from exchange.services.roster_of import roster_of
from exchange.services.tray.batch import Expected, announce, begin_archive, close_folder
from exchange.services.tray.limits import ARCHIVE_BYTES, MOST_IN_FOLDER
from exchange.services.tray.receive import NewUpload
from exchange.services.tray.sorting import assign, sort_folder
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.paging import number_of
from exchange.web.tray.shown import pupils, state_of
from exchange.web.tray.whose import LATER, chosen, start_after, unmatched, window_of
from exchange.web.uploads import refusing, sent_files
from exchange.web.words import advice

_GONE = "Meanwhile it was filed, thrown away or put with a child."


def folder() -> Any:
    """Show where to drop the folder; take it in as a ZIP."""
    problems: list[str] = []
    if request.method == "POST":
        for sent, sealed in sent_files("archive"):
            name = sent.filename or ""
            try:
                begun = begin_archive(inside(), org_id(), name.removesuffix(".zip"), actor())
                new = NewUpload(name, batch_id=begun.batch_id, archive=True)
                sealed.receiving.finish(new, actor())
            except (Refused, UsageError, FormatError) as error:
                problems.append(advice(error))
            else:
                return redirect(url_for("tray.batch", batch=begun.batch_id))
        problems = problems or ["Choose a ZIP file."]
    html = render_template(
        "tray/folder.html",
        problems=problems,
        limit=inside().limits.document_bytes,
        most=MOST_IN_FOLDER,
        archive=ARCHIVE_BYTES,
    )
    return html, 422 if problems else 200


def plan() -> Response:
    """Take the list of a folder's files; answer which of them are still missing."""
    with refusing():
        name, files = _listed(request.get_json(silent=True))
        found, missing = announce(inside(), org_id(), name, files, actor())
    return jsonify(
        {
            "folder": found.batch_id,
            "missing": [one.path for one in missing],
            "total": len(found.expected),
            "token": generate_csrf(),
            "page": url_for("tray.batch", batch=found.batch_id),
        }
    )


def _listed(told: Any) -> tuple[str, list[Expected]]:
    """Return what a script said of a folder.

    :raises UsageError: ``list-invalid``.
    """
    try:
        name, files = str(told["name"])[:200], told["files"]
        found = [Expected(str(a), int(b), str(c)) for a, b, c in files]
    except (TypeError, KeyError, ValueError, OverflowError):
        raise UsageError(
            "list-invalid", "/files", "Load this page again, then try again."
        ) from None
    return name or "Folder", found


def batch(batch: str) -> Any:
    """Show a folder sorted by children; take in whose the rest is."""
    form = PageForm()
    with inside().store.reading(org_id()) as unit:
        found = sort_folder(inside(), unit, batch)
        roster = roster_of(inside(), unit)
    if form.validate_on_submit():
        choice = chosen(found, request.form)
        if choice.pupils:
            assign(inside(), org_id(), batch, choice.pupils, actor())
            if choice.gone:
                flash(f"Some of what you chose for is not in this list any more. {_GONE}")
        if choice.pupils or ("page" in request.form and not choice.gone):
            with inside().store.reading(org_id()) as unit:
                start = start_after(found, sort_folder(inside(), unit, batch), request.form)
            return redirect(url_for("tray.batch", batch=batch, start=start or None))
        gone = f"What you chose for is not in this list any more. {_GONE}"
        form.form_errors.append(gone if choice.gone else "Choose a pupil for at least one line.")
    window = window_of(found, number_of(request.args.get("start", "0"), 0))
    html = render_template(
        "tray/batch.html",
        found=found,
        form=form,
        unmatched=unmatched(found, window),
        window=window,
        people=[(LATER, "Choose later"), *pupils(roster)],
        state_of=state_of,
    )
    return html, 422 if form.form_errors else 200


def done(batch: str) -> Any:
    """Be done with a folder."""
    close_folder(inside(), org_id(), batch, actor())
    flash("The folder is done.")
    return redirect(url_for("tray.page"))
