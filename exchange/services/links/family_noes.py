"""Whose no stands: a member's yes ends only what they themselves refused.

What staff write on the wishes page names no member. It stands until staff write another word there,
as they do once they have asked.
"""

from __future__ import annotations

from exchange.domain.disclosure import EVERYBODY, Said, Wish
from exchange.ports import UnitOfWork
from exchange.services.links.members import Member, members
from exchange.services.record_disclosure import find_thing


def no_of_another(unit: UnitOfWork, one: Member, ref: str) -> bool:
    """Return whether somebody else of the family refuses a paper, or the whole pack.

    A young person speaks for themselves alone: whoever wrote it down, their last word counts.

    :raises NotFound: there is no such paper.
    """
    if any(
        other.said.get(ref) == "refuses"
        for other in members(unit, one.pupil_id)
        if other.member_id != one.member_id and other.active and other.speaker == one.speaker
    ):
        return True
    return one.speaker == "family" and _noted_of_another(unit, one, ref)


def kept_back(unit: UnitOfWork, one: Member) -> frozenset[str]:
    """Return the papers to which a member agrees while somebody else's no stands."""
    agreed = [ref for ref, wants in one.said.items() if wants == "agrees"]
    known = {each.document_id for each in unit.documents.of_pupil(one.pupil_id)}
    there = [ref for ref in agreed if "/" in ref or ref in known]
    return frozenset(ref for ref in there if no_of_another(unit, one, ref))


def _noted_of_another(unit: UnitOfWork, one: Member, ref: str) -> bool:
    own = find_thing(unit, ref).said
    noes = _standing(own)
    theirs = any(each.recorded_by == one.member_id for each in noes)
    others = [each for each in noes if each.recorded_by != one.member_id]
    if others and not theirs and one.said.get(ref) == "refuses":
        others = others[1:]  # what they said in a conversation, as staff wrote it down
    if others:
        return True
    spoken = any(each.speaker == "family" and each.audience == EVERYBODY for each in own.wishes)
    return not spoken and bool(_standing(find_thing(unit, one.pupil_id).said))


def _standing(said: Said) -> list[Wish]:
    """Return the family's refusals that no later word has ended."""
    found: list[Wish] = []
    for each in said.wishes:
        if each.speaker != "family":
            continue
        if each.wants == "refuses":
            found.append(each)
        elif each.audience == EVERYBODY:
            found = []
        else:
            found = [no for no in found if no.audience != each.audience]
    return found
