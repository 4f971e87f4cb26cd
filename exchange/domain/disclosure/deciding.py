"""Decide about one document: may it go to this recipient, for this purpose, on this day?

In this order, the first that withholds wins:

1. the channel of child-protection documents;
2. purpose, lawful basis and recipient fit;
3. a named professional's serious-harm decision: it alone withholds absolutely, of all that
   people decide;
4. the table of documents;
5. sections of an EHC plan that may not go: then the whole plan does not;
6. "not for X" marks and decisions to withhold;
7. wishes of the family and the pupil;
8. what people said of another paper that holds the same.

What must go by law is never stopped silently by a mark, a decision to withhold or an objection:
the head decides. A question that a person has answered for this recipient is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from exchange.domain.disclosure.case import RULE, Decision, Facts, Outcome, Purpose, Recipient
from exchange.domain.disclosure.channel import check_channel
from exchange.domain.disclosure.obstacles import (
    Obstacle,
    by_judgements,
    by_marks,
    by_wishes,
    class_of,
    settle,
    told,
)
from exchange.domain.disclosure.purposes import covers, doubts, unfit
from exchange.domain.disclosure.reasons import Heard, hear
from exchange.domain.disclosure.said import NOTHING
from exchange.domain.disclosure.same import by_same
from exchange.domain.disclosure.table import CONSULTATION, from_table
from schemas.codes import code_set

__all__ = ["class_of", "decide", "decide_section"]

_KCSIE = "Keeping Children Safe in Education, part two"
_UK_GDPR_5 = "UK GDPR, Articles 5(1)(b) and 6(1)"


def decide(facts: Facts, recipient: Recipient, purpose: Purpose, on: date) -> Decision:
    """Decide about one document, record or section.

    :raises schemas.errors.CodeSetError: type, purpose, basis or a reason is in no code set.
    """
    channel = check_channel(facts.type, purpose.kind, recipient.inbox, on)
    if not channel.allowed:
        return Decision(Outcome.WITHHELD, channel.code, RULE, _KCSIE)
    misfit = unfit(purpose, recipient, on)
    if misfit is None and not covers(purpose, facts.type, on):
        misfit = "not-for-this-purpose"
    if misfit:
        return Decision(Outcome.WITHHELD, misfit, RULE, _UK_GDPR_5)
    heard = hear(facts.said.judgements, recipient)
    if heard.absolute:
        why, judgement = heard.absolute
        return Decision(Outcome.WITHHELD, why.code, judgement.by, why.source)
    granted = from_table(facts, recipient, purpose, on)
    if granted.outcome is Outcome.WITHHELD:
        return granted
    obstacles = [*_obstacles(facts, recipient, purpose, on, granted, heard)]
    of_all = hear(facts.pupil_said.judgements, recipient)
    warnings = doubts(purpose) + told(facts, recipient)
    return settle(obstacles, heard, (of_all,), granted, warnings)


def _obstacles(
    facts: Facts,
    recipient: Recipient,
    purpose: Purpose,
    on: date,
    granted: Decision,
    heard: Heard,
) -> Iterator[Obstacle]:
    yield from _by_sections(facts, recipient, purpose, on)
    yield from by_marks(facts, recipient, on)
    yield from by_judgements(facts, heard, on)
    if facts.section is not None:  # what was wished of the whole pack is asked of the plan, once
        facts = replace(facts, pupil_said=NOTHING)
    yield from by_wishes(facts, recipient, on)
    yield from by_same(facts, heard, recipient, on)
    # Last, as some pages let a choice answer it: what somebody said must not hide behind it.
    if granted.outcome is Outcome.NEEDS_DECISION:
        yield Obstacle(granted)


def _by_sections(
    facts: Facts, recipient: Recipient, purpose: Purpose, on: date
) -> Iterator[Obstacle]:
    """A plan as one file holds all its sections: one that may not go holds it back."""
    for letter, said in sorted(facts.sections.items()):
        section = decide_section(letter, replace(facts, said=said), recipient, purpose, on)
        if section.outcome is Outcome.WITHHELD:
            yield Obstacle(replace(section, code="section-withheld"))
        elif section.outcome is Outcome.NEEDS_DECISION:
            # Answered where it was asked: of the section, not by what was said of the plan.
            yield Obstacle(replace(section, code="section-undecided"))


def decide_section(
    letter: str, facts: Facts, recipient: Recipient, purpose: Purpose, on: date
) -> Decision:
    """Decide about one section of an EHC plan (SEND Regulations 2014, reg 12(1)).

    Whether the school is the one named in section I, and what was wished of the whole pack, is
    asked of the plan; what was wished of this section is weighed here.

    :param facts: of the plan, with ``said`` of this section.
    :raises schemas.errors.CodeSetError: there is no such section.
    """
    row = code_set("ehc-section").lookup(letter, on=on, path="/section")
    consultation = purpose.code == CONSULTATION
    of_section = replace(
        facts,
        type="ehc-plan-consultation" if consultation else "ehc-plan",
        section=letter,
        sections={},
        same=(),  # asked of the plan
    )
    found = decide(of_section, replace(recipient, named_school=True), purpose, on)
    if not consultation or not found.allowed or row.attributes["consultation"]:
        return found
    answer = hear(facts.said.judgements, recipient).settling("not-in-consultation", None)
    if answer is not None:
        why, judgement = answer
        return replace(found, code=why.code, by=judgement.by, basis=why.source)
    source = code_set("ehc-section").source.split(". ")[0]
    return Decision(Outcome.WITHHELD, "not-in-consultation", RULE, source)
