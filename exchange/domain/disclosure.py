"""Which inbox a document may go to: the first rule of disclosure, and the one never bent.

A child-protection file goes to the designated safeguarding lead alone, in a bundle of its own,
sealed to that inbox's keys (Keeping Children Safe in Education, part two; house: CP bundles carry
only the DSL's recipients). Everything else goes to the general inbox. Roles, EHC sections, wishes
and withheld items come with the people who decide about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.codes import code_set

Inbox = Literal["general", "dsl"]
BundleKind = Literal["transfer", "cp-file"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one document.

    :param code: why; stable, shown to the sender, and kept in the audit book.
    """

    allowed: bool
    code: str


def decide(document_type: str, kind: BundleKind, inbox: Inbox, on: date) -> Decision:
    """Decide whether a document may be in a bundle of this kind to this inbox.

    :raises schemas.errors.CodeSetError: the type is not in the document types of that day.
    """
    confidential = is_cp(document_type, on)
    if kind == "cp-file":
        if inbox != "dsl":
            return Decision(False, "cp-to-dsl-only")
        return Decision(confidential, "cp-file" if confidential else "not-a-cp-document")
    if confidential:
        return Decision(False, "cp-apart")
    return Decision(True, "phase-transfer")


def is_cp(document_type: str, on: date) -> bool:
    """Return whether documents of this type are kept and sent apart, for the DSL alone."""
    code = code_set("document-type").lookup(document_type, on=on)
    return code.attributes.get("compartment") == "cp"
