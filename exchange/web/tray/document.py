"""One upload: what was found in it, what it is, whose it is; file it or throw it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.domain.access import Role
from exchange.domain.roster import Roster
from exchange.errors import ExchangeError, NotFound
from exchange.services.advice.by_hand import file_by_hand, match_by_hand
from exchange.services.advice.matching import Match
from exchange.services.document_texts import kept_text
from exchange.services.roster_of import roster_of
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.file_upload import Filing, ask_clean, throw_away
from exchange.services.tray.upload import Stage, Upload, open_upload
from exchange.services.twins import confirm, doubts_of_text
from exchange.web.comparing import compared_with
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, role
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of
from exchange.web.record_page import record_page
from exchange.web.serving import SHOWN, send_document
from exchange.web.tray.already import filed_already
from exchange.web.tray.fields import ExactField
from exchange.web.tray.shown import SURE, pupils, readers, state_of, types

_FAMILY = ("family", "Not for the family")
_NOT_FOR = (_FAMILY, ("school", "Not for the next school"))
_NOT_FOR_OF_A_COUNCIL = (_FAMILY, ("school", "Not for schools"), ("panel", "Not for the panel"))


def _upload(upload_id: str) -> tuple[Upload, Roster, str]:
    """Return an upload of this organisation, all children, and what the upload says.

    :raises NotFound: ``item-unknown``: none here, or one of the DSL's.
    """
    with inside().store.reading(org_id()) as unit:
        found = open_upload(unit, upload_id)
        if found.compartment == "cp" or found.archive:
            raise NotFound("item-unknown")
        read = kept_text(unit, upload_id)
        return found, roster_of(inside(), unit), read.text if read else ""


def _specs(found: Upload, roster: Roster) -> tuple[Spec, ...]:
    now = inside().clock.now()
    about = (
        Spec(
            "pupil", "Whose document is it?", "select", choices=lambda: pupils(roster), needed=True
        ),
    )
    return (
        *(() if found.pupil_id in roster.children else about),
        Spec(
            "type",
            "What kind of document is it?",
            "select",
            SURE[found.guess.confidence],
            choices=lambda: types(now),
            needed=True,
        ),
        Spec("authored", "Date on the document", "day"),
    )


def _not_for() -> tuple[tuple[str, str], ...]:
    """Return from whom a document may be kept, as a school or a council would say it."""
    return _NOT_FOR_OF_A_COUNCIL if role() is Role.LA_CASEWORKER else _NOT_FOR


class FileForm(PageForm):
    """The lines that are kept as they are written; one draft with the fields around them."""

    title = ExactField("Title (optional)", "What the next school sees. No name is needed.")
    author = ExactField("Who wrote it (optional)", "Name and role.")


def file(upload: str) -> Any:
    """Show an upload; file it as a person says."""
    try:
        found, roster, text = _upload(upload)
    except NotFound:
        return filed_already(upload)
    if found.waits:
        return render_template("tray/waits.html", upload=found, state=state_of(found))
    if found.stage is Stage.REFUSED or found.active:
        return render_template("tray/stopped.html", upload=found, state=state_of(found))
    specs = _specs(found, roster)
    values = {"type": found.guess.type or None, "pupil": _likely(found)}
    form = form_of(specs, values, "FileForm")
    lines = FileForm(data={"title": found.title, "author": found.author})
    doubts: list[dict[str, str]] = []
    pupil_id = found.pupil_id if found.pupil_id in roster.children else None
    if request.method == "POST":
        valid = form.validate() & lines.validate()
        told = answers(form, specs)
        pupil_id = pupil_id or told.get("pupil")
        if valid and pupil_id not in roster.children:
            raise NotFound("pupil-unknown")
        doubts = _doubts(found, text, roster, pupil_id)
        if valid and doubts and "about" not in request.form:
            form.form_errors.append("Look at the document, then say whom it is about.")
        elif valid:
            answer = _file(found, pupil_id or "", told, lines, form)
            if answer is not None:
                return answer
    elif pupil_id:
        doubts = _doubts(found, text, roster, pupil_id)
    html = render_template(
        "tray/document.html",
        upload=found,
        state=state_of(found),
        child=roster.children.get(found.pupil_id or ""),
        form=form,
        exact=lines,
        problems=[*form.summary(), *lines.summary()],
        fields=[(form[one.name], drawn(one)) for one in specs],
        doubts=doubts,
        readers=readers(form["type"].data or ""),
        not_for=_not_for(),
        barred=request.form.getlist("not_for"),
        looked=_looked(doubts),
        shown=found.media_type in SHOWN,
        matched=roster.children.get(pupil_id or ""),
        **compared_with(_match(found, roster, pupil_id, form["type"].data or ""), "page"),
    )
    return html, 422 if request.method == "POST" else 200


def _looked(doubts: Sequence[Mapping[str, str]]) -> bool:
    """Return whether somebody said that they looked, and all that is doubted now stood there."""
    seen = set(request.form.getlist("seen"))
    return "about" in request.form and {one["id"] for one in doubts} <= seen


def _match(found: Upload, roster: Roster, pupil_id: str | None, type_: str) -> Match | None:
    """Return what must be confirmed before it is filed as a report of this child."""
    if pupil_id not in roster.children:
        return None
    with inside().store.reading(org_id()) as unit:
        return match_by_hand(inside(), unit, found, pupil_id or "", type_)


def _likely(found: Upload) -> str | None:
    """Return whom its text names most clearly; a person still chooses."""
    ranked = sorted(found.mentions.items(), key=lambda one: -len(one[1]))
    alone = len(ranked) == 1 or (len(ranked) > 1 and len(ranked[0][1]) > len(ranked[1][1]))
    return ranked[0][0] if ranked and alone and len(ranked[0][1]) > 1 else None


def _doubts(found: Upload, text: str, roster: Roster, pupil_id: str | None) -> list[dict[str, Any]]:
    if pupil_id not in roster.children:
        return []
    told = "\n".join((text, found.file_name.replace("_", " "), found.title, found.author))
    listed = doubts_of_text(told, pupil_id or "", roster, whole=found.text_whole)
    return [{"id": who, "name": roster.children[who].display, "codes": why} for who, why in listed]


def _file(
    found: Upload, pupil_id: str, told: dict[str, Any], lines: PageForm, form: PageForm
) -> AnyResponse | None:
    filing = Filing(
        pupil_id,
        told["type"] or "",
        lines["title"].data or "",
        lines["author"].data or "",
        told["authored"],
    )
    try:
        filed = file_by_hand(
            inside(),
            org_id(),
            found.upload_id,
            filing,
            actor(),
            # Ticks say by what they know the child of whom the page told.
            compared=request.form.getlist("compared")
            if request.form.get("matched") == pupil_id
            else (),
            looked="about" in request.form or "looked" in request.form,
            not_for=[who for who, _ in _not_for() if who in request.form.getlist("not_for")],
        )
    except NotFound:
        return filed_already(found.upload_id)
    except ExchangeError as error:
        field = error.path.strip("/")
        (lines if field in ("title", "author") else form).refuse(error, field)
        return None
    _keep_whose(filed.document.document_id, pupil_id)
    flash("The document was filed.")
    return redirect(record_page(pupil_id))


def _keep_whose(document_id: str, pupil_id: str) -> None:
    """Keep that somebody looked whose it is; where that is lost, it is asked before sending."""
    seen = set(request.form.getlist("seen"))
    if "about" in request.form:
        try:
            confirm(inside(), org_id(), pupil_id, document_id, seen, actor())
        except ExchangeError:
            return  # somebody else may be meant by now


def content(upload: str) -> Any:
    """Show the document by itself, or hand it over as a file; only once it was checked."""
    found, _, _ = _upload(upload)
    if found.stage is not Stage.READY:
        raise NotFound("item-unknown")
    document = SealedDocument(inside(), org_id(), found.blob, found.file_name)
    keep = request.args.get("keep") == "1" or bool(found.active)
    return send_document(document, found.media_type, found.size, kind="document", keep=keep)


def clean(upload: str) -> Any:
    """Ask for a cleaned copy in place of it."""
    _upload(upload)
    ask_clean(inside(), org_id(), upload, actor())
    return redirect(url_for("tray.file", upload=upload))


def remove(upload: str) -> Any:
    """Throw it away."""
    found, _, _ = _upload(upload)
    throw_away(inside(), org_id(), upload, actor())
    flash("The file was thrown away.")
    if found.batch_id:
        return redirect(url_for("tray.batch", batch=found.batch_id))
    if found.pupil_id:
        return redirect(record_page(found.pupil_id))
    return redirect(url_for("tray.page"))
