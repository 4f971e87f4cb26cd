"""Receipts as signed bytes: written by the recipient, judged by the sender (bundle-format.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from exchange.errors import TrustError
from keys.errors import KeysError
from keys.interfaces import Signer
from keys.sshsig import AllowedSigner, verify
from schemas.base import dump_bytes, load_bytes
from schemas.errors import SchemaError
from schemas.receipt import Receipt

NAMESPACE = "sen-receipt@v1"
MAX_RECEIPT_BYTES = 2 * 1024 * 1024


def sign_receipt(receipt: Receipt, signer: Signer) -> tuple[bytes, bytes]:
    """Return the exact bytes of a receipt and their armored signature."""
    content = dump_bytes(receipt)
    return content, signer.sign(content, NAMESPACE)


def parse_receipt(content: bytes) -> Receipt:
    """Read a receipt strictly, without believing it.

    :raises TrustError: ``receipt-malformed``, with the path of the field.
    """
    if len(content) > MAX_RECEIPT_BYTES:
        raise TrustError("receipt-malformed", "/receipt")
    try:
        return load_bytes(Receipt, content)
    except SchemaError as error:
        raise TrustError("receipt-malformed", f"/receipt{error.path}", error.hint) from None


def verify_receipt(
    content: bytes, signature: bytes, allowed: Sequence[AllowedSigner], at: datetime
) -> None:
    """Check who signed a receipt.

    :param allowed: who may sign receipts of this kind for the responder.
    :raises TrustError: ``receipt-signature``: by nobody who may.
    """
    try:
        verify(content, signature, NAMESPACE, allowed, at)
    except KeysError as error:
        raise TrustError("receipt-signature", "/receipt/signature", error.hint) from None


def receipt_sha256(content: bytes) -> str:
    """Return the hash by which the next receipt of the chain names this one."""
    return hashlib.sha256(content).hexdigest()
