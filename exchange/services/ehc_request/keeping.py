"""Read and change requests; every change is an entry in the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from exchange.errors import Conflict, NotFound, Wrapped
from exchange.ports import Actor, UnitOfWork
from exchange.services.ehc_request.model import (
    KIND,
    FileState,
    RequestFile,
    item_of,
    read,
)
from exchange.services.inside import Inside
from schemas.errors import SchemaError

Change = Callable[[RequestFile], RequestFile]


def request_file(unit: UnitOfWork, request_id: str) -> RequestFile:
    """Return one request.

    :raises NotFound: ``request-unknown``.
    """
    try:
        return read(unit.items.get(KIND, request_id))
    except NotFound:
        raise NotFound("request-unknown", "/request", "Look at the list of requests.") from None


def request_files(unit: UnitOfWork, state: FileState | None = None) -> Sequence[RequestFile]:
    """Return all requests, oldest first."""
    return [read(one) for one in unit.items.all(KIND, state.value if state else None)]


def requests_about(unit: UnitOfWork, pupil_id: str) -> Sequence[RequestFile]:
    """Return the requests about a pupil, oldest first."""
    return [read(one) for one in unit.items.about(KIND, pupil_id)]


def change_request(
    inside: Inside,
    org_id: str,
    request_id: str,
    change: Change,
    actor: Actor,
    action: str = "ehc-request.saved",
    based_on: int | None = None,
) -> RequestFile:
    """Change a request; a change that says the same stores nothing.

    :param change: a function of what is stored, run within the unit of work that stores it.
    :param based_on: version that the writer began from; None: whatever stands.
    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``record-changed``: somebody else changed it; ``request-over``.
    :raises Wrapped: what was written breaks the record's schema.
    """
    with inside.store.unit(org_id) as unit:
        before = request_file(unit, request_id)
        if before.state in (FileState.WITHDRAWN, FileState.CLOSED):
            raise Conflict("request-over", "/request", "This request is over.")
        if based_on is not None and before.version != based_on:
            raise Conflict("record-changed", "/version", "Somebody else changed it. Look again.")
        changed = change(before)
        if changed == before:
            return before
        kept = put(inside, unit, changed)
        unit.audit.record(actor, action, KIND, request_id)
        unit.commit()
    return kept


def put(inside: Inside, unit: UnitOfWork, file: RequestFile) -> RequestFile:
    """Store a changed request in the caller's unit of work.

    :raises Wrapped: what was written breaks the record's schema.
    """
    try:
        item = item_of(replace(file, updated_at=inside.clock.now()))
    except SchemaError as error:
        raise Wrapped.of(error) from None
    return read(unit.items.update(item))
