"""Whether purpose and lawful basis fit recipient and document (data: ``purpose``)."""

from __future__ import annotations

from datetime import date

from exchange.domain.disclosure.case import Purpose, Recipient
from exchange.domain.disclosure.table import strings
from schemas.codes import code_set


def unfit(purpose: Purpose, recipient: Recipient, on: date) -> str | None:
    """Return why the purpose does not fit the recipient, or its basis the purpose; or None.

    :raises schemas.errors.CodeSetError: no such purpose or basis on that day.
    """
    row = code_set("purpose").lookup(purpose.code, on=on, path="/purpose")
    code_set("lawful-basis").lookup(purpose.lawful_basis, on=on, path="/basis")
    if recipient.kind not in strings(row.attributes["recipients"]):
        return "purpose-unfit"
    if purpose.lawful_basis not in strings(row.attributes["bases"]):
        return "basis-unfit"
    return None


def covers(purpose: Purpose, document_type: str, on: date) -> bool:
    """Return whether the purpose asks for documents of this type."""
    row = code_set("purpose").lookup(purpose.code, on=on, path="/purpose")
    types = strings(row.attributes.get("types"))
    return not types or document_type in types


def doubts(purpose: Purpose) -> tuple[str, ...]:
    """Return warnings: consent is usually the wrong basis, for it can be withdrawn."""
    return ("consent-usually-wrong",) if purpose.lawful_basis == "consent" else ()
