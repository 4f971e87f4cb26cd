"""Which code a receipt gives to the sender for an error that the recipient met."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exchange.errors import BagError, ExchangeError, TrustError
from schemas.receipt import RejectionCode

_BY_CODE: Mapping[str, RejectionCode] = MappingProxyType(
    {
        "schema-too-new": RejectionCode.SCHEMA_TOO_NEW,
        "other-subject": RejectionCode.OTHER_SUBJECT,
        "bundle-expired": RejectionCode.EXPIRED,
        "age-no-match": RejectionCode.CANNOT_OPEN,
        "not-for-us": RejectionCode.CANNOT_OPEN,
        "key-unknown": RejectionCode.CANNOT_OPEN,
        "organisation-unknown": RejectionCode.SENDER_UNKNOWN,
        "signer-unknown": RejectionCode.SIGNATURE_INVALID,
        "key-expired": RejectionCode.KEY_NOT_VALID,
        "key-not-yet-valid": RejectionCode.KEY_NOT_VALID,
        "key-retired": RejectionCode.KEY_NOT_VALID,
        "key-compromised": RejectionCode.KEY_NOT_VALID,
    }
)


def rejection_code(error: ExchangeError) -> RejectionCode:
    """Return the code for a failed check; what is not in the table is named by its family."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if error.code.startswith("signature-"):
        return RejectionCode.SIGNATURE_INVALID
    if error.code.endswith("-too-large"):
        return RejectionCode.TOO_LARGE
    if isinstance(error, BagError) and error.path.startswith("/files/"):
        return RejectionCode.RECORD_INVALID  # only records are parsed; their path begins so
    if isinstance(error, TrustError):
        return RejectionCode.CONTENT_DAMAGED
    return RejectionCode.FORMAT_REFUSED
