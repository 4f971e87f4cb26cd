"""The class sheet: what those who teach a child may know, on one page for a tutor group.

Known-as name, what helps, what to avoid, the medical alert; nothing else, whatever the record
holds, and nothing of a paper that a person marked or judged to be not for staff. A teacher sees
the groups that they are put down for; a designated teacher, the children whom a council looks
after.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from exchange.domain.access import Role
from exchange.domain.disclosure import NOTHING, Recipient, Said
from exchange.domain.disclosure.reasons import hear
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from schemas.base import Record, load_bytes
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.sen import OnePageProfile, SenSupportPlan
from schemas.strict_json import JsonValue

KIND = "tutor-group"
LOOKED_AFTER = "looked-after"
"""Stands for the children whom a council looks after, in place of a group's id."""

ASK = "Ask the SENCO"
"""Stands for a medical alert that a person kept from those who teach the child."""

_LONGEST_NAME = 40
_STAFF = Recipient(org_id="staff", kind="staff", role="staff")
"""Those who teach: what is said of schools or the family is not about them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A tutor group.

    :param teachers: account ids; ``pupils``: our references.
    """

    group_id: str
    name: str
    teachers: frozenset[str] = frozenset()
    pupils: frozenset[str] = frozenset()
    version: int = 1


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One child. There are no other fields, on purpose: everybody who teaches may read these."""

    name: str
    alert: str
    helps: tuple[str, ...]
    avoid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One group's sheet."""

    group: str
    rows: tuple[SheetRow, ...]

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values for the renderer."""
        return {
            "name": self.group,
            "pupils": [
                {
                    "name": one.name,
                    "alert": one.alert,
                    "helps": list(one.helps),
                    "avoid": list(one.avoid),
                }
                for one in self.rows
            ],
        }


def groups(unit: UnitOfWork) -> list[Group]:
    """Return all tutor groups by name."""
    return sorted((_read(one) for one in unit.items.all(KIND)), key=lambda one: one.name)


def group_of(unit: UnitOfWork, group_id: str) -> Group:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return _read(unit.items.get(KIND, group_id))


def groups_for(unit: UnitOfWork, account_id: str, roles: Collection[Role]) -> list[Group]:
    """Return the groups whose sheets a person may see in the roles in which they look."""
    found: list[Group] = []
    if Role.SENCO in roles or Role.SEN_ADMINISTRATOR in roles:
        found = groups(unit)
    elif Role.TEACHER in roles:
        found = [one for one in groups(unit) if account_id in one.teachers]
    return [*found, looked_after(unit)] if Role.DESIGNATED_TEACHER in roles else found


def looked_after(unit: UnitOfWork) -> Group:
    """Return the children whom a council looks after, as a group."""
    cared_for = frozenset(pupil_id for pupil_id, pupil in _pupils(unit) if _in_care(pupil))
    return Group(LOOKED_AFTER, "Looked-after children", pupils=cared_for)


def sheet(unit: UnitOfWork, group: Group) -> Sheet:
    """Return a group's sheet, by name."""
    rows = [_row(unit, pupil_id) for pupil_id in group.pupils]
    found = sorted((one for one in rows if one), key=lambda one: one.name.casefold())
    return Sheet(group.name, tuple(found))


def put_group(
    inside: Inside,
    org_id: str,
    group_id: str | None,
    name: str,
    teachers: Iterable[str],
    pupils: Iterable[str],
    actor: Actor,
    *,
    based_on: str = "",
) -> Group:
    """Make a group, or replace what is kept of one.

    :param based_on: the version of the group that the writer saw; empty for a new one.
    :raises Conflict: ``group-changed``: it is another by now: who joined meanwhile would be out.
    :raises UsageError: ``group-name``: empty, too long, or another group's.
    :raises NotFound: ``item-unknown``, ``pupil-unknown``.
    """
    plain = " ".join(name.split())
    with inside.store.unit(org_id) as unit:
        before = _seen(unit, group_id, based_on) if group_id else None
        known = groups(unit)
        taken = any(one.name == plain and one.group_id != group_id for one in known)
        if not plain or len(plain) > _LONGEST_NAME or taken:
            hint = f"Use a name of up to {_LONGEST_NAME} characters that no other group has."
            raise UsageError("group-name", "/name", hint)
        chosen = frozenset(pupils)
        for pupil_id in chosen:
            unit.pupils.get(pupil_id)
        group = Group(before.group_id if before else str(uuid.uuid4()), plain, frozenset(teachers))
        group = replace(group, pupils=chosen, version=before.version if before else 1)
        _keep(inside, unit, group, before)
        unit.audit.record(actor, "group.kept", "group", group.group_id)
        unit.commit()
    return group


def _seen(unit: UnitOfWork, group_id: str, based_on: str) -> Group:
    before = group_of(unit, group_id)
    if str(before.version) != based_on:
        raise Conflict("group-changed", "/group", "Look at the ticks again, then save.")
    return before


def remove_group(inside: Inside, org_id: str, group_id: str, actor: Actor) -> None:
    """Remove a group; its pupils stay.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        group_of(unit, group_id)
        unit.items.remove(KIND, group_id)
        unit.audit.record(actor, "group.removed", "group", group_id)
        unit.commit()


def join_group(inside: Inside, org_id: str, name: str, pupil_id: str, actor: Actor) -> None:
    """Put a pupil into the group that the admissions list named; it is made if there is none."""
    plain = " ".join(name.split())[:_LONGEST_NAME]
    if not plain:
        return
    with inside.store.unit(org_id) as unit:
        before = next((one for one in groups(unit) if one.name == plain), None)
        if before is not None and pupil_id in before.pupils:
            return
        group = before or Group(str(uuid.uuid4()), plain)
        _keep(inside, unit, replace(group, pupils=group.pupils | {pupil_id}), before)
        unit.audit.record(actor, "group.kept", "group", group.group_id)
        unit.commit()


def leave_groups(inside: Inside, unit: UnitOfWork, pupil_id: str) -> None:
    """Take a pupil out of every group, in the caller's unit of work."""
    for one in groups(unit):
        if pupil_id in one.pupils:
            _keep(inside, unit, replace(one, pupils=one.pupils - {pupil_id}), one)


def class_pupils(unit: UnitOfWork) -> list[tuple[str, str]]:
    """Return reference and known-as name of every pupil, to choose from, by name."""
    found = [(pupil_id, pupil.names.display) for pupil_id, pupil in _pupils(unit)]
    return sorted(found, key=lambda one: one[1].casefold())


def _pupils(unit: UnitOfWork) -> Iterator[tuple[str, Pupil]]:
    for stored in unit.pupils.all():
        yield stored.pupil_id, load_bytes(Pupil, stored.record)


def _in_care(pupil: Pupil) -> bool:
    return pupil.looked_after is not None and pupil.looked_after.in_care


def _row(unit: UnitOfWork, pupil_id: str) -> SheetRow | None:
    try:
        pupil = load_bytes(Pupil, unit.pupils.get(pupil_id).record)
    except NotFound:
        return None
    profile, plan = _papers(unit, pupil_id)
    known_as = pupil.names.known_as or (profile.known_as if profile else None)
    surname = pupil.names.preferred_surname or pupil.names.surname
    strategies = plan.strategies if plan else ()
    return SheetRow(
        name=f"{known_as or pupil.names.forename} {surname}",
        alert=(profile.medical_alert or "") if profile else "",
        helps=(*(profile.support if profile else ()), *(one.helps for one in strategies)),
        avoid=(
            *(profile.avoid if profile else ()),
            *(one.avoid for one in strategies if one.avoid),
        ),
    )


def _papers(unit: UnitOfWork, pupil_id: str) -> tuple[OnePageProfile | None, SenSupportPlan | None]:
    profile: OnePageProfile | None = None
    plan: SenSupportPlan | None = None
    said = unit.pupils.get(pupil_id).said
    for one in unit.records.of_pupil(pupil_id):
        record = _loaded(one.record)
        kept = _is_kept_from_staff(said.get(one.slot, NOTHING))
        if isinstance(record, OnePageProfile):
            profile = _told_to_ask(record) if kept else record
        elif isinstance(record, SenSupportPlan) and not kept:
            plan = record
    return profile, plan


def _is_kept_from_staff(said: Said) -> bool:
    """Return whether a person said that those who teach the child may not have a paper."""
    marked = any(_STAFF.is_meant_by(one.not_for) for one in said.marks)
    return marked or bool(hear(said.judgements, _STAFF).withheld)


def _told_to_ask(profile: OnePageProfile) -> OnePageProfile:
    """Return nothing of a profile but whom to ask, where it has an alert: a life may hang on it."""
    alert = ASK if profile.medical_alert else None
    return replace(profile, known_as="", support=(), avoid=(), medical_alert=alert)


def _loaded(content: bytes) -> Record | None:
    try:
        return load_bytes(RECORDS, content)
    except SchemaError:
        return None  # the pupil's own page says so


def _keep(inside: Inside, unit: UnitOfWork, group: Group, before: Group | None) -> None:
    now = inside.clock.now()
    content: dict[str, JsonValue] = {
        "name": group.name,
        "teachers": [*sorted(group.teachers)],
        "pupils": [*sorted(group.pupils)],
    }
    item = Item(KIND, group.group_id, "kept", content, now, now)
    if before is None:
        unit.items.add(item)
    else:
        unit.items.update(replace(item, version=before.version))


def _read(item: Item) -> Group:
    told = item.content or {}
    return Group(
        group_id=item.item_id,
        name=str(told["name"]),
        teachers=frozenset(_strings(told["teachers"])),
        pupils=frozenset(_strings(told["pupils"])),
        version=item.version,
    )


def _strings(value: JsonValue) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
