"""What of a folder is one child's: looked at and confirmed on one page, then filed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.services.document_texts import kept_text
from exchange.services.tray.file_upload import Filing, ask_clean, file_upload, throw_away
from exchange.services.tray.sorting import OfChild, Sorted, release, sort_folder
from exchange.services.tray.upload import Stage, Upload
from exchange.services.twins import confirm, doubts_of_text
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.tray.shown import SURE, state_of, types
from exchange.web.words import advice, count_of

_FILE, _NOT_THEIRS, _AWAY, _LATER = "file", "not-theirs", "away", "later"
_CLEAN = "clean"


@dataclass
class Paper:
    """One document on the page of a child.

    :ivar doubts: whom else it may be about, by name, and why.
    """

    upload: Upload
    state: str
    fileable: bool
    doubts: list[dict[str, Any]]
    what: str
    type: str
    about: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def sure(self) -> str:
        """Return how sure the guess of its type is."""
        return SURE[self.upload.guess.confidence]

    @property
    def cleanable(self) -> bool:
        """Return whether a cleaned copy may be asked for: it acts or tells, and nobody tried."""
        found = self.upload
        return found.stage is Stage.READY and bool(found.active or found.tells) and not found.code


def child(batch: str, pupil: str) -> Any:
    """Show one child's documents of a folder; file those that are confirmed."""
    form = PageForm()
    with inside().store.reading(org_id()) as unit:
        found = sort_folder(inside(), unit, batch)
        mine = next((one for one in found.children if one.pupil_id == pupil), None)
        if mine is None:
            unit.pupils.get(pupil)
            return redirect(url_for("tray.batch", batch=batch))
        papers = [
            _paper(unit, found, mine, one)
            for one, _ in mine.uploads
            if one.stage is not Stage.FILED
        ]
    if form.validate_on_submit():
        for one in papers:
            _read(one)
        if not any(one.errors for one in papers):
            _do(batch, mine, papers)
            if not any(one.errors for one in papers):
                return redirect(_next(found, mine))
    html = render_template(
        "tray/child.html",
        found=found,
        child=mine,
        papers=papers,
        form=form,
        types=types(inside().clock.now()),
        problems=[
            {"text": f"{one.upload.file_name}: {text}", "href": f"#what-{one.upload.upload_id}"}
            for one in papers
            for text in one.errors
        ],
    )
    return html, 422 if request.method == "POST" else 200


def _paper(unit: Any, found: Sorted, mine: OfChild, one: Upload) -> Paper:
    read = kept_text(unit, one.upload_id)
    # The name of its sub-folder is not the document's: it was matched already.
    named = one.path.rpartition("/")[2].replace("_", " ")
    told = "\n".join((read.text if read else "", named, one.title, one.author))
    ready = one.stage is Stage.READY
    listed = (
        doubts_of_text(told, mine.pupil_id, found.roster, whole=one.text_whole) if ready else ()
    )
    names = found.roster.children
    return Paper(
        upload=one,
        state=state_of(one),
        fileable=ready and not one.active,
        doubts=[{"id": who, "name": names[who].display, "codes": why} for who, why in listed],
        what=_FILE if ready and not one.active else _LATER,
        type=one.guess.type,
    )


def _read(one: Paper) -> None:
    """Take in what was chosen for a document, and say what is missing."""
    key = one.upload.upload_id
    one.what = request.form.get(f"what-{key}", _LATER)
    one.type = request.form.get(f"type-{key}", one.type)
    one.about = f"about-{key}" in request.form
    if one.what == _FILE and one.fileable:
        if not one.type:
            one.errors.append("Choose what kind of document it is.")
        if one.doubts and not one.about:
            one.errors.append("Look at it, then say that it is about this child.")


def _do(batch: str, mine: OfChild, papers: list[Paper]) -> None:
    filed = 0
    for one in papers:
        try:
            filed += _do_one(batch, mine, one)
        except NotFound:
            continue  # somebody else filed it or threw it away meanwhile
        except ExchangeError as error:
            one.errors.append(advice(error))
    if filed:
        flash(f"{count_of(filed, 'document').capitalize()} filed.")


def _do_one(batch: str, mine: OfChild, one: Paper) -> bool:
    upload_id = one.upload.upload_id
    if one.what == _AWAY:
        throw_away(inside(), org_id(), upload_id, actor())
    elif one.what == _CLEAN and one.cleanable:
        ask_clean(inside(), org_id(), upload_id, actor())
    elif one.what == _NOT_THEIRS:
        release(inside(), org_id(), batch, upload_id, actor())
    elif one.what == _FILE and one.fileable:
        filing = Filing(
            mine.pupil_id, one.type, one.upload.title, one.upload.author, one.upload.authored
        )
        done = file_upload(inside(), org_id(), upload_id, filing, actor())
        if one.about:
            _confirm(mine.pupil_id, done.document.document_id, one)
        return True
    return False


def _confirm(pupil_id: str, document_id: str, one: Paper) -> None:
    seen = {str(each["id"]) for each in one.doubts}
    try:
        confirm(inside(), org_id(), pupil_id, document_id, seen, actor())
    except (NotFound, UsageError):
        return  # no doubt any more, or another one: it is asked before sending


def _next(found: Sorted, mine: OfChild) -> str:
    """Return the page of the next child with something left, or of the folder."""
    later = [one for one in found.children if one.left and one.pupil_id != mine.pupil_id]
    after = [one for one in later if one.name.casefold() >= mine.name.casefold()]
    for one in after or later:
        return url_for("tray.batch_child", batch=found.folder.batch_id, pupil=one.pupil_id)
    return url_for("tray.batch", batch=found.folder.batch_id)
