"""Which authority is asked, whether it has joined, and what may go to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Disclosed, Purpose
from exchange.errors import TrustError
from exchange.ports import StoredDocument, StoredPupil, StoredRecord, UnitOfWork
from exchange.services.authority import council_of_code, responsible_council
from exchange.services.inside import Inside
from exchange.services.trust import organisation
from exchange.services.weigh import Weighed, recipient_for, weigh
from keys.directory import DatedIdentifier, Organisation
from schemas.codes import code_set
from schemas.errors import CodeSetError

PURPOSE = Purpose(code="ehc-needs-assessment", lawful_basis="public-task")
_SPACE = uuid.UUID("0a2c9f9e-1c53-5d0b-8f4f-2f4d3e5b9a77")


@dataclass(frozen=True, slots=True)
class Council:
    """The authority of a request.

    :param code: three digits.
    :param org_id: in the directory; empty: it has not joined.
    """

    code: str
    name: str
    org_id: str = ""

    @property
    def joined(self) -> bool:
        """Return whether a request can be sent to it here."""
        return bool(self.org_id)


def council_of(inside: Inside, code: str) -> Council:
    """Return the authority with a code, joined or not."""
    found = council_of_code(inside, code)
    if found is not None:
        return Council(code, found.name, found.org_id)
    try:
        label = code_set("la").lookup(code, importing=True).label
    except CodeSetError:
        label = code
    return Council(code, label)


def likely_council(inside: Inside, unit: UnitOfWork, org_id: str, pupil_id: str) -> Council | None:
    """Return the authority of the child's home address; else that of the school's own number."""
    known = responsible_council(inside, unit, pupil_id)
    if known is not None:
        return Council(known.code, known.name, known.org_id or "")
    now = inside.clock.now()
    try:
        number = organisation(inside.directory(), org_id, now).identifier(
            "laestab", london_day(now)
        )
    except TrustError:
        number = None
    return council_of(inside, number[:3]) if number else None


def addressee(inside: Inside, council: Council) -> Organisation:
    """Return the authority as an organisation; one that has not joined has no keys."""
    if council.joined:
        return organisation(inside.directory(), council.org_id, inside.clock.now())
    return Organisation(
        org_id=str(uuid.uuid5(_SPACE, f"la:{council.code}")),
        name=council.name,
        kind="la",
        identifiers=(DatedIdentifier("la", council.code),),
        status="open",
        successor=None,
        endpoint=None,
        signing_keys=(),
        node_keys=(),
    )


def weighed_for(
    inside: Inside,
    council: Council,
    pupil: StoredPupil,
    records: Sequence[StoredRecord],
    documents: Sequence[StoredDocument],
    *,
    beside: Sequence[StoredDocument] = (),
) -> Weighed:
    """Decide what of a pupil's records and documents may go to an authority.

    :param beside: further documents of the pupil, which are not in question (``weigh``).
    :raises schemas.errors.SchemaError: a type or record is none any more.
    """
    on = london_day(inside.clock.now())
    to = recipient_for(addressee(inside, council), PURPOSE, records, on)
    return weigh(pupil, records, documents, to, PURPOSE, on, beside=beside)


def decided(weighed: Weighed) -> dict[str, Disclosed]:
    """Return the decisions by the id of the document, or the slot of the record."""
    found = {}
    for one in weighed.disclosed:
        _, slash, key = one.ref.partition("/")
        if one.what != "section":
            found[key if slash else one.ref] = one
    return found
