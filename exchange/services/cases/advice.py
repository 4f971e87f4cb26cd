"""Which advice the regulations want for a case, and whether what exists already is enough.

SEND Regulations 2014, reg 6(1) and (2) say whom an authority must ask. Reg 6(4): it must not ask
again where whoever gave earlier advice, the authority and the parent or young person are all
satisfied that it is sufficient. Each of the three words is recorded with who said so and when.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import NotFound, UsageError
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import AdviceRequest, request_from
from exchange.services.advice.model import State as AdviceState
from exchange.services.advice.standing import note_had
from exchange.services.cases.events import change, text_in
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, CaseState, Sufficiency, Word
from exchange.services.inside import Inside
from schemas.base import load_bytes
from schemas.codes import code_set
from schemas.sen import SenRegister

CODES = "ehc-advice"
ASKS = frozenset({CaseState.ASSESSING, CaseState.DECIDING_PLAN, CaseState.REASSESSING})
"""States in which a body may be asked: while it is decided about the plan, too, as one may turn
out to be missing."""
SAYERS = ("provider", "authority", "parent")
_YEARS_9 = frozenset({"9", "10", "11", "12", "13", "14"})
_IMPAIRED = {"hearing": frozenset({"HI", "MSI"}), "vision": frozenset({"VI", "MSI"})}
_GONE = frozenset({AdviceState.CANCELLED, AdviceState.DECLINED})
_NEVER = _GONE | {AdviceState.DRAFT}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of advice of reg 6, and what there is of it.

    :param must: the regulations want it for this child; False: only where somebody asks for it.
    :param documents: documents of the pupil that are such advice, the newest first.
    :param asked: requests for it, the newest first.
    :param agreed: what all three found sufficient, or None.
    """

    code: str
    label: str
    regulation: str
    must: bool
    documents: tuple[StoredDocument, ...]
    asked: tuple[AdviceRequest, ...]
    words: tuple[Sufficiency, ...]

    @property
    def agreed(self) -> Sufficiency | None:
        """Return what all three found sufficient: the authority must not ask again."""
        return next((one for one in self.words if one.is_agreed), None)

    @property
    def state(self) -> str:
        """Return how it stands: ``sufficient``, ``in``, ``asked``, ``to-ask`` or ``not-needed``."""
        if self.agreed is not None:
            return "sufficient"
        live = [one for one in self.asked if one.state not in _GONE]
        if any(one.state is AdviceState.FILED for one in live):
            return "in"
        if live:
            return "asked"
        return "to-ask" if self.must else "not-needed"


def wanted_for(unit: UnitOfWork, held: Case, advice: Sequence[AdviceRequest]) -> tuple[Wanted, ...]:
    """Return the checklist of reg 6(1) and (2) for a case."""
    documents = list(unit.documents.of_pupil(held.pupil_id)) if held.pupil_id else []
    documents = [one for one in documents if one.compartment == "general"]
    needs = _needs(unit, held)
    found = []
    for one in code_set(CODES):
        types = _texts(one.attributes.get("types"))
        fits = [each for each in documents if each.type in types]
        fits.sort(key=lambda each: each.authored or date.min, reverse=True)
        asked = tuple(each for each in advice if _asks_for(each, one.code, types))
        words = tuple(each for each in held.sufficiency if each.advice == one.code)
        found.append(
            Wanted(
                code=one.code,
                label=one.label,
                regulation=f"reg {one.attributes.get('reg', '6(1)')}",
                must=_is_due(str(one.attributes.get("when", "")), held, needs),
                documents=tuple(fits),
                asked=asked,
                words=words,
            )
        )
    return tuple(found)


def _texts(value: object) -> Collection[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _asks_for(one: AdviceRequest, code: str, types: Collection[str]) -> bool:
    return one.wanted_type in types or (not types and one.wanted_type == code)


def _is_due(when: str, held: Case, needs: Collection[str]) -> bool:
    if when == "year-9":
        return held.nc_year in _YEARS_9
    if when in _IMPAIRED:
        return bool(_IMPAIRED[when] & set(needs))
    return when != "asked"


def _needs(unit: UnitOfWork, held: Case) -> Collection[str]:
    """Return the types of need that the register entry names."""
    if held.pupil_id is None:
        return ()
    for one in unit.records.of_pupil(held.pupil_id):
        if one.slot == "sen-register":
            return [need.type for need in load_bytes(SenRegister, one.record).needs]
    return ()


def may_have_had(advice: Sequence[AdviceRequest]) -> list[AdviceRequest]:
    """Return the requests of which a person may say when the body had them."""
    return [one for one in advice if one.state not in _NEVER]


def record_had(
    inside: Inside, org_id: str, case_id: str, request_id: str, on: date, actor: Actor
) -> Case:
    """Enter the day on which a body had our request; entering it again corrects it.

    Its six weeks run from its receipt, however it had it: a letter, a visit, a telephone call. The
    earlier of this day and the one on which it opened link or pack counts.

    :raises NotFound: ``case-unknown``; ``advice-unknown``: no request of this case.
    :raises UsageError: ``date-in-future``; ``date-before-asked``.
    """
    with inside.store.reading(org_id) as unit:
        pupil_id = case(unit, case_id).pupil_id
        found = unit.items.about(ADVICE, pupil_id) if pupil_id else ()
        mine = [one for one in map(request_from, found) if one.case_id == case_id]
    asked = next((one for one in may_have_had(mine) if one.request_id == request_id), None)
    if asked is None:
        raise NotFound("advice-unknown")
    if on > london_day(inside.clock.now()):
        raise UsageError("date-in-future", "/on", "Give a day that has come.")
    if on < asked.asked_on:
        raise UsageError("date-before-asked", "/on", "It was not asked by then.")

    def make(before: Case) -> Case:
        return replace(before, advice_had={**before.advice_had, request_id: on})

    detail = {"request": request_id, "on": on.isoformat()}
    made = change(inside, org_id, case_id, actor, "case.advice-had", make, **detail)
    note_had(inside, org_id, request_id, on, actor)  # what is late is chased by this day, too
    return made


@dataclass(frozen=True, slots=True)
class Saying:
    """What one of the three says of one piece of advice.

    :param advice: which kind: a code of the set ``ehc-advice``; ``title`` of that piece.
    :param document_id: which document it is, or empty.
    :param sayer: ``provider``, ``authority`` or ``parent``.
    :param who: says so, and ``on`` when.
    """

    advice: str
    title: str
    document_id: str
    sayer: str
    yes: bool
    who: str
    on: date


def record_word(inside: Inside, org_id: str, case_id: str, told: Saying, actor: Actor) -> Case:
    """Record what one of the three says of one piece of advice; a later word replaces an earlier.

    :raises UsageError: ``advice-unknown``, ``sayer-unknown``, ``text-missing``, ``date-in-future``.
    :raises NotFound: ``case-unknown``.
    """
    if told.advice not in code_set(CODES):
        raise UsageError("advice-unknown", "/advice", "Choose a kind of advice in the list.")
    if told.sayer not in SAYERS:
        raise UsageError("sayer-unknown", "/sayer", "Choose who says so.")
    if told.on > london_day(inside.clock.now()):
        raise UsageError("date-in-future", "/on", "Give a day that has come.")
    said = Word(told.yes, text_in(told.who, "/who"), told.on, actor.name)
    named = text_in(told.title, "/title")

    def make(before: Case) -> Case:
        return replace(before, sufficiency=_with_word(before.sufficiency, told, named, said))

    detail = {"advice": told.advice, "sayer": told.sayer, "yes": "yes" if told.yes else "no"}
    return change(inside, org_id, case_id, actor, "case.sufficiency", make, **detail)


def _with_word(
    listed: tuple[Sufficiency, ...], told: Saying, named: str, said: Word
) -> tuple[Sufficiency, ...]:
    known = [one for one in listed if _same(one, told.advice, told.document_id, named)][:1]
    if not known:
        fresh = Sufficiency(told.advice, named, told.document_id)
        return (*listed, _with(fresh, told.sayer, said))
    return tuple(_with(one, told.sayer, said) if one is known[0] else one for one in listed)


def _with(one: Sufficiency, sayer: str, said: Word) -> Sufficiency:
    if sayer == "provider":
        return replace(one, provider=said)
    return replace(one, authority=said) if sayer == "authority" else replace(one, parent=said)


def _same(one: Sufficiency, advice: str, document_id: str, title: str) -> bool:
    if one.advice != advice:
        return False
    return one.document_id == document_id if document_id else one.title == title


def require_may_ask(held: Case, advice: str) -> None:
    """Refuse to ask again for what all three found sufficient (reg 6(4)).

    :raises NotFound: ``advice-unknown``.
    :raises UsageError: ``advice-sufficient``.
    """
    if advice not in code_set(CODES):
        raise NotFound("advice-unknown")
    if any(one.advice == advice and one.is_agreed for one in held.sufficiency):
        raise UsageError(
            "advice-sufficient",
            "/advice",
            "All three found existing advice sufficient: it must not be asked for again.",
        )
