"""Which code a receipt gives to the sender for an error that the recipient met."""

from __future__ import annotations

from exchange.errors import ContainerError, ExchangeError, TrustError
from schemas.receipt import RejectionCode

_BY_CODE = {
    "schema-too-new": RejectionCode.SCHEMA_TOO_NEW,
    "other-subject": RejectionCode.OTHER_SUBJECT,
    "subject-mismatch": RejectionCode.OTHER_SUBJECT,
    "bundle-expired": RejectionCode.EXPIRED,
    "age-no-match": RejectionCode.CANNOT_OPEN,
    "organisation-unknown": RejectionCode.SENDER_UNKNOWN,
    "signature-invalid": RejectionCode.SIGNATURE_INVALID,
}


def rejection_code(error: ExchangeError) -> RejectionCode:
    """Return the code for a failed check; what is not in the table is named by its family."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if "signature" in error.code:
        return RejectionCode.SIGNATURE_INVALID
    if "record" in error.code or "schema" in error.code:
        return RejectionCode.RECORD_INVALID
    if isinstance(error, TrustError):
        return RejectionCode.CONTENT_DAMAGED
    if isinstance(error, ContainerError):
        return RejectionCode.FORMAT_REFUSED
    return RejectionCode.FORMAT_REFUSED
