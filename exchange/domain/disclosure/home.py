"""Where a child lives and how to reach their people: the part of a pupil's record that is decided.

The rest of that record says whom a pack is about and is in every pack. This part goes where it is
needed, and of a child whom a council looks after it stays, unless the child's social worker says
that it may go: where a child is placed is for the council to tell.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from exchange.domain.disclosure.case import RULE, Decision, Outcome, Purpose, Recipient
from exchange.domain.disclosure.purposes import unfit
from exchange.domain.disclosure.reasons import hear
from exchange.domain.disclosure.said import Said
from exchange.domain.disclosure.table import CONSULTATION

if TYPE_CHECKING:  # what decides about documents starts without them
    from schemas.pupil import Pupil

PLACEMENT = "placement-kept"
_LEAST = "UK GDPR, Article 5(1)(c): data minimisation"
_PLACED = "Placement and contact arrangements of a looked-after child are withheld by default"
_TABLE = "A school must be able to reach a child's family"


def decide_home(
    said: Said, recipient: Recipient, purpose: Purpose, on: date, *, in_care: bool
) -> Decision:
    """Decide about the home address and contact details of a pupil.

    :param said: what people said of just this.
    :param in_care: a council looks after the pupil.
    :raises schemas.errors.CodeSetError: purpose, basis or a reason is in no code set.
    """
    misfit = unfit(purpose, recipient, on)
    if misfit:
        return Decision(Outcome.WITHHELD, misfit, RULE, _LEAST)
    heard = hear(said.judgements, recipient)
    for why, judgement in heard.withheld:
        return Decision(Outcome.WITHHELD, why.code, judgement.by, why.source)
    for mark in said.marks:
        if recipient.is_meant_by(mark.not_for):
            return Decision(Outcome.WITHHELD, "marked-not-for", mark.by, "a person marked it")
    if purpose.code == CONSULTATION:
        return Decision(Outcome.WITHHELD, "home-not-in-consultation", RULE, _LEAST)
    if not in_care or recipient.kind == "la":
        return Decision(Outcome.ALLOWED, "home-needed", RULE, _TABLE)
    answer = heard.settling(PLACEMENT, None)
    if answer is None:
        return Decision(Outcome.WITHHELD, PLACEMENT, RULE, _PLACED)
    return Decision(Outcome.ALLOWED, answer[0].code, answer[1].by, answer[0].source)


def without_home(pupil: Pupil) -> Pupil:
    """Return a pupil's record without anything that tells where they live or how to reach anybody.

    Who the contacts are, what they are to the pupil and that a court order limits contact stays.
    What this version does not understand goes too: it could say what was left out.
    """
    contacts = tuple(
        replace(
            one,
            address_as_pupil=None,
            address=None,
            arrangements=None,
            phones=(),
            email=None,
            unknown={},
        )
        for one in pupil.contacts
    )
    return replace(
        pupil, address=None, phones=(), email=None, contacts=contacts, extras=(), unknown={}
    )
