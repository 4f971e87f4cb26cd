"""One child in the lead's area: the flag, the files, and sending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms.fields import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired

from exchange.errors import ExchangeError, NotFound
from exchange.ports import StoredDocument
from exchange.services.inside import Inside
from exchange.services.people.factors import own_account
from exchange.services.people.names import organisation_name
from exchange.services.protect import protection_of
from exchange.services.safeguarding.files import (
    Checks,
    keep_file,
    mark_of_file,
    send_file,
    set_flag,
)
from exchange.services.safeguarding.overview import cp_files, cp_packs, flag_of, packs_of_lead
from exchange.services.sealed_document import SealedDocument
from exchange.services.send import Sent
from exchange.services.tray.receive import NewUpload
from exchange.web import rooms as desk
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts, visitor
from exchange.web.serving import send_document
from exchange.web.transfers.looking import CAN_RECALL
from exchange.web.uploads import sent_files
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.safeguarding import DslContact


class FlagForm(PageForm):
    """Yes or no, and whom to ask."""

    flag = RadioField(
        "Must the next school's safeguarding lead ask you?",
        choices={"yes": "Yes", "no": "No"},
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )
    name = StringField(
        "Name of the safeguarding lead here",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the name.")],
    )
    phone = StringField("Telephone number (optional)", widget=GovTextInput())
    email = StringField("Email address (optional)", widget=GovTextInput())


class SendForm(PageForm):
    """A button, and what was looked at: another school or file is not sent by it."""

    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Child:
    """What every page of a child here shows."""

    pupil_id: str
    known_as: str
    full_name: str
    born: Any


def child(pupil_id: str) -> Child:
    """Return a child of this organisation.

    :raises NotFound: ``pupil-unknown``.
    """
    with inside().store.reading(org_id()) as unit:
        read = load_bytes(Pupil, unit.pupils.get(pupil_id).record)
    full = f"{read.names.forename} {read.names.surname}"
    return Child(pupil_id, read.names.display, full, read.date_of_birth)


def page(pupil: str) -> str:
    """Show flag, protection and, once unlocked, files and packs."""
    room = desk.room()
    told = child(pupil)
    with (room or inside()).store.reading(org_id()) as unit:
        stored = unit.pupils.get(pupil)
        protection = protection_of(unit, pupil)
        knows = protection is None or protection.is_known_to(visitor().account_id)
        packs = packs_of_lead(unit, pupil, visitor().account_id)
        to = stored.destination
        return render_template(
            "safeguarding/pupil.html",
            child=told,
            is_open=room is not None,
            flag=flag_of(unit, pupil),
            files=cp_files(unit, pupil) if room else [],
            protection=protection,
            knows=knows,
            destination=organisation_name(inside(), to.org_id) if to else "",
            packs=packs,
            can_recall=CAN_RECALL,
            recipients={one.recipient: organisation_name(inside(), one.recipient) for one in packs},
            limit=inside().limits.document_bytes,
        )


@desk.unlocked
def upload(room: Inside, pupil: str) -> Any:
    """Take files in; they were sealed to this area while they came."""
    told = child(pupil)
    kept, problems = 0, []
    for sent, sealed in sent_files("files"):
        name = sent.filename or ""
        try:
            taken = sealed.receiving.finish(NewUpload(name, pupil_id=pupil), actor()).upload
            keep_file(
                room,
                org_id(),
                pupil,
                taken.upload_id,
                request.form.get("title", "").strip(),
                None,
                Checks(parts().inspector, parts().scanner, parts().cleaner),
                _contact(),
                actor(),
                clean="clean" in request.form,
            )
            kept += 1
        except NotFound:
            raise
        except ExchangeError as error:
            problems.append(f"{name}: {error.hint}")
    if problems or not kept:
        listed = problems or ["Choose a file."]
        return render_template("safeguarding/again.html", child=told, problems=listed), 422
    flash("Kept. The flag is raised.")
    return redirect(url_for("safeguarding.pupil", pupil=pupil), 303)


@desk.unlocked
def file(room: Inside, pupil: str, document: str) -> Any:
    """Show one file."""
    found = _file(room, pupil, document)
    with room.store.unit(org_id()) as unit:
        unit.audit.record(actor(), "document.viewed", "document", document)
        unit.commit()
    sealed = SealedDocument(room, org_id(), found.blob, found.file_name, "cp")
    return send_document(
        sealed, found.media_type, found.size, kind="file", keep="keep" in request.args
    )


def flag(pupil: str) -> Any:
    """Say yes or no, and whom to ask."""
    told = child(pupil)
    with inside().store.reading(org_id()) as unit:
        known = flag_of(unit, pupil)
    own = _contact()
    form = FlagForm(
        flag=None if known is None else "yes" if known.flag else "no",
        name=known.dsl.name if known else own.name,
        phone=known.dsl.phone if known else None,
        email=known.dsl.email if known else own.email,
    )
    if form.validate_on_submit():
        contact = DslContact(
            name=(form.name.data or "").strip(),
            phone=(form.phone.data or "").strip() or None,
            email=(form.email.data or "").strip() or None,
        )
        try:
            set_flag(inside(), org_id(), pupil, form.flag.data == "yes", contact, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The flag is saved.")
            return redirect(url_for("safeguarding.pupil", pupil=pupil), 303)
    return render_template("safeguarding/flag.html", form=form, child=told)


@desk.unlocked
def send(room: Inside, pupil: str) -> Any:
    """Send the files to the lead of the next school."""
    told, form = child(pupil), SendForm(seen=mark_of_file(room, org_id(), pupil))
    with room.store.reading(org_id()) as unit:
        to = unit.pupils.get(pupil).destination
        files = cp_files(unit, pupil)
        again = any(one.kind == "cp-file" for one in cp_packs(unit, pupil))
    if form.validate_on_submit():
        try:
            sent = send_file(
                room,
                org_id(),
                pupil,
                visitor().account_id,
                actor(),
                update=again,
                seen=form.seen.data or "",
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash(told_of(sent))
            return redirect(url_for("safeguarding.pupil", pupil=pupil), 303)
    name = organisation_name(inside(), to.org_id) if to else ""
    return render_template(
        "safeguarding/send.html", form=form, child=told, to=name, files=files, again=again
    )


def told_of(sent: Sent) -> str:
    """Return what became of a wish to send."""
    if sent.outcome == "unchanged":
        return "Nothing was sent: the other safeguarding lead has just this already."
    return "It is on its way to the other safeguarding lead."


def _file(room: Inside, pupil: str, document: str) -> StoredDocument:
    with room.store.reading(org_id()) as unit:
        unit.pupils.get(pupil)
        found = unit.documents.get(document)
    if found.pupil_id != pupil or found.compartment != "cp":
        raise NotFound("document-unknown")
    return found


def _contact() -> DslContact:
    account = own_account(inside(), visitor().account_id)
    return DslContact(name=account.name, email=account.login)
