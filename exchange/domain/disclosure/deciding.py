"""Decide about one document: may it go to this recipient, for this purpose, on this day?

In this order, the first that withholds wins:

1. the channel of child-protection documents;
2. purpose, lawful basis and recipient fit;
3. a named professional's serious-harm decision: it alone withholds absolutely, of all that
   people decide;
4. the table of documents;
5. sections of an EHC plan that may not go: then the whole plan does not;
6. "not for X" marks and decisions to withhold;
7. wishes of the family and the pupil.

What must go by law is never stopped silently by a mark, a decision to withhold or an objection:
the head decides. A question that a person has answered for this recipient is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.domain.disclosure.case import RULE, Decision, Facts, Outcome, Purpose, Recipient
from exchange.domain.disclosure.channel import check_channel
from exchange.domain.disclosure.purposes import covers, doubts, unfit
from exchange.domain.disclosure.reasons import Heard, hear
from exchange.domain.disclosure.said import NOTHING, Said, Speaker, Wish
from exchange.domain.disclosure.table import CONSULTATION, author_of, from_table
from schemas.codes import code_set

MUST_GO, SCHOOL_DECIDES, FAMILY_OWN = "must-go", "school-decides", "family-own"
_KCSIE = "Keeping Children Safe in Education, part two"
_UK_GDPR_5 = "UK GDPR, Articles 5(1)(b) and 6(1)"
_ARTICLE_21 = "UK GDPR, Article 21; SEND Code of Practice 2015, 6.57"
_MARKED = "a person marked it"


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Something in the way; ``since`` when it arose, where that matters.

    :param of_all: it is about the whole pack, and may be answered once for all of it.
    """

    decision: Decision
    since: datetime | None = None
    of_all: bool = False


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
    warnings = doubts(purpose) + _told(facts, recipient)
    return _weigh(obstacles, (heard, of_all), granted, warnings)


def class_of(document_type: str, on: date) -> tuple[str, str]:
    """Return who has the last word on a type (``must-go`` ...), and the source of that."""
    row = code_set("disclosure-class").lookup(document_type, on=on)
    return str(row.attributes["class"]), str(row.attributes["source"])


def _obstacles(
    facts: Facts,
    recipient: Recipient,
    purpose: Purpose,
    on: date,
    granted: Decision,
    heard: Heard,
) -> Iterator[_Obstacle]:
    yield from _by_sections(facts, recipient, purpose, on)
    yield from _by_marks(facts, recipient, on)
    yield from _by_judgements(facts, heard, on)
    if facts.section is not None:  # what was wished of the whole pack is asked of the plan, once
        facts = replace(facts, pupil_said=NOTHING)
    yield from _by_wishes(facts, recipient, on)
    # Last, as some pages let a choice answer it: what somebody said must not hide behind it.
    if granted.outcome is Outcome.NEEDS_DECISION:
        yield _Obstacle(granted)


def _weigh(
    obstacles: list[_Obstacle],
    heard: tuple[Heard, Heard],
    granted: Decision,
    warnings: tuple[str, ...],
) -> Decision:
    """Return the first obstacle that withholds, else the first that asks, else that it goes.

    :param heard: what was decided of this thing, and of the whole pack.
    """
    settled, open_ = None, []
    for each in obstacles:
        answer = heard[0].settling(each.decision.code, each.since)
        if answer is None and each.of_all:
            answer = heard[1].settling(each.decision.code, each.since)
        if answer is None:
            open_.append(each.decision)
        else:
            why, judgement = answer
            settled = Decision(Outcome.ALLOWED, why.code, judgement.by, why.source)
    for outcome in (Outcome.WITHHELD, Outcome.NEEDS_DECISION):
        for one in open_:
            if one.outcome is outcome:
                return replace(one, warnings=warnings)
    return replace(settled or granted, warnings=warnings)


def _by_sections(
    facts: Facts, recipient: Recipient, purpose: Purpose, on: date
) -> Iterator[_Obstacle]:
    """A plan as one file holds all its sections: one that may not go holds it back."""
    for letter, said in sorted(facts.sections.items()):
        section = decide_section(letter, replace(facts, said=said), recipient, purpose, on)
        if section.outcome is Outcome.WITHHELD:
            yield _Obstacle(replace(section, code="section-withheld"))
        elif section.outcome is Outcome.NEEDS_DECISION:
            # Answered where it was asked: of the section, not by what was said of the plan.
            yield _Obstacle(replace(section, code="section-undecided"))


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


def _by_marks(facts: Facts, recipient: Recipient, on: date) -> Iterator[_Obstacle]:
    for mark in facts.said.marks:
        if not recipient.is_meant_by(mark.not_for):
            continue
        kind, source = class_of(facts.type, on)
        if kind == MUST_GO:
            code, who = "marked-but-must-go", "head"
            yield _Obstacle(Decision(Outcome.NEEDS_DECISION, code, who, source), mark.at)
        else:
            yield _Obstacle(Decision(Outcome.WITHHELD, "marked-not-for", mark.by, _MARKED))


def _by_judgements(facts: Facts, heard: Heard, on: date) -> Iterator[_Obstacle]:
    for why, judgement in heard.withheld:
        kind, source = class_of(facts.type, on)
        if kind == MUST_GO and why.decided_by != "head":
            code = "withheld-but-must-go"
            yield _Obstacle(Decision(Outcome.NEEDS_DECISION, code, "head", source), judgement.at)
        else:
            yield _Obstacle(Decision(Outcome.WITHHELD, why.code, judgement.by, why.source))


def _by_wishes(facts: Facts, recipient: Recipient, on: date) -> Iterator[_Obstacle]:
    author = author_of(facts, on)
    if author is not None:
        yield from _by_author("pupil" if author == "pupil" else "family", facts, recipient)
        return
    for speaker, wish in _wishes(facts, recipient):
        if wish.wants != "refuses":
            continue
        kind, source = class_of(facts.type, on)
        if kind == FAMILY_OWN:
            decision = Decision(Outcome.WITHHELD, "family-refuses", speaker, source)
        else:
            decision = Decision(Outcome.NEEDS_DECISION, "objection", "head", _ARTICLE_21)
        own = any(one is wish for one in facts.said.wishes)
        yield _Obstacle(decision, wish.at, of_all=not own and kind != FAMILY_OWN)


def _by_author(author: Speaker, facts: Facts, recipient: Recipient) -> Iterator[_Obstacle]:
    """The author chooses: silence is no choice. What they wrote they may always read."""
    if recipient.kind == "family" and author == "family":
        return
    basis = "table of documents: as the author chooses"
    wish = _newest(facts.said, author, recipient) or _newest(facts.pupil_said, author, recipient)
    if wish is None or wish.wants == "no-answer":
        yield _Obstacle(
            Decision(Outcome.NEEDS_DECISION, "author-has-not-chosen", author, basis),
            wish.at if wish else None,
        )
    elif wish.wants == "refuses":
        yield _Obstacle(Decision(Outcome.WITHHELD, "author-refuses", author, basis), wish.at)


def _told(facts: Facts, recipient: Recipient) -> tuple[str, ...]:
    """Return what the sender is told of wishes, whatever becomes of the document."""
    return tuple(
        f"{speaker}-disagrees"
        for speaker, wish in _wishes(facts, recipient)
        if wish.wants == "refuses"
    )


def _wishes(facts: Facts, recipient: Recipient) -> Iterator[tuple[Speaker, Wish]]:
    """Yield the wish that stands of everybody who may speak: of this document, else of all."""
    speakers: tuple[Speaker, ...] = ("pupil",) if facts.speaks_alone else ("family", "pupil")
    for speaker in speakers:
        wish = _newest(facts.said, speaker, recipient) or _newest(
            facts.pupil_said, speaker, recipient
        )
        if wish is not None:
            yield speaker, wish


def _newest(said: Said, speaker: Speaker, recipient: Recipient) -> Wish | None:
    found = [
        one for one in said.wishes if one.speaker == speaker and recipient.is_meant_by(one.audience)
    ]
    return found[-1] if found else None
