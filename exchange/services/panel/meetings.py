"""Plan a meeting of the panel, choose its members and its cases, circulate, record its advice."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases import Case, Decision, add_note, case, record_decision
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.panel.codec import meeting_item
from exchange.services.panel.keeping import get_meeting, meeting_of, put_meeting
from exchange.services.panel.model import (
    ACCESS_DAYS,
    LONGEST_ACCESS,
    Advised,
    Meeting,
    Member,
    OnAgenda,
    Outcome,
)
from exchange.services.panel.ordering import current_pack, no_longer_fits
from exchange.services.people.manage import Person, people_of
from exchange.services.people.names import organisation_name

LONGEST = 10_000
_FARTHEST = timedelta(days=400)


def panel_members(inside: Inside, org_id: str) -> Sequence[Person]:
    """Return the people of an authority who may sit on its panel now."""
    return [
        one
        for one in people_of(inside, org_id)
        if Role.PANEL_MEMBER in (*one.roles, *(each.role for each in one.covers))
        and one.state == "active"
    ]


def plan_meeting(
    inside: Inside,
    org_id: str,
    on: date,
    members: Collection[str],
    actor: Actor,
    access_days: int = ACCESS_DAYS,
) -> Meeting:
    """Plan a meeting.

    :param members: account ids.
    :raises UsageError: ``date-in-past``, ``date-too-far``, ``access-days``, ``member-unknown``.
    """
    today = london_day(inside.clock.now())
    if on < today:
        raise UsageError("date-in-past", "/on", "Give today or a day to come.")
    if on - today > _FARTHEST:
        raise UsageError("date-too-far", "/on", "Give a day within the next year.")
    if not 0 <= access_days <= LONGEST_ACCESS:
        hint = f"Give a number of days from 0 to {LONGEST_ACCESS}."
        raise UsageError("access-days", "/access_days", hint)
    now = inside.clock.now()
    made = Meeting(
        str(uuid.uuid4()),
        on,
        access_days,
        tuple(_new_members(inside, org_id, members)),
        (),
        now,
        now,
    )
    with inside.store.unit(org_id) as unit:
        unit.items.add(meeting_item(made))
        detail = {"on": on.isoformat(), "access": str(access_days)}
        unit.audit.record(actor, "panel.planned", "panel-meeting", made.meeting_id, detail=detail)
        _enter_members(unit, actor, made, [one.account_id for one in made.members], ())
        unit.commit()
    return made


def _new_members(inside: Inside, org_id: str, wanted: Collection[str]) -> list[Member]:
    now = inside.clock.now()
    known = {one.account_id: one for one in panel_members(inside, org_id)}
    if set(wanted) - set(known):
        raise UsageError("member-unknown", "/members", "Choose panel members in the list.")
    return [Member(one, known[one].name, now) for one in dict.fromkeys(wanted)]


def set_members(
    inside: Inside, org_id: str, meeting_id: str, members: Collection[str], actor: Actor
) -> Meeting:
    """Let these sit, and nobody else; who is taken off can read nothing from this moment.

    :raises NotFound: ``meeting-unknown``.
    :raises UsageError: ``member-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        before = get_meeting(unit, meeting_id)
        sitting = {one.account_id for one in before.sitting}
        now = inside.clock.now()
        kept = tuple(
            replace(one, removed=now)
            if one.removed is None and one.account_id not in members
            else one
            for one in before.members
        )
        fresh = _new_members(inside, org_id, [one for one in members if one not in sitting])
        changed = replace(before, members=(*kept, *fresh))
        if changed == before:
            return before
        stored = put_meeting(inside, unit, changed)
        added = [one.account_id for one in fresh]
        _enter_members(unit, actor, before, added, sorted(sitting - set(members)))
        unit.commit()
    return stored


def _enter_members(
    unit: UnitOfWork, actor: Actor, meeting: Meeting, added: Sequence[str], removed: Sequence[str]
) -> None:
    """Write into the book who was let in and who was taken off, one line each."""
    about = meeting.meeting_id
    for action, accounts in (("panel.member-added", added), ("panel.member-removed", removed)):
        for one in accounts:
            unit.audit.record(actor, action, "panel-meeting", about, detail={"account": one})


def put_on_agenda(
    inside: Inside, org_id: str, meeting_id: str, case_id: str, actor: Actor
) -> Meeting:
    """Let a meeting look at a case; it leaves the list of a meeting that has yet to look at it.

    :raises NotFound: ``meeting-unknown``, ``case-unknown``.
    :raises Conflict: ``meeting-over``.
    """
    with inside.store.unit(org_id) as unit:
        case(unit, case_id)
        before = get_meeting(unit, meeting_id)
        if before.on < london_day(inside.clock.now()) or before.cancelled:
            raise Conflict("meeting-over", "/meeting", "Choose a meeting that is still to come.")
        if before.case(case_id) is not None:
            return before
        other = meeting_of(unit, case_id, inside.clock.now())
        listed = other.case(case_id) if other else None
        if other is not None and listed is not None and listed.advised is None:
            left = tuple(one for one in other.agenda if one.case_id != case_id)
            put_meeting(inside, unit, replace(other, agenda=left))
        stored = put_meeting(
            inside, unit, replace(before, agenda=(*before.agenda, OnAgenda(case_id)))
        )
        unit.audit.record(
            actor, "panel.listed", "panel-meeting", meeting_id, detail={"case": case_id}
        )
        unit.commit()
    return stored


def circulate(inside: Inside, org_id: str, meeting_id: str, base_url: str, actor: Actor) -> Meeting:
    """Open the packs to the members, and tell each by mail that they are there; again tells again.

    :raises NotFound: ``meeting-unknown``.
    :raises UsageError: ``members-missing``, ``cases-missing``; ``packs-missing``: a case has no
        pack that may be read.
    """
    names = {one.account_id: one.login for one in panel_members(inside, org_id)}
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        before = get_meeting(unit, meeting_id)
        if not before.sitting:
            raise UsageError("members-missing", "/members", "Choose the members first.")
        if not before.agenda:
            raise UsageError("cases-missing", "/cases", "Put a case on its list first.")
        if without_pack(inside, unit, before):
            hint = "Make the pack of each case first."
            raise UsageError("packs-missing", "/cases", hint)
        stored = put_meeting(inside, unit, replace(before, circulated=now))
        facts = {
            "organisation": organisation_name(inside, org_id),
            "day": f"{before.on:%A} {before.on.day} {before.on:%B %Y}",
            "link": f"{base_url}/panel",
        }
        for one in before.sitting:
            if one.account_id in names:
                queue_letter(unit, Letter("panel-papers", names[one.account_id], facts), now)
        detail = {"members": str(len(before.sitting)), "cases": str(len(before.agenda))}
        unit.audit.record(actor, "panel.circulated", "panel-meeting", meeting_id, detail=detail)
        unit.commit()
    return stored


def without_pack(inside: Inside, unit: UnitOfWork, meeting: Meeting) -> tuple[str, ...]:
    """Return the cases of a meeting that have no pack which may be read."""
    missing = []
    for one in meeting.agenda:
        made = current_pack(unit, one.case_id)
        if made is None or no_longer_fits(inside, unit, made):
            missing.append(one.case_id)
    return tuple(missing)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a caseworker writes down of a panel's advice.

    :param what: ``assess`` or ``plan``.
    :param present: account ids of members who took part.
    """

    outcome: Outcome
    what: str
    reasons: str
    conditions: str = ""
    present: tuple[str, ...] = ()


def record_advice(
    inside: Inside, org_id: str, meeting_id: str, case_id: str, advice: Advice, actor: Actor
) -> Meeting:
    """Record what the panel advised on a case; yes and no become the case's decision.

    The panel advises and the authority decides: whoever records a yes or a no here decides so, and
    the day on which the family was told is recorded with the case, as for any decision.

    :raises NotFound: ``meeting-unknown``, ``case-unknown``.
    :raises UsageError: ``text-missing``: no reasons; ``present-missing``; ``text-too-long``;
        ``meeting-to-come``.
    :raises Conflict: ``advised-already``; ``case-state``: the case has moved on.
    """
    with inside.store.reading(org_id) as unit:
        meeting, held = get_meeting(unit, meeting_id), case(unit, case_id)
    made = _advised(inside, meeting, case_id, advice, actor)
    if made.outcome is Outcome.DEFER:
        add_note(inside, org_id, case_id, f"{meeting.name} put it off: {made.reasons}", actor)
    elif not _is_decided(held, made, meeting.name):
        told = "\n\n".join(filter(None, (made.reasons, made.conditions)))
        decision = Decision(
            advice.what, made.outcome is Outcome.AGREE, made.on, told, panel=meeting.name
        )
        record_decision(inside, org_id, case_id, decision, actor)
    with inside.store.unit(org_id) as unit:
        meeting = get_meeting(unit, meeting_id)
        agenda = tuple(
            replace(one, advised=made) if one.case_id == case_id else one for one in meeting.agenda
        )
        stored = put_meeting(inside, unit, replace(meeting, agenda=agenda))
        detail = {"case": case_id, "outcome": made.outcome.value, "what": advice.what}
        unit.audit.record(actor, "panel.advised", "panel-meeting", meeting_id, detail=detail)
        unit.commit()
    return stored


def half_recorded(meeting: Meeting, held: Case) -> str:
    """Return what a meeting decided of a case before a kill kept it off its sheet; or nothing."""
    listed = meeting.case(held.case_id)
    if listed is None or listed.advised is not None:
        return ""
    mine = [one.what for one in held.decisions if one.panel == meeting.name]
    return mine[-1] if mine else ""


def _is_decided(held: Case, made: Advised, panel: str) -> bool:
    """Return whether a kill came between the case's decision and the meeting's."""
    before = held.decided(made.what)
    yes = made.outcome is Outcome.AGREE
    return before is not None and before.panel == panel and before.yes is yes


def _advised(
    inside: Inside, meeting: Meeting, case_id: str, advice: Advice, actor: Actor
) -> Advised:
    listed = meeting.case(case_id)
    if listed is None:
        raise UsageError("case-not-listed", "/case", "Put the case on the meeting's list first.")
    if listed.advised is not None:
        raise Conflict("advised-already", "/outcome", "What the panel advised is recorded already.")
    now = inside.clock.now()
    if meeting.on > london_day(now):
        raise UsageError("meeting-to-come", "/outcome", "The meeting has yet to take place.")
    reasons, conditions = (_text(one) for one in (advice.reasons, advice.conditions))
    if not reasons:
        raise UsageError("text-missing", "/reasons", "Write down the panel's reasons.")
    if max(len(reasons), len(conditions)) > LONGEST:
        raise UsageError("text-too-long", "/reasons", f"Use {LONGEST:,} characters at most.")
    present = tuple(one.name for one in meeting.members if one.account_id in advice.present)
    if not present:
        raise UsageError("present-missing", "/present", "Say who was present.")
    return Advised(
        advice.outcome, advice.what, meeting.on, reasons, conditions, present, actor.name, now
    )


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()
