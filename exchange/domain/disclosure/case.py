"""What a decision is about: the facts of one document, its recipient, the purpose; its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from exchange.domain.disclosure.channel import BundleKind, Inbox
from exchange.domain.disclosure.said import EVERYBODY, NOTHING, Said
from schemas.codes import code_set
from schemas.strict_json import JsonValue

RULE = "rule"
"""Whose decision it is where no person has any say."""

What = Literal["document", "record", "section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one document, record or section of an EHC plan.

    :param type: document type code; a record has the type of the document that it stands for.
    :param said: what people said of it; ``pupil_said``: what was said of the pupil's whole pack.
    :param sections: by letter, what was said of sections of the EHC plan that this is.
    :param section: letter of the section that this is, or None.
    :param speaks_alone: the pupil is beyond compulsory school age: the family's wishes no longer
        count, save about their own words.
    :param same: of each other thing of the pupil that holds the same: a document with equal bytes,
        the record of a file, the file of a record.
    """

    type: str
    said: Said = NOTHING
    pupil_said: Said = NOTHING
    sections: Mapping[str, Said] = field(default_factory=dict)
    section: str | None = None
    speaks_alone: bool = False
    same: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who would get it.

    :param kind: of organisation, as the directory has it; ``family`` for the family's own page.
    :param role: the role that it is addressed to, where that is not simply who reads the inbox.
    :param named_school: section I of the pupil's EHC plan names it.
    :param asked: it is asked for advice: a person chooses document by document what it sees.
    """

    org_id: str
    kind: str
    inbox: Inbox = "general"
    role: str | None = None
    named_school: bool = False
    asked: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that this reaches."""
        reached = {
            one.code
            for one in code_set("recipient-role")
            if one.attributes["inbox"] == self.inbox and _at(one.attributes["at"], self.kind)
        }
        return frozenset(reached | ({self.role} if self.role else set()))

    def is_meant_by(self, audience: str) -> bool:
        """Return whether a mark, judgement or wish about ``audience`` is about this recipient."""
        return audience in (EVERYBODY, self.org_id, self.kind) or audience in self.roles


def _at(kinds: JsonValue, kind: str) -> bool:
    return isinstance(kinds, list) and ("*" in kinds or kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What it is shared for, and on which lawful basis: codes of ``purpose``, ``lawful-basis``."""

    code: str = "phase-transfer"
    lawful_basis: str = "public-task"
    kind: BundleKind = "transfer"


class Outcome(StrEnum):
    """What becomes of it."""

    ALLOWED = "allowed"
    WITHHELD = "withheld"
    NEEDS_DECISION = "needs-decision"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided.

    :param code: why; stable and without a pupil's data.
    :param by: whose decision it is or was: :data:`RULE`, a role, or a person's name.
    :param basis: what it rests on, quoted.
    :param warnings: codes that the sender is shown; they stop nothing.
    """

    outcome: Outcome
    code: str
    by: str
    basis: str
    warnings: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Return whether it goes."""
        return self.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A decision as it is shown before, and kept after, a pack was sent.

    :param ref: id of a document; ``<pupil>/<record>`` or ``<pupil>/<record>/<section>``.
    :param title: empty for child-protection documents: others may read this.
    """

    ref: str
    what: What
    type: str
    title: str
    decision: Decision

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        decision = self.decision
        return {
            "ref": self.ref,
            "what": self.what,
            "type": self.type,
            "title": self.title,
            "outcome": decision.outcome.value,
            "code": decision.code,
            "by": decision.by,
            "basis": decision.basis,
            "warnings": list(decision.warnings),
        }


def disclosed_from_json(value: Mapping[str, object]) -> Disclosed:
    """Return what :meth:`Disclosed.as_json` wrote.

    :raises KeyError, TypeError, ValueError: it did not write this.
    """
    told = {name: str(value[name]) for name in ("ref", "type", "title", "code", "by", "basis")}
    what, warnings = value["what"], value["warnings"]
    if what not in ("document", "record", "section") or not isinstance(warnings, list):
        raise ValueError
    decision = Decision(
        Outcome(str(value["outcome"])),
        told["code"],
        told["by"],
        told["basis"],
        tuple(str(one) for one in warnings),
    )
    return Disclosed(
        ref=told["ref"],
        what=what,
        type=told["type"],
        title=told["title"],
        decision=decision,
    )
