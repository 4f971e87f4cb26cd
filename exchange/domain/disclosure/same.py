"""What holds the same is kept back together: equal bytes, a record and the file that it is of.

People speak of one row of a list and mean what it holds. So what they said against one holds for
the others, however those are called. Only what people said: the table is asked of each by itself,
and a release of one opens no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from exchange.domain.disclosure.case import RULE, Decision, Facts, Outcome, Recipient
from exchange.domain.disclosure.channel import is_cp
from exchange.domain.disclosure.obstacles import (
    MUST_GO,
    Obstacle,
    by_judgements,
    by_marks,
    by_wishes,
    class_of,
    settle,
)
from exchange.domain.disclosure.reasons import Heard, hear, reason
from exchange.domain.disclosure.said import NOTHING
from schemas.codes import code_set

_NOTHING_AGAINST = Decision(Outcome.ALLOWED, "nothing-against", RULE, "")


def by_same(facts: Facts, heard: Heard, recipient: Recipient, on: date) -> Iterator[Obstacle]:
    """Yield what people said against other things that hold the same.

    :param heard: what was decided of this one: an objection to the whole pack is answered once.
    """
    for other in facts.same:
        found = _against(other, heard, recipient, on)
        if found is None:
            continue
        kind, source = class_of(facts.type, on)
        if is_cp(other.type, on):  # who reads this need not learn who keeps a CP file back
            found = replace(found, by=RULE)
        if found.outcome is Outcome.NEEDS_DECISION:
            yield Obstacle(replace(found, code="same-undecided"))
        elif kind == MUST_GO and not _is_final(found):
            asked = Decision(Outcome.NEEDS_DECISION, "withheld-but-must-go", "head", source)
            yield Obstacle(asked, _last(other))
        else:
            yield Obstacle(replace(found, code="same-withheld"))


def _against(about: Facts, answered: Heard, recipient: Recipient, on: date) -> Decision | None:
    """Return what keeps it back of all that people said of it, or None."""
    heard = hear(about.said.judgements, recipient)
    if heard.absolute:
        why, judgement = heard.absolute
        return Decision(Outcome.WITHHELD, why.code, judgement.by, why.source)
    obstacles = [
        *_by_sections(about, answered, recipient, on),
        *by_marks(about, recipient, on),
        *by_judgements(about, heard, on),
        *by_wishes(about, recipient, on),
    ]
    of_all = hear(about.pupil_said.judgements, recipient)
    found = settle(obstacles, heard, (of_all, answered), _NOTHING_AGAINST)
    return None if found.allowed else found


def _by_sections(
    about: Facts, answered: Heard, recipient: Recipient, on: date
) -> Iterator[Obstacle]:
    for letter, said in sorted(about.sections.items()):
        section = replace(about, said=said, pupil_said=NOTHING, sections={}, section=letter)
        found = _against(section, answered, recipient, on)
        if found is not None:
            stays = found.outcome is Outcome.WITHHELD
            code = "section-withheld" if stays else "section-undecided"
            yield Obstacle(replace(found, code=code))


def _is_final(found: Decision) -> bool:
    """Return whether the head is not asked: a professional or the head decided, or of a section."""
    if found.code not in code_set("disclosure-reason"):
        return found.code == "section-withheld"
    why = reason(found.code)
    return why.absolute or why.decided_by == "head"


def _last(about: Facts) -> datetime:
    """Return when something was last said of it: what was answered before answers nothing."""
    times: list[datetime] = []
    for said in (about.said, about.pupil_said):
        times += [one.at for one in said.marks]
        times += [one.at for one in said.judgements]
        times += [one.at for one in said.wishes]
    return max(times)
