"""The door for outsiders: ask for a code, come in with it, read the share, say something.

This is the half of links that runs in the outward process. It has no key of the organisation: it
opens shares by the token that the visitor brings, and what the visitor says it seals to the
organisation's public key and leaves for the inner worker (law 1 of the house).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from exchange.errors import Conflict, NotFound
from exchange.ports import BlobStore, Clock, Store, UnitOfWork
from exchange.ports.items import Item
from exchange.services.links.door_rows import (
    FACE,
    came_in,
    count_wrong,
    is_over,
    keep,
    new_session,
    open_link,
    require_active,
    sealed_item,
)
from exchange.services.links.model import ANSWER, CODE, CODE_LIFE, KIND, SESSION, Marks, Purpose
from exchange.services.links.packs import OpenPack
from exchange.services.links.shares import OpenShare
from exchange.services.links.visiting import (
    CodeLate,
    CodesTooSoon,
    CodesUsedUp,
    CodeWrong,
    Visit,
    ended,
    over,
    require_code,
    require_unused,
)
from keys.age import encrypt
from keys.errors import KeysError
from keys.interfaces import Recipient
from keys.links import LinkSecret, new_code
from schemas import strict_json
from schemas.strict_json import JsonValue

__all__ = ["CodeLate", "CodeWrong", "CodesTooSoon", "CodesUsedUp", "Door", "KeysOf", "Visit"]

KeysOf = Callable[[str], Sequence[Recipient]]
"""Gives the public keys of an organisation's general inbox.

:raises exchange.errors.ExchangeError: our directory is missing or too old, or knows none.
"""

LOOKS = 3
"""How often we look for what the worker may be replacing, before we say that it is not there."""

_QUIET_SECONDS = 60


class Door:
    """What the share face may do."""

    def __init__(self, store: Store, blobs: BlobStore, clock: Clock, keys: KeysOf) -> None:
        self.store = store
        self.blobs = blobs
        self.clock = clock
        self.keys = keys

    def ask(self, token: str) -> None:
        """Make a new code for a link and leave it for the inner worker, which brings it.

        :raises NotFound: ``link-ended``.
        :raises Refused: :class:`CodesTooSoon`, :class:`CodesUsedUp`.
        """
        secret, org_id, link_id = self._located(token)
        code, now = new_code(), self.clock.now()
        sealed = self._seal(org_id, {"link": link_id, "code": code})
        try:
            with self.store.unit(org_id) as unit:
                item, marks = open_link(unit, link_id, now)
                require_code(marks, now)
                told = replace(
                    marks,
                    check=secret.check_of(code),
                    check_until=now + CODE_LIFE,
                    asked=marks.asked + 1,
                    asked_at=now,
                )
                keep(unit, item, told, now)
                unit.items.add(sealed_item(CODE, sealed, link_id, "code", now))
                unit.audit.record(FACE, "link.code-asked", "link", link_id)
                unit.commit()
        except BaseException:
            self.blobs.delete(org_id, sealed)
            raise

    def enter(self, token: str, code: str) -> Visit:
        """Come in: the code is used up, and a session begins.

        :raises NotFound: ``link-ended``; also by the code that locks it.
        :raises Refused: :class:`CodeWrong`, :class:`CodeLate`: or used already.
        """
        secret, org_id, link_id = self._located(token)
        now, key = self.clock.now(), LinkSecret.new()
        with self.store.unit(org_id) as unit:
            item, marks = open_link(unit, link_id, now)
            if not marks.check or not secret.is_code(code, marks.check):
                require_unused(marks, secret, code)
                locked = count_wrong(unit, item, marks, now)
                unit.commit()
                raise ended() if locked else CodeWrong(path="/code")
            if marks.check_until is None or marks.check_until <= now:
                raise CodeLate(path="/code")
            told = came_in(marks)
            keep(unit, item, told, now)
            unit.items.add(new_session(key, link_id, now))
            unit.audit.record(FACE, "link.entered", "link", link_id)
            unit.commit()
        return Visit(org_id, link_id, secret, key, told)

    def visit(self, cookie: str) -> Visit:
        """Return who comes with this cookie.

        :raises NotFound: ``link-ended``; ``visit-ended``: the session is over or was idle.
        """
        token, _, own = cookie.partition(".")
        secret, org_id, link_id = self._located(token)
        try:
            key = LinkSecret.from_text(own)
        except KeysError:
            raise over() from None
        now = self.clock.now()
        with self.store.reading(org_id) as unit:
            _, marks = open_link(unit, link_id, now)
            session = unit.items.find(SESSION, key.lookup)
        if session is None or session.clear.get("link") != link_id or is_over(session, now):
            raise over()
        if (now - session.updated_at).total_seconds() > _QUIET_SECONDS:
            self._touch(org_id, session, now)
        return Visit(org_id, link_id, secret, key, marks)

    def leave(self, visit: Visit) -> None:
        """End the session; ending it twice is no error."""
        with self.store.unit(visit.org_id) as unit:
            found = unit.items.find(SESSION, visit.key.lookup)
            if found is not None:
                unit.items.remove(SESSION, found.item_id, quiet=True)
            unit.commit()

    def share(self, visit: Visit) -> OpenShare:
        """Open the visitor's share.

        :raises NotFound: ``link-ended``: there is none any more.
        :raises TrustError: ``share-damaged``.
        """
        source = self._blob(visit, lambda marks: marks.blob)
        try:
            return OpenShare(source, visit.secret)
        except BaseException:
            source.close()
            raise

    def pack(self, visit: Visit) -> OpenPack:
        """Open the pack that the visitor may pick up.

        :raises NotFound: ``link-ended``: there is none any more.
        :raises TrustError: ``share-damaged``.
        """
        source = self._blob(visit, lambda marks: marks.pack_blob)
        try:
            return OpenPack(source, visit.secret)
        except BaseException:
            source.close()
            raise

    def papers(self, visit: Visit) -> OpenShare:
        """Open the documents that an agency may read.

        :raises NotFound: ``link-ended``: there are none any more.
        :raises TrustError: ``share-damaged``.
        """
        source = self._blob(visit, lambda marks: marks.pack_blob)
        try:
            return OpenShare(source, visit.secret)
        except BaseException:
            source.close()
            raise

    def require_open(self, visit: Visit) -> None:
        """Demand that the visitor's link still opens anything.

        :raises NotFound: ``link-ended``; also where the organisation was suspended meanwhile.
        """
        require_active(self.store, visit.org_id)
        with self.store.reading(visit.org_id) as unit:
            open_link(unit, visit.link_id, self.clock.now())

    def answer(
        self,
        visit: Visit,
        what: str,
        told: Mapping[str, JsonValue],
        *,
        last: bool = False,
        beside: Callable[[UnitOfWork], None] | None = None,
    ) -> None:
        """Leave what the visitor said for the inner worker, vouched for by the link's own key.

        :param what: a code (``accepted``, ``views`` ...); the book has it, and nothing of ``told``.
        :param last: nothing can be said after it: a pack is accepted or refused once.
        :param beside: changes what belongs to it, in the same commit.
        :raises NotFound: ``link-ended``.
        :raises Conflict: ``answered-already``.
        """
        require_active(self.store, visit.org_id)
        now = self.clock.now()
        said = strict_json.dumps(
            {"what": what, "link": visit.link_id, "at": now.isoformat(), "told": dict(told)}
        )
        sealed = self._seal(
            visit.org_id, {"said": said.decode("utf-8"), "vouched": visit.secret.vouch(said)}
        )
        try:
            with self.store.unit(visit.org_id) as unit:
                item, marks = open_link(unit, visit.link_id, now)
                if last:
                    if marks.answered:
                        raise Conflict("answered-already", "/link", "You have answered already.")
                    keep(unit, item, replace(marks, answered=what), now)
                if beside is not None:
                    beside(unit)
                unit.items.add(sealed_item(ANSWER, sealed, visit.link_id, what, now))
                unit.audit.record(
                    FACE, "link.answered", "link", visit.link_id, detail={"what": what}
                )
                unit.commit()
        except BaseException:
            self.blobs.delete(visit.org_id, sealed)
            raise

    def purpose(self, visit: Visit) -> Purpose:
        """Return what the visitor's link is for."""
        return visit.marks.purpose

    def _located(self, token: str) -> tuple[LinkSecret, str, str]:
        try:
            secret = LinkSecret.from_text(token)
        except KeysError:
            raise ended() from None
        found = self.store.locate(KIND, secret.lookup)
        if found is None:
            raise ended()
        require_active(self.store, found[0])
        return secret, *found

    def _blob(self, visit: Visit, which: Callable[[Marks], str]) -> BinaryIO:
        """Open a blob of the link, looking at its marks again if it is gone.

        The worker may seal a page anew between our look at the marks and the opening, and then
        removes the one before.
        """
        name = which(visit.marks)
        for _ in range(LOOKS):
            if not name:
                break
            with suppress(NotFound):
                return self.blobs.open(visit.org_id, name)
            with self.store.reading(visit.org_id) as unit:
                _, marks = open_link(unit, visit.link_id, self.clock.now())
            name = which(marks)
        raise ended()

    def _touch(self, org_id: str, session: Item, now: datetime) -> None:
        with suppress(Conflict, NotFound), self.store.unit(org_id) as unit:
            unit.items.update(replace(session, updated_at=now, content=None), quiet=True)
            unit.commit()

    def _seal(self, org_id: str, told: Mapping[str, JsonValue]) -> str:
        """Seal to the organisation's public keys; return the blob's name."""
        name = uuid.uuid4().hex
        recipients = self.keys(org_id)
        with self.blobs.create(org_id, name) as writer:
            with encrypt(writer.file, recipients) as sealed:
                sealed.write(strict_json.dumps(dict(told)))
            writer.commit()
        return name
