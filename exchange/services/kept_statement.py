"""A pack's statement as it is kept: that of a child-protection pack opens for the DSL alone.

A statement lists titles and authors. Rows of packs are sealed under ``general``, because packs are
carried on while the DSL is away; so what a DSL's pack says is sealed once more, to ``cp``.
"""

from __future__ import annotations

import io

from exchange.bundle.at_rest import seal_stream
from exchange.errors import Wrapped
from exchange.services.inside import Inside
from keys.errors import KeysError
from schemas.statement import BundleKind

_SEALED = b"age-encryption.org/"


def to_keep(inside: Inside, org_id: str, inbox: str, kind: BundleKind, statement: bytes) -> bytes:
    """Return a statement as it is to be kept in a row.

    A recall lists nothing, and is sent while the DSL is away, too: it is kept as it is.

    :raises Wrapped: ``compartment-locked``: a DSL's pack, and the DSL has not unlocked.
    """
    if inbox != "dsl" or kind is BundleKind.RECALL:
        return statement
    out = io.BytesIO()
    try:
        recipient = inside.vault.compartment(org_id, "cp").recipient
    except KeysError as error:
        raise Wrapped.of(error) from None
    seal_stream(io.BytesIO(statement), out, recipient, len(statement))
    return out.getvalue()


def as_signed(inside: Inside, org_id: str, kept: bytes) -> bytes:
    """Return the bytes that were signed.

    :raises Wrapped: ``compartment-locked``; an age code: what was kept was altered.
    """
    if not kept.startswith(_SEALED):
        return kept
    try:
        return inside.vault.compartment(org_id, "cp").opener.open(io.BytesIO(kept)).read()
    except KeysError as error:
        raise Wrapped.of(error) from None


def where_open(inside: Inside, org_id: str, kept: bytes) -> bytes | None:
    """Return the bytes that were signed; None where they are the DSL's, who has not unlocked.

    For what may be told without them, to whoever has no passphrase.

    :raises Wrapped: an age code: what was kept was altered.
    """
    try:
        return as_signed(inside, org_id, kept)
    except Wrapped as error:
        if error.code != "compartment-locked":
            raise
        return None
