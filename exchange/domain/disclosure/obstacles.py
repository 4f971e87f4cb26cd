"""What people can put in the way of a document: marks, decisions to withhold, wishes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.domain.disclosure.case import Decision, Facts, Outcome, Recipient
from exchange.domain.disclosure.reasons import Heard
from exchange.domain.disclosure.said import Said, Speaker, Wish
from exchange.domain.disclosure.table import author_of
from schemas.codes import code_set

MUST_GO, SCHOOL_DECIDES, FAMILY_OWN = "must-go", "school-decides", "family-own"
_ARTICLE_21 = "UK GDPR, Article 21; SEND Code of Practice 2015, 6.57"
_MARKED = "a person marked it"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something in the way; ``since`` when it arose, where that matters.

    :param of_all: it is about the whole pack, and may be answered once for all of it.
    """

    decision: Decision
    since: datetime | None = None
    of_all: bool = False


def class_of(document_type: str, on: date) -> tuple[str, str]:
    """Return who has the last word on a type (``must-go`` ...), and the source of that."""
    row = code_set("disclosure-class").lookup(document_type, on=on)
    return str(row.attributes["class"]), str(row.attributes["source"])


def settle(
    obstacles: Iterable[Obstacle],
    own: Heard,
    of_all: Sequence[Heard],
    granted: Decision,
    warnings: tuple[str, ...] = (),
) -> Decision:
    """Return the first obstacle that withholds, else the first that asks, else that it goes.

    :param own: what was decided of this thing; ``of_all``: where else what is about the whole pack
        may have been answered.
    """
    settled, open_ = None, []
    for each in obstacles:
        heard = (own, *of_all) if each.of_all else (own,)
        answers = (one.settling(each.decision.code, each.since) for one in heard)
        answer = next((one for one in answers if one is not None), None)
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


def by_marks(facts: Facts, recipient: Recipient, on: date) -> Iterator[Obstacle]:
    """Yield what a "not for" mark puts in the way."""
    for mark in facts.said.marks:
        if not recipient.is_meant_by(mark.not_for):
            continue
        kind, source = class_of(facts.type, on)
        if kind == MUST_GO:
            code, who = "marked-but-must-go", "head"
            yield Obstacle(Decision(Outcome.NEEDS_DECISION, code, who, source), mark.at)
        else:
            yield Obstacle(Decision(Outcome.WITHHELD, "marked-not-for", mark.by, _MARKED))


def by_judgements(facts: Facts, heard: Heard, on: date) -> Iterator[Obstacle]:
    """Yield what a decision to withhold puts in the way."""
    for why, judgement in heard.withheld:
        kind, source = class_of(facts.type, on)
        if kind == MUST_GO and why.decided_by != "head":
            code = "withheld-but-must-go"
            yield Obstacle(Decision(Outcome.NEEDS_DECISION, code, "head", source), judgement.at)
        else:
            yield Obstacle(Decision(Outcome.WITHHELD, why.code, judgement.by, why.source))


def by_wishes(facts: Facts, recipient: Recipient, on: date) -> Iterator[Obstacle]:
    """Yield what the family and the pupil want, or have not said."""
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
        yield Obstacle(decision, wish.at, of_all=not own and kind != FAMILY_OWN)


def _by_author(author: Speaker, facts: Facts, recipient: Recipient) -> Iterator[Obstacle]:
    """The author chooses: silence is no choice. What they wrote they may always read."""
    if recipient.kind == "family" and author == "family":
        return
    basis = "table of documents: as the author chooses"
    wish = _newest(facts.said, author, recipient) or _newest(facts.pupil_said, author, recipient)
    if wish is None or wish.wants == "no-answer":
        yield Obstacle(
            Decision(Outcome.NEEDS_DECISION, "author-has-not-chosen", author, basis),
            wish.at if wish else None,
        )
    elif wish.wants == "refuses":
        yield Obstacle(Decision(Outcome.WITHHELD, "author-refuses", author, basis), wish.at)


def told(facts: Facts, recipient: Recipient) -> tuple[str, ...]:
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
