"""The one refusal of this room."""

from __future__ import annotations

from exchange.errors import FormatError

PRINT = "Print it to a new PDF, and attach that."


def not_cleanable(hint: str = PRINT) -> FormatError:
    """Return the refusal of a document that cannot be cleaned safely."""
    return FormatError("document-not-cleanable", "/document", hint)
