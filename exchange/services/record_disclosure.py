"""Record what people say of documents: marks, decisions, wishes. Each is one entry in the book.

What is said is kept sealed, with names and days; the book holds ids and codes alone. Nothing is
overwritten: a later decision stands behind the earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import (
    EVERYBODY,
    NOTHING,
    PARTS,
    SUPERSEDED,
    Judgement,
    Mark,
    Reason,
    Said,
    Speaker,
    Wanted,
    Wish,
    reason,
)
from exchange.domain.protection import Way
from exchange.errors import NotFound, Refused, UsageError, Wrapped
from exchange.ports import Actor, StoredDocument, StoredPupil, UnitOfWork
from exchange.services.elsewhere import going_to
from exchange.services.find_pupil import find_pupil
from exchange.services.inside import Inside
from exchange.services.places import is_unlisted
from exchange.services.protect import protection_of
from exchange.services.trust import find_organisation
from exchange.services.weigh import HOME, PLAN, RECORD_TYPES, REPORT, WHOLE
from schemas.codes import code_set
from schemas.errors import SchemaError

KINDS = ("school", "college", "la", "health", "agency", "trust", "family")
"""Kinds of organisation, and the family, that a mark or decision may be about."""

_REQUEST = "ehc-request"
"""As the council holds it: what a school sends says it anew each time."""
_LONGEST = 200
_MOST_WORDS = 2_000
ANSWERS = "objection-answered"
"""The one reason that may be recorded of a whole pack: an objection to all of it has one answer."""
_UNKNOWN = "Give a document's id, or PUPIL/RECORD as `senx preview` shows it."


@dataclass(frozen=True, slots=True)
class Thing:
    """What something is said of: a document, or (``key``) a record or section of a pupil's pack.

    :param key: see :class:`exchange.ports.StoredPupil`, ``said``.
    """

    of: StoredDocument | StoredPupil
    key: str = WHOLE

    @property
    def ref(self) -> str:
        """Return the reference that people and the book use."""
        if isinstance(self.of, StoredDocument):
            return self.of.document_id
        return f"{self.of.pupil_id}/{self.key}" if self.key else self.of.pupil_id

    @property
    def said(self) -> Said:
        """Return what was said of it."""
        if isinstance(self.of, StoredDocument):
            return self.of.said
        return self.of.said.get(self.key, NOTHING)

    @property
    def is_whole_pack(self) -> bool:
        """Return whether it is a pupil's whole pack."""
        return isinstance(self.of, StoredPupil) and self.key == WHOLE


def find_thing(unit: UnitOfWork, typed: str) -> Thing:
    """Return what a reference means: a document's id, a pupil, PUPIL/RECORD or PUPIL/ehc-plan/K.

    :raises NotFound: ``document-unknown``, ``pupil-unknown``; no such record or section.
    :raises Wrapped: ``compartment-locked``: a CP document, and the DSL has not unlocked.
    """
    pupil, slash, key = typed.strip().partition("/")
    if slash:
        if not _is_key(key):
            raise NotFound("item-unknown", "/document", _UNKNOWN)
        return Thing(find_pupil(unit, pupil), key)
    try:
        return Thing(unit.documents.get(pupil.lower()))
    except NotFound:
        return Thing(find_pupil(unit, pupil))


def _is_key(key: str) -> bool:
    if key == HOME:
        return True
    slot, _, letter = key.partition("/")
    if letter in PARTS.get(slot, ()):
        return True
    if letter:
        return slot == PLAN and letter in code_set("ehc-section")
    if slot in RECORD_TYPES or slot in (REPORT, _REQUEST):
        return True
    return slot.startswith(f"{REPORT}-")


def audience_of(inside: Inside, typed: str) -> str:
    """Return whom a person means: a role, a kind of organisation, ``family``, or its id.

    :raises DestinationRefused: it is no role or kind, and no organisation of the directory.
    """
    text = typed.strip()
    if text in KINDS or text in code_set("recipient-role") or text == EVERYBODY:
        return text
    return find_organisation(inside.directory(), text).org_id


def mark(
    inside: Inside, org_id: str, ref: str, not_for: str, actor: Actor, *, remove: bool = False
) -> str:
    """Mark something "not for" somebody, or take such marks off; return its reference.

    :raises NotFound: there is no such document, or, to remove, no such mark.
    :raises UsageError: ``whole-pack``: marks are for single documents.
    """
    whom = audience_of(inside, not_for)
    new = Mark(whom, actor.name, actor.role, inside.clock.now())
    with inside.store.unit(org_id) as unit:
        thing = _single(find_thing(unit, ref))
        others = tuple(one for one in thing.said.marks if one.not_for != whom)
        if remove and len(others) == len(thing.said.marks):
            raise NotFound("mark-unknown", "/not-for", "It has no such mark.")
        # A person's own mark takes the place of one that a newer version made: it outlasts that.
        if remove or all(one.role == SUPERSEDED for one in thing.said.marks if one not in others):
            marks = others if remove else (*others, new)
            action = "document.mark-removed" if remove else "document.marked"
            said = replace(thing.said, marks=marks)
            _keep(inside, unit, thing, said, action, {"not-for": whom}, actor)
    return thing.ref


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's decision as it is told.

    :param by: who decided; ``day`` when; None: today.
    :param audience: about whom; None: a release is about the pupil's present destination, a
        decision to withhold about everybody.
    """

    reason: str
    by: str
    withhold: bool
    audience: str | None = None
    day: date | None = None
    registration: str = ""
    person: str = ""
    words: str = ""


def judge(inside: Inside, org_id: str, ref: str, ruling: Ruling, actor: Actor) -> str:
    """Record a person's decision about one thing; return its reference.

    :raises Wrapped: ``code-unknown``: no such reason.
    :raises Refused: ``role-cannot-decide``: it may not be recorded in this role.
    :raises UsageError: ``reason-direction``, ``registration-missing``, ``person-missing``,
        ``words-missing``, ``words-unclear``, ``audience-missing``, ``whole-pack``,
        ``name-unclear``, ``day-unclear``.
    """
    now = inside.clock.now()
    today = london_day(now)
    why = _reason(ruling, today, actor)
    day = ruling.day or today
    if day > today:
        raise UsageError("day-unclear", "/date", "Give the day on which it was decided.")
    with inside.store.unit(org_id) as unit:
        thing = find_thing(unit, ref)
        if why.code != ANSWERS:
            _single(thing)
        new = Judgement(
            reason=why.code,
            audience=_about(inside, unit, thing, ruling),
            by=_name(ruling.by, "/by"),
            day=day,
            recorded_by=actor.name,
            role=actor.role,
            at=now,
            registration=_name(ruling.registration, "/registration", optional=True),
            person=_name(ruling.person, "/person", optional=True),
            words=_words(ruling.words),
        )
        said = replace(thing.said, judgements=(*thing.said.judgements, new))
        action = f"document.decided-to-{why.direction}"
        _keep(inside, unit, thing, said, action, {"reason": why.code, "for": new.audience}, actor)
    return thing.ref


def _reason(ruling: Ruling, on: date, actor: Actor) -> Reason:
    try:
        why = reason(ruling.reason, on)
    except SchemaError as error:
        raise Wrapped.of(error) from None
    if (why.direction == "withhold") is not ruling.withhold:
        hint = f"This reason is one to {why.direction}."
        raise UsageError("reason-direction", "/reason", hint)
    if actor.role not in why.recorded_by:
        who = ", ".join(sorted(why.recorded_by))
        raise Refused("role-cannot-decide", "/role", f"It is recorded in one of the roles: {who}.")
    for name in sorted(why.needs):
        if not getattr(ruling, name).strip():
            raise UsageError(f"{name}-missing", f"/{name}", f"Give it with --{name}.")
    return why


def _about(inside: Inside, unit: UnitOfWork, thing: Thing, ruling: Ruling) -> str:
    if (whom := ruling.audience) is not None:
        return whom if is_unlisted(unit, whom) else audience_of(inside, whom)
    if ruling.withhold:
        return EVERYBODY
    pupil_id = thing.of.pupil_id
    known = protection_of(unit, pupil_id)
    if known is not None and known.destination is not None:
        # The book is in clear: of a protected move it says the kind alone, and there is but one.
        return "la" if known.destination.way is Way.THROUGH_LA else "school"
    going = going_to(unit, pupil_id)
    if going is None:
        hint = "Say with --for who may have it, or choose the destination first."
        raise UsageError("audience-missing", "/for", hint)
    return going.org_id


def wish(
    inside: Inside,
    org_id: str,
    ref: str,
    wishes: Mapping[Speaker, Wanted],
    actor: Actor,
    audience: str = EVERYBODY,
) -> str:
    """Record what family or pupil want of a document, or of the whole pack; return the reference.

    It is agreement or disagreement (SEND Code of Practice 6.57), never the lawful basis.

    :raises NotFound: there is no such pupil or document.
    """
    whom, now = audience_of(inside, audience), inside.clock.now()
    with inside.store.unit(org_id) as unit:
        thing = find_thing(unit, ref)
        new = tuple(
            Wish(speaker, wants, whom, actor.name, actor.role, now)
            for speaker, wants in wishes.items()
        )
        said = replace(thing.said, wishes=(*thing.said.wishes, *new))
        detail = {str(speaker): str(wants) for speaker, wants in wishes.items()}
        _keep(inside, unit, thing, said, "document.wish", detail | {"for": whom}, actor)
    return thing.ref


def _single(thing: Thing) -> Thing:
    if thing.is_whole_pack:
        raise UsageError("whole-pack", "/document", _UNKNOWN)
    return thing


def _name(text: str, path: str, *, optional: bool = False) -> str:
    told = " ".join(text.split())
    if (not told and not optional) or len(told) > _LONGEST or not told.isprintable():
        raise UsageError("name-unclear", path, "Write the name on one line.")
    return told


def _words(text: str) -> str:
    told = text.replace("\r\n", "\n").strip()
    if len(told) > _MOST_WORDS or not told.replace("\n", "").replace("\t", "").isprintable():
        raise UsageError("words-unclear", "/words", "Write at most 2,000 characters of plain text.")
    return told


def _keep(
    inside: Inside,
    unit: UnitOfWork,
    thing: Thing,
    said: Said,
    action: str,
    detail: Mapping[str, str],
    actor: Actor,
) -> None:
    of = thing.of
    if isinstance(of, StoredDocument):
        unit.documents.update(replace(of, said=said))
    else:
        told = {**of.said, thing.key: said}
        unit.pupils.update(replace(of, said=told, updated_at=inside.clock.now()))
    kind = "document" if isinstance(of, StoredDocument) else "pupil"
    unit.audit.record(actor, action, kind, thing.ref, detail=detail)
    unit.commit()
