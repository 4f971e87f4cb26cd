"""Which kind of pack and which inbox a document may travel in: the one rule never bent.

A child-protection file goes to the designated safeguarding lead alone, in a bundle of its own,
sealed to that inbox's keys (Keeping Children Safe in Education, part two; house: CP bundles carry
only the DSL's recipients). No decision of any person opens another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.codes import code_set

Inbox = Literal["general", "dsl"]
BundleKind = Literal["transfer", "cp-file"]


@dataclass(frozen=True, slots=True)
class Channel:
    """Whether a document may travel this way.

    :param code: why; stable, shown to the sender, and kept in the audit book.
    """

    allowed: bool
    code: str


def check_channel(document_type: str, kind: BundleKind, inbox: Inbox, on: date) -> Channel:
    """Say whether a document may be in a bundle of this kind to this inbox.

    :raises schemas.errors.CodeSetError: the type is not in the document types of that day.
    """
    confidential = is_cp(document_type, on)
    if kind == "cp-file":
        if inbox != "dsl":
            return Channel(False, "cp-to-dsl-only")
        return Channel(confidential, "cp-file" if confidential else "not-a-cp-document")
    if confidential:
        return Channel(False, "cp-apart")
    return Channel(True, "general-pack")


def is_cp(document_type: str, on: date) -> bool:
    """Return whether documents of this type are kept and sent apart, for the DSL alone."""
    code = code_set("document-type").lookup(document_type, on=on)
    return code.attributes.get("compartment") == "cp"
