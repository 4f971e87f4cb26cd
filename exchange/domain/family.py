"""What a family's page may show, by a list of its own: what is not on it does not exist there.

Never: the safeguarding flag, a child-protection file, social-care advice, what is withheld or a
hint of it, another adult's details or views. Titles and file names are not shown at all, since
they may name somebody; a paper is told by its kind, its day and who wrote it.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.domain.disclosure import (
    Facts,
    Outcome,
    Purpose,
    Recipient,
    Said,
    decide,
    reason,
)

FAMILY = Recipient(org_id="family", kind="family")
READING = Purpose(code="correspondence")

MAY_BE_TOLD = frozenset(
    {
        "access-arrangements",
        "annual-review",
        "attainment",
        "attendance",
        "behaviour",
        "camhs-report",
        "communication-profile",
        "diagnosis-letter",
        "early-help",
        "ehc-plan",
        "ep-report",
        "equipment",
        "healthcare-plan",
        "isp",
        "ot-report",
        "paediatric-report",
        "peep",
        "physio-report",
        "profile",
        "provision-map",
        "screening",
        "sen-support-plan",
        "sensory-report",
        "slt-report",
        "specialist-teacher-report",
        "standardised-scores",
        "strategies",
        "transition-plan",
    }
)
"""Types of which a family's page may say that they are to be sent."""

NEVER_TOLD = frozenset(
    {
        "cp-file",
        "ehc-plan-consultation",
        "ehc-request",
        "other",
        "parent-views",
        "pep",
        "provision-map-costed",
        "pupil-views",
        "risk-assessment",
        "safeguarding-flag",
        "sharing-agreement",
        "social-care-advice",
    }
)
"""Types of which it never says anything; each for one of the reasons above, or because it may say
of somebody else. A person's own views stand on their page as what they said themselves."""


class Relationship(StrEnum):
    """What somebody is to the child."""

    PARENT = "parent"
    CARER = "carer"
    GUARDIAN = "guardian"
    OTHER = "other"
    YOUNG_PERSON = "young-person"


class Responsibility(StrEnum):
    """Whether somebody has parental responsibility (Children Act 1989, s.3)."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Paper:
    """One document or record of a pupil, with what was said of it.

    :param ref: as ``services.record_disclosure`` understands it.
    :param going: it would go to the destination, whatever anybody of the family wished.
    :param sections: by letter, what was said of sections of the EHC plan that this file is.
    :param same: other things of the pupil that hold the same (:class:`Facts`).
    """

    ref: str
    type: str
    said: Said
    going: bool
    pupil_said: Said
    author: str = ""
    authored: date | None = None
    is_document: bool = True
    sections: Mapping[str, Said] = field(default_factory=dict)
    same: tuple[Facts, ...] = ()


def may_be_told(paper: Paper) -> bool:
    """Return whether the page may say that this paper is to be sent."""
    return paper.going and paper.type in MAY_BE_TOLD and not kept_from_family(paper)


def may_be_read(paper: Paper, on: date) -> bool:
    """Return whether the family may read this paper's contents on their page.

    Whether this person may is for staff to say of each paper (it may name another adult).
    """
    if not paper.is_document or paper.type not in MAY_BE_TOLD or kept_from_family(paper):
        return False
    sections = {letter: _without_wishes(said) for letter, said in paper.sections.items()}
    facts = Facts(type=paper.type, said=_without_wishes(paper.said), sections=sections)
    return decide(facts, FAMILY, READING, on).outcome is Outcome.ALLOWED


def kept_from_family(paper: Paper) -> bool:
    """Return whether anybody marked it, or decided to withhold it, with the family in mind.

    A plan as one file holds all its sections: what keeps one of them back keeps the file. So does
    what keeps back another paper that holds the same. A later release to somebody else lifts
    nothing here: only taking the mark off does, or a release that is about the family.
    """
    said = [paper.said, paper.pupil_said, *paper.sections.values()]
    for one in paper.same:
        said += [one.said, *one.sections.values()]
    return any(map(_keeps, said))


def _keeps(said: Said) -> bool:
    if any(FAMILY.is_meant_by(one.not_for) for one in said.marks):
        return True
    kept: set[str] = set()
    for one in said.judgements:
        if not FAMILY.is_meant_by(one.audience):
            continue
        why = reason(one.reason)
        if why.direction == "withhold":
            kept.add(why.code)
        else:
            kept -= why.lifts
    return bool(kept)


def _without_wishes(said: Said) -> Said:
    return Said(marks=said.marks, judgements=said.judgements)


_SHORTEST_NAME, _SHORTEST_NUMBER = 2, 7


def names_another(texts: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether any text names another adult, by a name, address, number or mail of theirs."""
    told = list(texts)
    words, numbers = [_folded(one) for one in told], [_digits(one) for one in told]
    for one in others:
        name, number = _folded(one), _digits(one)
        if len(name) > _SHORTEST_NAME and any(name in text for text in words):
            return True
        if len(number) >= _SHORTEST_NUMBER and any(number in text for text in numbers):
            return True
    return False


def _digits(text: str) -> str:
    """Return the digits alone: people group them as they like."""
    return "".join(c for c in text if c.isdecimal())


def _folded(text: str) -> str:
    return " ".join(
        "".join(c if c.isalnum() or c in "@." else " " for c in text.casefold()).split()
    )


STATES: Mapping[str, str] = {
    "queued": "sent",
    "delivered": "sent",
    "collected": "arrived",
    "verified": "opened",
    "accepted": "accepted",
    "imported": "accepted",
}
"""What a copy for the family says of a pack that was sent; of any other state, nothing."""

STEPS: Mapping[str, str] = {
    "collected": "arrived",
    "verified": "opened",
    "accepted": "accepted",
}
"""What the family is told of a pack, by the kinds of the receipts that it got."""

ENDS: Mapping[str, str] = {
    "rejected": "sent back",
    "recalled": "called back",
    "expired": "never collected",
}
"""What else became of a pack, by its state: what went wrong is told as well."""
