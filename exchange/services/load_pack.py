"""Take an accepted pack into the school's own records, and tell the sender what could be used.

The pack itself stays as it was signed. Its pupil becomes one of ours: the one that an earlier pack
of the same sender made, or one whose UPN, birthday and names agree, or a new one; never one that a
sender picked by an id, and never on one identifier alone.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace

from exchange.bundle.at_rest import seal_stream
from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp
from exchange.domain.feeder import Likeness, likeness
from exchange.domain.transfer import Event, after
from exchange.errors import BundleError, Conflict, NotFound, Refused, UsageError
from exchange.ports import UNSCANNED, Actor, Arrival, StoredDocument, StoredPupil, UnitOfWork
from exchange.services.accept import arrival_of
from exchange.services.ask import who_of
from exchange.services.check_arrival import Check, Checks
from exchange.services.give_receipt import give_receipt
from exchange.services.inside import Inside
from exchange.services.loaded_records import Brought, ids_of, load_records
from exchange.services.mark_used import use_of
from exchange.services.open_pack import open_pack
from exchange.services.own_ids import own_ids, with_ids
from schemas.base import SubjectRecord, load_bytes
from schemas.errors import CodeSetError
from schemas.message import Message
from schemas.pupil import Pupil
from schemas.receipt import ExceptionCode, ReceiptException, ReceiptKind
from schemas.records import RECORDS
from schemas.statement import FileEntry

_UNSEEN = Check(UNSCANNED, "", (UNSCANNED,))
"""What is said of a document that our scanner has not seen: another organisation sent it."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def load_pack(
    inside: Inside,
    org_id: str,
    bundle_id: str,
    exceptions: Mapping[str, str],
    actor: Actor,
    sender: str | None = None,
    *,
    checks: Checks | None = None,
    same_child: bool = False,
    whose: str | None = None,
    theirs: Collection[str] = (),
) -> str:
    """Load an accepted pack; again, with other exceptions, re-issues the receipt.

    :param exceptions: document id -> ``cannot-open``, ``unclear`` or ``missing``, as a person
        found it; what this machine cannot open, or does not know the type of, is added.
    :param sender: whose bundle; needed where two senders used the id.
    :param checks: what this node's scanner saw: what may not be shown is not loaded, and the
        sender hears that it could not be opened. None: nobody looked, and that is kept with it.
    :param same_child: a person compared both: the pupil here with this UPN is this child.
    :param whose: a person said whose it is: the id of a pupil of ours, or a fresh one for a child
        who is new here; None: as the pack itself tells.
    :param theirs: slots of records in which a person said that the pack is right; else what was
        written here stays (``loaded_records``).
    :returns: our reference of the pupil.
    :raises Conflict: ``transition-forbidden``: not accepted; ``pupil-unclear``: a pupil here has
        this UPN but another birthday or name: a person decides.
    :raises Conflict: ``pupil-exists``: ``whose`` is fresh, and a pupil here has this UPN.
    :raises UsageError: ``exception-unknown``: the code, or the document, is none.
    """
    told = _told(exceptions)
    with inside.store.reading(org_id) as unit:
        arrival = arrival_of(unit, sender, bundle_id)
    after(arrival.state, Event.IMPORTED)
    with open_pack(inside, org_id, arrival) as opened:
        _require_documents(told, opened)
        pupil = _pupil_of(opened)
        pupil_id, ids = _keep_records(
            inside, org_id, arrival, opened, pupil, same_child, whose, frozenset(theirs)
        )
        for file in opened.documents.values():
            check = checks.of(file.id) if checks else _UNSEEN
            held = not check.may_be_shown
            kept = not held and _keep_document(
                inside, org_id, opened, file, pupil_id, check, ids[file.id]
            )
            if not kept:
                told.setdefault(file.id, ExceptionCode.CANNOT_OPEN)
    _receipt(inside, org_id, arrival, told, actor)
    return pupil_id


def _told(exceptions: Mapping[str, str]) -> dict[str, ExceptionCode]:
    try:
        return {one: ExceptionCode(code) for one, code in exceptions.items()}
    except ValueError:
        codes = ", ".join(sorted(one.value for one in ExceptionCode))
        raise UsageError("exception-unknown", "/exception", f"Choose one of: {codes}.") from None


def _require_documents(told: Mapping[str, ExceptionCode], opened: OpenedBundle) -> None:
    """Refuse what the receipt could not say, before anything is kept.

    ``missing`` may name a document of an earlier pack; the others are about one of this pack.
    """
    for document_id, code in told.items():
        here = document_id in opened.documents
        if not here and not (code is ExceptionCode.MISSING and _UUID.fullmatch(document_id)):
            hint = "Look its reference up with `senx show`."
            raise UsageError("exception-unknown", "/exception", hint)


def _pupil_of(opened: OpenedBundle) -> Pupil:
    for _, record in opened.records(RECORDS):
        if isinstance(record, Pupil):
            return record
    raise NotFound("pupil-record-missing", "/records", "Ask the sender for the pupil's record.")


def _origin(arrival: Arrival, pupil: Pupil) -> str:
    return f"bundle:{arrival.sender}:{pupil.subject}"


def _keep_records(
    inside: Inside,
    org_id: str,
    arrival: Arrival,
    opened: OpenedBundle,
    pupil: Pupil,
    same_child: bool,
    whose: str | None,
    theirs: frozenset[str],
) -> tuple[str, Mapping[str, str]]:
    """Keep what a pack says of a pupil; return who that is, and our ids of its documents."""
    origin = _origin(arrival, pupil)
    with inside.store.unit(org_id) as unit:
        if whose is None:
            known = _match(unit, origin, pupil, same_child=same_child)
        else:
            known = _named(unit, whose)
            _require_not_another(known, pupil)
        pupil_id = known.pupil_id if known else whose or str(uuid.uuid4())
        sent = _records_in(opened, pupil_id)
        files = opened.documents.values()
        ids = own_ids(unit, pupil_id, ids_of(unit, origin), files, sent)
        records = tuple(with_ids(one, ids) for one in sent)
        own = replace(pupil, subject=pupil_id)
        brought = Brought(own, records, origin, arrival.bundle_id, theirs, ids)
        if load_records(inside, unit, known, brought):
            unit.audit.record(
                Actor("load", "machine"),
                "pupil.loaded",
                "pupil",
                pupil_id,
            )
            unit.commit()
    return pupil_id, ids


def _records_in(opened: OpenedBundle, pupil_id: str) -> list[SubjectRecord]:
    return [
        replace(one, subject=pupil_id)
        for _, one in opened.records(RECORDS)
        if isinstance(one, SubjectRecord) and not isinstance(one, Pupil | Message)
    ]


def _named(unit: UnitOfWork, pupil_id: str) -> StoredPupil | None:
    try:
        return unit.pupils.get(pupil_id)
    except NotFound:
        return None


def _require_not_another(known: StoredPupil | None, pupil: Pupil) -> None:
    """Refuse a pack that is surely of another child than the one that a person named."""
    if known is None:
        return
    if likeness(who_of(load_bytes(Pupil, known.record)), who_of(pupil)) is Likeness.OTHER:
        hint = "This pack is about another child than the one in our records. Compare both by hand."
        raise Conflict("pupil-unclear", "/pupil", hint)


def _match(unit: UnitOfWork, origin: str, pupil: Pupil, *, same_child: bool) -> StoredPupil | None:
    for one in unit.pupils.all():
        if one.origin == origin:
            return one
    known = unit.pupils.by_upn(str(pupil.upn)) if pupil.upn else None
    if known is None:
        return None
    ours = load_bytes(Pupil, known.record)
    here, sent = who_of(ours), who_of(pupil)
    alike = likeness(here, sent) is Likeness.SAME and not here.surnames.isdisjoint(sent.surnames)
    if same_child or alike:
        return known
    raise Conflict(
        "pupil-unclear", "/upn", "A pupil here has this UPN but differs. Compare both by hand."
    )


def _keep_document(
    inside: Inside,
    org_id: str,
    opened: OpenedBundle,
    file: FileEntry,
    pupil_id: str,
    check: Check,
    document_id: str,
) -> bool:
    """Seal one document into our own store; return whether it could be opened."""
    try:
        document = _take_in(inside, org_id, opened, file, pupil_id, check, document_id)
    except (BundleError, Refused, CodeSetError):  # damaged, too large here, of a newer list
        return False
    with inside.store.unit(org_id) as unit:
        for known in unit.documents.of_pupil(pupil_id):
            if (known.sha256, known.type) == (document.sha256, document.type):
                inside.blobs.delete(org_id, document.blob)
                return True
        unit.documents.add(document)
        unit.audit.record(
            Actor("load", "machine"),
            "document.loaded",
            "document",
            document.document_id,
            detail={"pupil": pupil_id},
        )
        unit.commit()
    return True


def _take_in(
    inside: Inside,
    org_id: str,
    opened: OpenedBundle,
    file: FileEntry,
    pupil_id: str,
    check: Check,
    document_id: str,
) -> StoredDocument:
    now = inside.clock.now()
    name = "cp" if is_cp(file.type, london_day(now)) else "general"
    compartment = inside.vault.compartment(org_id, name)
    # Not by the document's id: that one may be here already, and what is written now be dropped.
    blob = compartment.tag("blob", uuid.uuid4().bytes)
    with opened.open_document(file.id) as source, inside.blobs.create(org_id, blob) as writer:
        digests = seal_stream(
            source, writer.file, compartment.recipient, inside.limits.document_bytes
        )
        writer.commit()
    return StoredDocument(
        document_id=document_id,
        pupil_id=pupil_id,
        blob=blob,
        size=digests.size,
        created_at=now,
        type=file.type,
        title=file.title or file.type,
        author=file.author or "",
        authored=file.authored,
        media_type=check.media_type or file.media_type,
        file_name=file.path.rpartition("/")[2],
        sha256=digests.sha256,
        crc32=digests.crc32,
        compartment="cp" if name == "cp" else "general",
        warnings=check.warnings,
    )


def _receipt(
    inside: Inside,
    org_id: str,
    arrival: Arrival,
    told: Mapping[str, ExceptionCode],
    actor: Actor,
) -> None:
    exceptions = [
        ReceiptException(document_id=one, code=code) for one, code in sorted(told.items())
    ]
    with inside.store.unit(org_id) as unit:
        current = unit.arrivals.find(arrival.sender, arrival.bundle_id) or arrival
        give_receipt(
            unit,
            inside.vault,
            current,
            ReceiptKind.IMPORTED,
            inside.clock.now(),
            actor,
            exceptions=exceptions,
            used=use_of(unit, current).documents,
        )
        unit.commit()
