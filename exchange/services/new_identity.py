"""A new identity (adoption): a fresh record that nothing links to the old one.

What was known of the child under the old name stays there: names, numbers, schools, the authority
in whose care the child was, what other systems said, and every original byte. A document crosses
as its text alone, which a person has read and made fit, after a search for the old names and
numbers found none: no bytes, name, properties or digest of the original come along.

No row, item or line of the book holds both. Who the two are is for the people who do this to know.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from exchange.bundle.at_rest import seal_stream
from exchange.domain.clocks import london_day
from exchange.domain.folding import fold, words
from exchange.domain.protection import require_setter
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.ports.texts import UNREAD
from exchange.services.inside import Inside
from exchange.services.keep_pupil import add_pupil
from exchange.services.sealed_document import SealedDocument
from schemas.base import load_bytes
from schemas.codes import code_set
from schemas.pupil import Pupil

_OPEN = ("names", "date_of_birth", "sex", "upn", "upn_unknown", "nc_year", "subject", "schema")
"""All that a fresh record may hold when it begins; the rest is learnt anew."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something of the old identity that stands in a text.

    :param kind: ``name`` or ``number``; :param found: the word, for the person who reads it.
    """

    kind: str
    found: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A document's text, for a person to read and make fit.

    :param whole: False: some of it could not be read (a picture, a scan).
    """

    text: str
    whole: bool
    hits: tuple[Hit, ...]


def begin(inside: Inside, org_id: str, old_pupil_id: str, fresh: Pupil, actor: Actor) -> str:
    """Add the fresh record; return its reference, the only thing that tells where it is.

    :raises Refused: ``not-for-this-role``; ``old-identity-found``: a name or number crosses over;
        ``not-fresh``: it says more than a beginning may.
    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``pupil-exists``: a child with this UPN is here.
    """
    require_setter(actor.role)
    with inside.store.reading(org_id) as unit:
        old = _pupil(unit, old_pupil_id)
    _require_fresh(fresh)
    same = fresh.upn is not None and str(fresh.upn) in _numbers(old)
    surname = fold(fresh.names.surname) == fold(old.names.surname)
    if same or surname or fresh.subject == old.subject:
        hint = "A new identity has another surname and, where it has one, another UPN."
        raise Refused("old-identity-found", "/names", hint)
    return add_pupil(inside, org_id, fresh, actor)


def draft(inside: Inside, org_id: str, old_pupil_id: str, document_id: str, actor: Actor) -> Draft:
    """Return a document's text and what of the old identity stands in it.

    :raises Refused: ``not-for-this-role``.
    :raises NotFound: ``pupil-unknown``, ``document-unknown``: not that child's, or CP.
    """
    require_setter(actor.role)
    with inside.store.reading(org_id) as unit:
        old, document = _pupil(unit, old_pupil_id), _document(unit, old_pupil_id, document_id)
    read = UNREAD
    if inside.texts is not None:
        sealed = SealedDocument(inside, org_id, document.blob)
        with sealed.open() as source:
            read = inside.texts.read(source, document.media_type)
    return Draft(read.text, read.whole, tuple(search(read.text, old, None)))


def cross(
    inside: Inside,
    org_id: str,
    old_pupil_id: str,
    new_pupil_id: str,
    text: str,
    type_: str,
    actor: Actor,
    *,
    confirmed: bool,
) -> str:
    """Keep a text as a document of the fresh record; return its id.

    :param text: as the person made it fit; searched again, whatever the draft said.
    :param type_: code of the document types; its label becomes the title.
    :param confirmed: the person read it and says yes.
    :raises UsageError: ``yes-needed``; ``text-empty``.
    :raises Refused: ``not-for-this-role``; ``old-identity-found``.
    :raises NotFound: ``pupil-unknown``.
    """
    require_setter(actor.role)
    if not confirmed:
        raise UsageError("yes-needed", "/confirmed", "Read it, then say that it may cross.")
    if not text.strip():
        raise UsageError("text-empty", "/text", "There is nothing to keep.")
    with inside.store.reading(org_id) as unit:
        old, new = _pupil(unit, old_pupil_id), _pupil(unit, new_pupil_id)
    if next(search(text, old, new), None) is not None:
        hint = "A name or number of before still stands in it. Take it out."
        raise Refused("old-identity-found", "/text", hint)
    return _keep(inside, org_id, new_pupil_id, text, type_, actor)


def search(text: str, old: Pupil, new: Pupil | None) -> Iterator[Hit]:
    """Yield what of the old identity stands in a text, each once.

    :param new: names that the child keeps are no hit; None: none is known yet.
    """
    kept = set() if new is None else set(_name_words(new))
    said = set(words(text))
    for word in dict.fromkeys(_name_words(old)):
        if word not in kept and (word in said or f"{word}s" in said):  # "the Oaks"
            yield Hit("name", word)
    packed = re.sub(r"[^0-9a-z]", "", fold(text))
    for number in _numbers(old):
        if re.sub(r"[^0-9a-z]", "", number.casefold()) in packed:
            yield Hit("number", number)


def _name_words(pupil: Pupil) -> Iterator[str]:
    names = pupil.names
    for one in (
        names.surname,
        names.forename,
        names.middle_names,
        names.known_as,
        names.preferred_surname,
        names.former_surname,
        names.former_forename,
    ):
        yield from (word for word in words(one or "") if len(word) > 1)


def _numbers(pupil: Pupil) -> tuple[str, ...]:
    given = (pupil.upn, *pupil.former_upns, pupil.uln, pupil.uci, pupil.nhs_number)
    return tuple(str(one) for one in given if one)


def _require_fresh(fresh: Pupil) -> None:
    names = fresh.names
    told = [
        name
        for name in fresh.__dataclass_fields__
        if name not in _OPEN and name != "nhs_number_reason" and getattr(fresh, name)
    ]
    if told or names.former_surname or names.former_forename:
        raise Refused("not-fresh", "/pupil", "Begin with names, birthday and sex alone.")


def _pupil(unit: UnitOfWork, pupil_id: str) -> Pupil:
    return load_bytes(Pupil, unit.pupils.get(pupil_id).record)


def _document(unit: UnitOfWork, pupil_id: str, document_id: str) -> StoredDocument:
    found = unit.documents.get(document_id)
    if found.pupil_id != pupil_id or found.compartment == "cp":
        raise NotFound("document-unknown")
    return found


def _keep(inside: Inside, org_id: str, pupil_id: str, text: str, type_: str, actor: Actor) -> str:
    kind = code_set("document-type").lookup(type_, on=london_day(inside.clock.now()), path="/type")
    if kind.attributes.get("compartment") == "cp":
        raise Refused("cp-apart", "/type", "Child protection is kept in its own area.")
    content = text.replace("\r\n", "\n").encode("utf-8")
    document_id = str(uuid.uuid4())
    compartment = inside.vault.compartment(org_id, "general")
    blob = compartment.tag("blob", document_id.encode())
    with inside.blobs.create(org_id, blob) as writer:
        digests = seal_stream(
            io.BytesIO(content),
            writer.file,
            compartment.recipient,
            inside.limits.document_bytes,
        )
        writer.commit()
    document = StoredDocument(
        document_id=document_id,
        pupil_id=pupil_id,
        blob=blob,
        size=digests.size,
        created_at=inside.clock.now(),
        type=type_,
        title=kind.label,
        author="",
        authored=None,
        media_type="text/plain",
        file_name=f"{type_}.txt",
        sha256=digests.sha256,
        crc32=digests.crc32,
    )
    try:
        with inside.store.unit(org_id) as unit:
            unit.documents.add(document)
            unit.audit.record(
                actor, "document.attached", "document", document_id, detail={"pupil": pupil_id}
            )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, blob)
        raise
    return document_id
