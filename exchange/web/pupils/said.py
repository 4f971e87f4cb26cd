"""Sentences of the sender's pages: entries of the book, and whom a mark or decision is about."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from exchange.domain.access import LABELS, Role
from exchange.domain.disclosure import EVERYBODY
from exchange.errors import ExchangeError
from exchange.services.tell_history import Happened
from exchange.services.trust import organisation
from exchange.web.here import inside
from exchange.web.pupils.editors import PAGES
from schemas.codes import code_set

_ACTIONS: Mapping[str, str] = {
    "pupil.added": "The pupil was added by hand",
    "pupil.imported": "The pupil was read in from a file",
    "pupil.changed": "The pupil's details were changed",
    "record.kept": "What is written of the pupil was changed",
    "pupil.destination-chosen": "The next school was chosen and confirmed",
    "pupil.loaded": "The pupil was taken over from a pack",
    "pupil.removed": "The pupil was removed: the pack was called back",
    "destination.settled": "Where the pupil goes was recorded",
    "destination.replaced": "What was recorded of where the pupil goes was replaced",
    "destination.asked-for": "Somebody lawfully asked for the pack",
    "document.attached": "Document added",
    "document.loaded": "Document taken over from a pack",
    "document.moved": "A document was moved to another pupil",
    "document.removed": "A document was removed",
    "document.confirmed-whose": "Said whom a document is about",
    "document.described": "Title, type, author or date of a document changed",
    "document.marked": "Marked as not for somebody",
    "document.mark-removed": "A mark was taken off",
    "document.decided-to-withhold": "Decided: stays here",
    "document.decided-to-release": "Decided: may go",
    "document.wish": "A wish of the family or the pupil was recorded",
    "document.refused": "A file was refused",
    "transfer.queued": "The pack was sent on its way",
    "transfer.delivered": "The pack was handed over to the next school's system",
    "transfer.recalled": "The pack was called back",
    "transfer.recall-noticed": "The next school was asked to delete the pack",
    "transfer.expired": "The pack was not collected in time",
    "receipt.collected": "Arrived: a signed receipt came",
    "receipt.verified": "Opened and checked there: a signed receipt came",
    "receipt.accepted": "Accepted by a person there: a signed receipt came",
    "receipt.imported": "Used there: a signed receipt came",
    "receipt.rejected": "Sent back by the next school: a signed receipt came",
    "receipt.destroyed": "Deleted there: a signed receipt came",
    "printed-copy.made": "A summary was printed for one person",
    "by-hand.given": "A copy was given by hand",
    "guest-copy.made": "A guest copy was made for one person",
    "guest-copy.taken": "The guest copy was saved, to be handed over",
    "guest-copy.gone": "The guest copy was removed here",
    "transfer.held": "The pack waits here, and was not handed over yet",
    "receipt.received": "A signed receipt came",
    "protection.set": "The move was protected",
    "protection.ended": "The protection was ended",
    "family.member-added": "A member of the family was added",
    "family.member-changed": "What is noted of a member of the family was changed",
    "family.member-ended": "A member of the family reads no more",
    "family.let-read": "What the family may read was renewed",
    "family.said": "What the family said was recorded",
    "family.correction-answered": "A correction that the family asked for was answered",
    "family.links-ended": "The links of the family were ended",
    "link.made": "A link was made",
    "link.refreshed": "What stands behind a link was renewed",
    "link.answer-taken": "An answer through a link was taken in",
    "emergency.opened": "The record was opened in an emergency",
    "emergency.viewed": "The record was read in an emergency",
    "emergency.seen": "The SENCO saw that the record was opened in an emergency",
}

_AUDIENCES: Mapping[str, str] = {
    EVERYBODY: "Everybody",
    "school": "Schools",
    "college": "Colleges",
    "la": "Local authorities",
    "health": "Health services",
    "agency": "Agencies",
    "trust": "Trusts",
    "family": "The family",
}

_BY: Mapping[str, str] = {
    "rule": "The rules",
    "senco": "The SENCO",
    "head": "The head teacher",
    "dsl": "The safeguarding lead",
    "la": "The local authority",
    "clinician": "The clinician who wrote it",
    "professional": "A named professional",
    "social-worker": "The child's social worker",
    "family": "The family",
    "pupil": "The pupil",
}


def install(app: Flask) -> None:
    """Offer the sentences to the templates of ``app``."""
    app.template_filter("happened")(happened)
    app.template_filter("audience")(audience)
    app.template_filter("role_word")(role_word)
    app.template_filter("whose")(whose)


def happened(one: Happened) -> str:
    """Return what one entry says."""
    said = _ACTIONS.get(one.action) or one.action.replace(".", ": ").replace("-", " ").capitalize()
    if one.outcome == "refused":
        said += " (refused)"
    about = PAGES[one.about].title if one.about in PAGES else one.about
    return f"{said}: {about}" if about else said


def audience(code: str, secret: bool = False) -> str:
    """Return whom a mark, decision or wish is about.

    :param secret: a protected move: a school's name would tell where the child goes.
    """
    if code in _AUDIENCES:
        return _AUDIENCES[code]
    roles = code_set("recipient-role")
    if code in roles:
        return roles.lookup(code, importing=True).label
    if secret:
        return "One school"
    try:
        return organisation(inside().directory(), code, inside().clock.now()).name
    except ExchangeError:
        return "A school that is not in the directory"


def role_word(code: str) -> str:
    """Return a role as people say it."""
    return LABELS[Role(code)] if code in set(Role) else code.replace("-", " ")


def whose(code: str) -> str:
    """Return whose decision it is: a role in words, or the person's name as it stands."""
    return _BY.get(code, code)
