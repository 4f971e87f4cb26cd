"""The leavers' folder: dropped with a script, or as a ZIP; whose what is, and what is left."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from exchange.errors import FormatError, NotFound, Refused, UsageError
from exchange.services.roster_of import roster_of
from exchange.services.tray.batch import Expected, announce, begin_archive, close_folder
from exchange.services.tray.limits import ARCHIVE_BYTES, MOST_IN_FOLDER
from exchange.services.tray.receive import NewUpload
from exchange.services.tray.sorting import Sorted, assign, sort_folder
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.tray.shown import pupils, state_of
from exchange.web.uploads import refusing, sent_files
from exchange.web.words import advice

_ANY = "not-now"


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
        chosen = _chosen(found)
        if chosen:
            assign(inside(), org_id(), batch, chosen, actor())
            return redirect(url_for("tray.batch", batch=batch))
        form.form_errors.append("Choose a pupil for at least one line.")
    html = render_template(
        "tray/batch.html",
        found=found,
        form=form,
        unmatched=_unmatched(found),
        people=[(_ANY, "Choose later"), *pupils(roster)],
        state_of=state_of,
    )
    return html, 422 if form.form_errors else 200


def _unmatched(found: Sorted) -> list[dict[str, Any]]:
    """Return each sub-folder with what is in it, and whom its files may be about."""
    listed = []
    for number, (place, pairs) in enumerate(found.unmatched.items()):
        rivals = {who for _, match in pairs for who in match.rivals}
        names = sorted(found.roster.children[one].display for one in rivals)
        listed.append(
            {
                "field": f"place-{number}",
                "place": place,
                "uploads": [one for one, _ in pairs],
                "rivals": names[:5],
                "conflict": any(match.conflict for _, match in pairs),
            }
        )
    return listed


def _chosen(found: Sorted) -> dict[str, str]:
    """Return what was chosen: for a whole sub-folder, or for single files in it.

    :raises NotFound: ``pupil-unknown``.
    """
    chosen: dict[str, str] = {}
    for number, pairs in enumerate(found.unmatched.values()):
        whole = request.form.get(f"place-{number}", _ANY)
        for one, _ in pairs:
            alone = request.form.get(f"file-{one.upload_id}", _ANY)
            pupil_id = alone if alone != _ANY else whole
            if pupil_id == _ANY:
                continue
            if pupil_id not in found.roster.children:
                raise NotFound("pupil-unknown")
            chosen[one.upload_id] = pupil_id
    return chosen


def done(batch: str) -> Any:
    """Be done with a folder."""
    close_folder(inside(), org_id(), batch, actor())
    flash("The folder is done.")
    return redirect(url_for("tray.page"))
