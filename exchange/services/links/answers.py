"""Take in what outsiders left at the door: the inner worker's half of links.

The face leaves codes to be brought, and answers, each sealed to the organisation's own key. An
answer counts only if the link's own key vouches for it: a face that was taken over, or somebody who
writes into the database, can make none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from exchange.errors import ExchangeError, StorageFull, TrustError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.advice.said import agency_said
from exchange.services.guest_copy import KIND as GUEST_COPY
from exchange.services.guest_copy import remove_waiting
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.answers_of import ACCEPTED, NOT_OURS, OPENED, REPORT, SAID
from exchange.services.links.codes import forget_code, take_codes
from exchange.services.links.family_pages import refresh_soon, require_invitable
from exchange.services.links.family_said import WANTS, Told, said_by_link
from exchange.services.links.left_at_door import (
    WORKER,
    drop,
    link_behind,
    opened,
    own_name,
)
from exchange.services.links.members import get_member
from exchange.services.links.model import (
    ANSWER,
    CODE,
    KIND,
    SESSION,
    Link,
    LinkState,
    Purpose,
    changed,
    link_of,
)
from exchange.services.links.pack_view import instant_words
from exchange.services.links.receipts import note_decision, note_opened
from exchange.services.links.revoke import end_in, links_about, note_unread
from keys.errors import KeyringError, KeysError
from keys.links import require_vouched
from schemas import strict_json
from schemas.errors import SchemaError
from schemas.receipt import RejectionCode
from schemas.strict_json import JsonValue

OUTSIDER = Actor("link", "outsider")
_WITHOUT_DISTRUST = frozenset({"superseded", "passed-on", "declined", "share-unmade"})
"""Why a link ended that its holder had done no wrong with."""
_BATCH = 100
_PASSES = frozenset({"item-changed", "store-busy", "store-failed", "organisation-unknown"})
"""Somebody else was at it, the database had no time, or the directory does not know us (yet)."""
_log = logging.getLogger("senx.links")


def take(inside: Inside) -> int:
    """Do all that is due about links of every organisation; return how much. An errand."""
    done = 0
    for org_id in inside.store.organisations():
        done += take_codes(inside, org_id)
        for kind, step in (
            (ANSWER, _take_answer),
            (KIND, _look_at_link),
            (CODE, forget_code),
            (SESSION, _forget_session),
            (GUEST_COPY, remove_waiting),
        ):
            done += sum(_each(inside, org_id, kind, step))
    return done


Step = Callable[[Inside, str, str], None]


def _each(inside: Inside, org_id: str, kind: str, step: Step) -> Iterator[int]:
    with inside.store.reading(org_id) as unit:
        due = unit.items.due(kind, inside.clock.now(), _BATCH)
    for item_id in due:
        try:
            step(inside, org_id, item_id)
        except (ExchangeError, KeysError, SchemaError) as error:
            _log.warning("%s item=%s outcome=%s", kind, item_id, error.code)
        else:
            yield 1


def _forget_session(inside: Inside, org_id: str, item_id: str) -> None:
    with inside.store.unit(org_id) as unit:
        unit.items.remove(SESSION, item_id, quiet=True)
        unit.commit()


# Links that locked or ran out.


def _look_at_link(inside: Inside, org_id: str, item_id: str) -> None:
    """Tell the inviter that a link locked; end one that ran out."""
    now = inside.clock.now()
    blobs: list[str] = []
    with inside.store.unit(org_id) as unit:
        link = link_of(unit.items.get(KIND, item_id))
        if link.state is LinkState.LOCKED:
            unit.items.update(changed(link, now, due_at=None))
            _tell(inside, unit, link, "link-locked")
            note_unread(unit, link, "link-locked", now)
            unit.audit.record(WORKER, "link.locked-told", "link", item_id)
        else:
            blobs = end_in(unit, [link], WORKER, now, why="ran-out", state=LinkState.ENDED)
            if (
                link.marks.pack_blob and link.purpose is Purpose.PICK_UP
            ):  # sealed to a link that opens nothing any more
                blobs.append(link.marks.pack_blob)
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)


# Answers.


def _take_answer(inside: Inside, org_id: str, item_id: str) -> None:
    with inside.store.reading(org_id) as unit:
        item = unit.items.get(ANSWER, item_id)
        link = link_behind(unit, item)
    try:
        what, told = _vouched(inside, org_id, item, link)
        if link.purpose is Purpose.PICK_UP:
            _pick_up(inside, org_id, link, what, told)
        elif link.purpose is Purpose.AGENCY:
            agency_said(inside, org_id, link, item.created_at, what, told)
        else:
            _family(inside, org_id, link, what, told)
    except (ExchangeError, KeysError, SchemaError) as error:
        if _passes(error):
            raise  # nothing is wrong with what was said: it is taken in the next round
        drop(inside, org_id, ANSWER, item_id, error.code)
        _log.warning("answer item=%s outcome=%s", item_id, error.code)
        return
    drop(inside, org_id, ANSWER, item_id, "done")
    if what != OPENED and link.purpose is not Purpose.AGENCY:  # of a report its checking tells
        with inside.store.unit(org_id) as unit:
            _tell(inside, unit, link, "link-answered")
            unit.audit.record(WORKER, "link.answer-told", "link", link.link_id)
            unit.commit()


def _passes(error: ExchangeError | KeysError | SchemaError) -> bool:
    """Return whether an error says something of us and our moment, and nothing of the answer."""
    ours = isinstance(error, StorageFull | KeyringError)
    return ours or error.code in _PASSES or error.code.startswith("directory-")


def _vouched(
    inside: Inside, org_id: str, item: Item, link: Link
) -> tuple[str, Mapping[str, JsonValue]]:
    """Return what was said, and its particulars, once it is known who said it.

    :raises SignatureInvalid: ``answer-not-vouched``.
    :raises TrustError: ``answer-malformed``, ``answer-other-link``, ``link-ended``.
    :raises Refused: its person is told nothing any more.
    """
    sealed = opened(inside, org_id, item)
    said = str(sealed.get("said", "")).encode("utf-8")
    require_vouched(link.vouching_key, said, str(sealed.get("vouched", "")))
    value = strict_json.loads(said)
    try:
        if not isinstance(value, dict) or not isinstance(value["told"], dict):
            raise TypeError
        what, of, told = str(value["what"]), str(value["link"]), value["told"]
    except (KeyError, TypeError):
        raise TrustError("answer-malformed", "/answer") from None
    if of != link.link_id or item.clear.get("what") != what:
        raise TrustError("answer-other-link", "/answer")
    if link.state is LinkState.REVOKED:  # what was said a moment before, too
        _require_trusted(inside, org_id, link, what)
    return what, told


def _require_trusted(inside: Inside, org_id: str, link: Link, what: str) -> None:
    """Refuse what came by a link that was ended, but for a report or a word of a family.

    These are not lost with a link that ended without distrust, in which nobody lost trust later.

    :raises TrustError: ``link-ended``.
    :raises Refused: as :func:`exchange.services.links.family_pages.require_invitable`.
    """
    if what not in (REPORT, SAID) or _is_distrusted(link):
        raise TrustError("link-ended", "/answer")
    if what == REPORT:
        return
    with inside.store.reading(org_id) as unit:
        require_invitable(inside, unit, get_member(unit, link.member))
        theirs = links_about(unit, link.pupil_id, link.purpose)
    later = [one for one in theirs if one.created_at > link.created_at]
    if any(one.member == link.member and _is_distrusted(one) for one in later):
        raise TrustError("link-ended", "/answer")


def _is_distrusted(link: Link) -> bool:
    return link.state is LinkState.REVOKED and link.why not in _WITHOUT_DISTRUST


def _pick_up(
    inside: Inside, org_id: str, link: Link, what: str, told: Mapping[str, JsonValue]
) -> None:
    """Sign the receipt of what was said of a pack, which it must name by its hash."""
    now = inside.clock.now()
    blobs: list[str] = []
    with inside.store.unit(org_id) as unit:
        transfer = unit.transfers.get(link.marks.pack)
        if told.get("payload_sha256") != transfer.payload_sha256:
            raise TrustError("answer-other-pack", "/answer/payload_sha256")
        if what == OPENED:
            after = note_opened(inside.vault, unit, transfer, now, OUTSIDER)
            if after == transfer:
                return
        elif what == ACCEPTED:
            note_decision(inside.vault, unit, transfer, now, OUTSIDER)
        elif what == NOT_OURS:
            code = RejectionCode.NOT_OUR_PUPIL
            note_decision(inside.vault, unit, transfer, now, OUTSIDER, code)
            newest = link_of(unit.items.get(KIND, link.link_id))
            blobs = [*end_in(unit, [newest], OUTSIDER, now, why="not-our-pupil"), transfer.blob]
        else:
            raise TrustError("answer-malformed", "/answer/what")
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)


def _family(
    inside: Inside, org_id: str, link: Link, what: str, told: Mapping[str, JsonValue]
) -> None:
    if what == OPENED:
        return
    if what != SAID:
        raise TrustError("answer-malformed", "/answer/what")
    wishes = told.get("wishes", {})
    if not isinstance(wishes, dict) or any(one not in WANTS for one in wishes.values()):
        raise TrustError("answer-malformed", "/answer/wishes")
    said = Told(
        wishes={
            str(ref): "refuses" if one == "refuses" else "agrees" for ref, one in wishes.items()
        },
        views=str(told.get("views", "")),
        may_send=told.get("may_send") is True,
        correction=str(told.get("correction", "")),
    )
    said_by_link(inside, org_id, link, said)
    refresh_soon(inside, org_id, link.pupil_id)


def _tell(inside: Inside, unit: UnitOfWork, link: Link, template: str) -> None:
    if not link.inviter.mail:
        return
    facts = {"organisation": own_name(inside, unit.org_id), "day": instant_words(link.created_at)}
    queue_letter(unit, Letter(template, link.inviter.mail, facts))
