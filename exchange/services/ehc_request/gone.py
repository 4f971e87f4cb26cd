"""A council that has left: what is still possible once a pack went to it.

Councils merge and close. What cannot be sent to one any more is handed in like to any council
that has not joined, and is taken back without a word to it from here.
"""

from __future__ import annotations

from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import DestinationRefused, TrustError
from exchange.ports import UnitOfWork
from exchange.services.ehc_request.councils import Council
from exchange.services.ehc_request.following import follow
from exchange.services.ehc_request.model import FileState, RequestFile
from exchange.services.inside import Inside
from exchange.services.trust import find_organisation, organisation
from schemas.ehc_request import RequestStatus


def went_elsewhere(file: RequestFile, council: Council) -> bool:
    """Return whether what went last went to another organisation than this authority is now.

    A number outlives who holds it: where councils merge, the next one may take it over.
    """
    return bool(file.bundles) and council.joined and file.council not in ("", council.org_id)


def has_left(file: RequestFile, council: Council) -> bool:
    """Return whether a pack went to an authority that cannot be sent to any more."""
    return bool(file.bundles) and (not council.joined or went_elsewhere(file, council))


def can_be_handed_in(file: RequestFile, council: Council) -> bool:
    """Return whether files go by hand: not beside a pack, where another can be sent."""
    return not file.bundles or not council.joined


def is_first_there(unit: UnitOfWork, file: RequestFile, council: Council, today: date) -> bool:
    """Return whether nothing of a request has reached whom it goes to now: it adds to nothing."""
    if not file.editions or went_elsewhere(file, council):
        return True
    return has_left(file, council) and follow(unit, file, today).reached is None


def untold(file: RequestFile) -> bool:
    """Return whether a request that went was taken back, and the authority not told from here."""
    if file.state is not FileState.WITHDRAWN or file.last is None:
        return False
    return file.last.status != RequestStatus.WITHDRAWN.value


def successor_of(inside: Inside, council: Council) -> Council | None:
    """Return the authority that the directory names in place of one that left, if it has joined."""
    if council.joined:
        return None
    now, directory = inside.clock.now(), inside.directory()
    try:
        before = find_organisation(directory, council.code)
        after = organisation(directory, before.successor, now) if before.successor else None
    except (DestinationRefused, TrustError):
        return None
    if after is None or after.kind != "la" or after.status != "open":
        return None
    code = after.identifier("la", london_day(now))
    return Council(code, after.name, after.org_id) if code else None
