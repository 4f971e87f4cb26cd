"""Add documents: by a form, or, with a script, one after the other with their progress."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from exchange.errors import FormatError, Refused, UsageError
from exchange.ports import UnitOfWork
from exchange.services.roster_of import roster_of
from exchange.services.tray.batch import Folder, get_folder, open_folders, require_open
from exchange.services.tray.receive import NewUpload, check_name
from exchange.services.tray.sorting import progress_of
from exchange.services.tray.upload import Upload, get_upload, in_tray
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.paging import Paging, number_of
from exchange.web.tray.shown import lines, pupils
from exchange.web.uploads import header_text, refusing, sent_files, streamed
from exchange.web.words import advice, count_of

SIZE = 50


def page() -> str:
    """Show what lies in the tray."""
    with inside().store.reading(org_id()) as unit:
        roster = roster_of(inside(), unit)
        listed = in_tray(unit)
        folders = [_folder_line(unit, one) for one in open_folders(unit)]
    paging = Paging(number_of(request.args.get("page", "1")), SIZE, len(listed))
    return render_template(
        "tray/page.html",
        lines=lines(paging.of(listed), roster),
        paging=paging,
        folders=folders,
        waiting=sum(one.waits for one in listed),
        total=len(listed),
        people=pupils(roster),
        limit=inside().limits.document_bytes,
        scanned=parts().scanner is not None,
    )


def _folder_line(unit: UnitOfWork, folder: Folder) -> dict[str, Any]:
    found = progress_of(unit, folder)
    return {
        "batch_id": folder.batch_id,
        "name": folder.name,
        "begun": folder.begun_at,
        "by": folder.by,
        "left": found.left,
        "missing": found.missing,
    }


def upload() -> Any:
    """Take the files of a form; they were sealed while it was read."""
    pupil_id = _pupil(request.form.get("pupil", ""))
    taken: list[Upload] = []
    refused: list[tuple[str, str]] = []
    for sent, sealed in sent_files("files"):
        name = sent.filename or ""
        try:
            new = NewUpload(name, pupil_id=pupil_id)
            taken.append(sealed.receiving.finish(new, actor()).upload)
        except (Refused, UsageError, FormatError) as error:
            refused.append((name, advice(error)))
    if refused or not taken:
        problems = [f"{name}: {why}" for name, why in refused] or ["Choose a file."]
        html = render_template(
            "tray/again.html", problems=problems, pupil_id=pupil_id, taken=len(taken)
        )
        return html, 422
    flash(f"{count_of(len(taken), 'file').capitalize()} received.")
    if len(taken) == 1:
        return redirect(url_for("tray.file", upload=taken[0].upload_id))
    return redirect(url_for("tray.page"))


def _pupil(pupil_id: str) -> str | None:
    """Return a pupil's id, if it is one of ours.

    :raises NotFound: ``pupil-unknown``.
    """
    if not pupil_id:
        return None
    with inside().store.reading(org_id()) as unit:
        return unit.pupils.get(pupil_id).pupil_id


def put() -> Response:
    """Take one file as it streams in; what the script says of it stands in headers."""
    with refusing():
        name, path = header_text("X-File-Name"), header_text("X-File-Path")
        check_name(path or name)
        batch_id = request.headers.get("X-Folder") or None
        pupil_id = _pupil(request.headers.get("X-Pupil", ""))
        if batch_id is not None:
            with inside().store.reading(org_id()) as unit:
                get_folder(unit, batch_id)
                require_open(unit, batch_id)
        new = NewUpload(name, path=path, batch_id=batch_id, pupil_id=pupil_id)
        try:
            received = streamed(new, actor())
        except FormatError as error:
            raise UsageError(error.code, error.path, error.hint) from None
    made = received.upload
    answer = jsonify(
        {
            "upload": made.upload_id,
            "state": made.stage.value,
            "new": received.new,
            "page": url_for("tray.file", upload=made.upload_id),
        }
    )
    answer.status_code = 201 if received.new else 200
    return answer


def state() -> Response:
    """Tell how far the tray, a folder or one upload has come."""
    with inside().store.reading(org_id()) as unit:
        batch_id, upload_id = request.args.get("folder"), request.args.get("upload")
        if batch_id:
            found = progress_of(unit, get_folder(unit, batch_id))
            done, total, ended = found.checked, found.total, not found.busy
            onwards = url_for("tray.batch", batch=batch_id)
        elif upload_id:
            one = get_upload(unit, upload_id)
            done, total, ended = int(not one.waits), 1, not one.waits
            onwards = url_for("tray.file", upload=upload_id)
        else:
            listed = in_tray(unit)
            waiting = sum(one.waits for one in listed)
            done, total, ended = len(listed) - waiting, len(listed), waiting == 0
            onwards = url_for("tray.page")
    text = f"{done} of {count_of(total, 'file')} checked"
    return jsonify({"done": done, "total": total, "text": text, "ended": ended, "next": onwards})
