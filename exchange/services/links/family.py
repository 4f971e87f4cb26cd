"""The family: invite a member, say what they may open, tell them nothing any more."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day
from exchange.domain.family import Paper, may_be_read, may_be_told
from exchange.errors import (
    NotFound,
    Wrapped,
)
from exchange.ports import Actor, UnitOfWork
from exchange.services.edit_record import require_version
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.family_pages import refresh_soon, require_invitable, seal_page
from exchange.services.links.family_view import papers_of
from exchange.services.links.making import (
    address,
    new_blob,
    new_link,
    store_link,
)
from exchange.services.links.members import (
    Member,
    end_member,
    get_member,
    keep_member,
)
from exchange.services.links.model import (
    Inviter,
    Link,
    LinkState,
    Marks,
    Person,
    Purpose,
)
from exchange.services.links.noted import change_member, readable_version
from exchange.services.links.pack_view import instant_words
from exchange.services.links.pick_up import Means
from exchange.services.links.revoke import end_in, links_about, revoke_about
from exchange.services.trust import organisation
from keys.links import LinkSecret
from schemas.errors import SchemaError

WORKER = Actor("worker", "machine")
_log = logging.getLogger("senx.links")


@dataclass(frozen=True, slots=True)
class Invited:
    """A member of a family with a link.

    :param address: the link, for a person who is to hand it over.
    """

    link: Link
    address: str


def invite_member(
    inside: Inside,
    org_id: str,
    member_id: str,
    person: Person,
    inviter: Inviter,
    means: Means,
    actor: Actor,
) -> Invited:
    """Make a link for one member of a family; the one that they had before ends.

    :raises NotFound: ``item-unknown``.
    :raises Refused: ``protected-move``, ``court-order``, ``member-ended``,
        ``young-person-decides``.
    :raises UsageError: see :func:`exchange.services.links.making.checked_person`.
    """
    secret, now = LinkSecret.new(), inside.clock.now()
    where = address(means.share_url, secret)
    with inside.store.reading(org_id) as unit:
        one = get_member(unit, member_id)
        require_invitable(inside, unit, one)
    told = replace(person, name=one.name, role=one.relationship.value)
    marks = Marks(Purpose.FAMILY, blob=new_blob())
    link = new_link(inside, secret, one.pupil_id, told, inviter, marks, member=member_id)
    link = replace(link, made=seal_page(inside, org_id, link, one))
    try:
        with inside.store.unit(org_id) as unit:
            require_invitable(inside, unit, get_member(unit, member_id))
            before = [each for each in _links_of(unit, one) if each.state is LinkState.OPEN]
            blobs = end_in(unit, before, actor, now, why="superseded")
            store_link(unit, link, secret, actor)
            if link.person.mail:
                facts = {
                    "organisation": organisation(inside.directory(), org_id, now).name,
                    "link": where,
                    "day": instant_words(link.expires_at),
                }
                queue_letter(unit, Letter("link-family", link.person.mail, facts))
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, link.marks.blob)
        raise
    for name in blobs:
        inside.blobs.delete(org_id, name)
    return Invited(link, where)


def correct_member(
    inside: Inside, org_id: str, told: Member, actor: Actor, *, based_on: str
) -> Member:
    """Change what is known of somebody; an order that forbids it ends their links at once.

    :raises Conflict, UsageError, Refused: as :func:`exchange.services.links.noted.change_member`.
    """
    now, blobs = inside.clock.now(), []
    with inside.store.unit(org_id) as unit:
        after = change_member(unit, told, based_on, actor, now)
        if after.forbidden:
            blobs = end_in(unit, _links_of(unit, after), actor, now, why="court-order")
            unit.audit.record(actor, "family.links-ended", "family-member", after.member_id)
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)
    refresh_soon(inside, org_id, after.pupil_id)
    return after


def _links_of(unit: UnitOfWork, one: Member) -> list[Link]:
    found = links_about(unit, one.pupil_id, Purpose.FAMILY)
    return [each for each in found if each.member == one.member_id]


def exclude_member(inside: Inside, org_id: str, member_id: str, actor: Actor) -> None:
    """Tell somebody nothing any more: note it, and end their links."""
    one = end_member(inside, org_id, member_id, actor)
    with inside.store.unit(org_id) as unit:
        blobs = end_in(unit, _links_of(unit, one), actor, inside.clock.now(), why="member-ended")
        unit.audit.record(actor, "family.links-ended", "family-member", member_id)
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)


def readable_choices(inside: Inside, org_id: str, pupil_id: str) -> list[tuple[str, str]]:
    """Return id and type of the documents that staff may let somebody of the family open."""
    today = london_day(inside.clock.now())
    with inside.store.reading(org_id) as unit:
        papers = _papers(inside, unit, pupil_id)
    return [(one.ref, one.type) for one in papers if may_be_told(one) and may_be_read(one, today)]


def let_read(
    inside: Inside,
    org_id: str,
    member_id: str,
    documents: Sequence[str],
    actor: Actor,
    *,
    based_on: str | None = None,
) -> Member:
    """Say which documents this person may open on their page, then seal it anew.

    :param based_on: the version that the writer saw; None: whatever stands.
    :raises NotFound: ``item-unknown``; ``document-unknown``: the family may not read it.
    :raises Conflict: ``record-changed``.
    """
    with inside.store.reading(org_id) as unit:
        pupil_id = get_member(unit, member_id).pupil_id
    may = {ref for ref, _ in readable_choices(inside, org_id, pupil_id)}
    if not may.issuperset(documents):
        raise NotFound("document-unknown", "/documents")
    with inside.store.unit(org_id) as unit:
        before = get_member(unit, member_id)
        if based_on is not None:
            require_version(readable_version(before), based_on, "/papers")
        after = replace(before, readable=tuple(documents))
        keep_member(unit, after, inside.clock.now())
        unit.audit.record(
            actor,
            "family.let-read",
            "family-member",
            member_id,
            detail={"documents": str(len(documents))},
        )
        unit.commit()
    refresh_soon(inside, org_id, pupil_id)
    return after


def _papers(inside: Inside, unit: UnitOfWork, pupil_id: str) -> list[Paper]:
    try:
        return papers_of(inside, unit, pupil_id)
    except SchemaError as error:
        raise Wrapped.of(error, "/records") from None


def end_family(inside: Inside, org_id: str, pupil_id: str, actor: Actor, *, why: str) -> int:
    """End every link of a family about one pupil; return how many were open."""
    return revoke_about(inside, org_id, pupil_id, actor, why=why, purpose=Purpose.FAMILY)
