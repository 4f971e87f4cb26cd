"""Bring the one-time codes that were asked for: by mail, or to the page of who reads them out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.errors import ExchangeError
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.left_at_door import (
    WORKER,
    drop,
    link_behind,
    opened,
    own_name,
)
from exchange.services.links.model import CODE, CODE_LIFE, KIND, Channel, marks_of
from keys.errors import KeysError
from schemas.errors import SchemaError

_log = logging.getLogger("senx.links")


@dataclass(frozen=True, slots=True)
class CodeToRead:
    """A code that is to be read out by telephone.

    :param code: empty once somebody came in with it.
    :param until: when it stops to be good.
    """

    code: str
    until: datetime

    @property
    def is_used(self) -> bool:
        """Return whether somebody came in with it: it opens nothing any more."""
        return not self.code


def codes_to_read(inside: Inside, org_id: str, link_id: str) -> list[CodeToRead]:
    """Return the codes of one link that a person is to read out now; the newest alone is good.

    :raises NotFound: ``item-unknown``: there is no such link.
    """
    take_codes(inside, org_id)
    now = inside.clock.now()
    with inside.store.reading(org_id) as unit:
        found = [
            one
            for one in unit.items.all(CODE, "shown")
            if one.clear.get("link") == link_id and one.due_at is not None and one.due_at > now
        ]
        good = bool(marks_of(unit.items.get(KIND, link_id)).check)
    newest = sorted(found, key=lambda one: one.created_at)[-1:]
    return [
        CodeToRead(str((one.content or {})["code"]) if good else "", one.due_at or now)
        for one in newest
    ]


def take_codes(inside: Inside, org_id: str) -> int:
    """Bring the codes that were asked for: by mail, or to the page of who reads them out."""
    with inside.store.reading(org_id) as unit:
        waiting = [one.item_id for one in unit.items.all(CODE, "new")]
    for item_id in waiting:
        try:
            _take_code(inside, org_id, item_id)
        except (ExchangeError, KeysError, SchemaError) as error:
            _log.warning("%s item=%s outcome=%s", CODE, item_id, error.code)
            drop(inside, org_id, CODE, item_id, error.code)
    return len(waiting)


def _take_code(inside: Inside, org_id: str, item_id: str) -> None:
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(CODE, item_id)
        if item.state != "new":
            return
        told = opened(inside, org_id, item)
        link = link_behind(unit, item)
        code = str(told["code"])
        if link.person.channel is Channel.MAIL:
            unit.items.remove(CODE, item_id)
            facts = {"organisation": own_name(inside, org_id), "code": f"{code[:4]} {code[4:]}"}
            queue_letter(unit, Letter("link-code", link.person.code_mail, facts))
        else:
            until = item.created_at + CODE_LIFE
            shown = replace(
                item,
                state="shown",
                content={"code": code},
                clear={"link": link.link_id},
                updated_at=now,
                due_at=until,
            )
            unit.items.update(shown)
        unit.audit.record(
            WORKER, "link.code-brought", "link", link.link_id, detail={"by": link.person.channel}
        )
        unit.commit()
    inside.blobs.delete(org_id, str(item.clear["blob"]))


def forget_code(inside: Inside, org_id: str, item_id: str) -> None:
    """Remove a code that is good no more."""
    with inside.store.reading(org_id) as unit:
        waiting = unit.items.get(CODE, item_id).state == "new"
    if not waiting:
        drop(inside, org_id, CODE, item_id, "done")
