"""Seal a pack, and the share that tells of it, to one link.

Pack, link and message are stored in one commit with the transfer (exchange.services.send).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from exchange.bundle.contents import RecipientKeys, Source
from exchange.domain.clocks import london_day
from exchange.domain.transfer import State
from exchange.errors import Wrapped
from exchange.ports import Actor, Destination, Transfer, UnitOfWork
from exchange.ports.render import Renderer
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.making import new_blob, new_link, store_link
from exchange.services.links.model import Inviter, Marks, Person, Purpose
from exchange.services.links.pack_view import Files, instant_words, pack_view
from exchange.services.links.revoke import end_in, links_of_pack
from exchange.services.links.shares import SUMMARY, Member, member, view_member, write_share
from exchange.services.queue_bundle import Address, Order, queue_for
from exchange.services.trust import organisation
from keys.directory import Organisation
from keys.links import LinkSecret
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.recipient import InboxName
from schemas.statement import Statement
from schemas.strict_json import JsonValue

_OPENED = frozenset({State.VERIFIED, State.ACCEPTED})
"""States of a pack that its reader has seen."""


@dataclass(frozen=True, slots=True)
class Means:
    """What this node has for people outside.

    :param share_url: where the pages for people with a link are.
    :param renderer: makes the PDF; None leaves it out.
    """

    share_url: str
    renderer: Renderer | None = None


class LinkWay:
    """Seals pack and share to one link, and stores the link with the pack."""

    def __init__(
        self,
        inside: Inside,
        org_id: str,
        school: Organisation,
        secret: LinkSecret,
        where: str,
        person: Person,
        inviter: Inviter,
        means: Means,
        actor: Actor,
    ) -> None:
        self._inside, self._org_id, self._school = inside, org_id, school
        self._secret, self._where, self._means, self._actor = secret, where, means, actor
        self._blob = new_blob()
        self._pack = ""
        self._superseded: list[str] = []
        marks = Marks(Purpose.PICK_UP, blob=self._blob)
        self.link = new_link(inside, secret, "", person, inviter, marks)

    def seal(self, destination: Destination, sources: Sequence[Source], order: Order) -> Transfer:
        """Seal the pack, then the share about it."""
        recipient = self._secret.recipient
        keys = RecipientKeys(
            org_id=destination.org_id,
            inbox=InboxName.GENERAL,
            recipients=(recipient,),
            key_ids=(recipient.key_id,),
        )
        entry = json.dumps({"name": self._school.name, "urn": self._urn()}).encode("utf-8")
        subject = sources[0].subject
        transfer = queue_for(
            self._inside,
            self._org_id,
            Address(keys, self._school.name, entry),
            subject,
            sources,
            order,
        )
        self._pack = transfer.blob
        transfer = replace(transfer, due_at=transfer.expires_at)
        self.link = replace(
            self.link,
            pupil_id=subject,
            expires_at=transfer.expires_at,
            marks=replace(self.link.marks, pack=transfer.bundle_id, pack_blob=transfer.blob),
        )
        self._write_share(transfer, sources)
        return transfer

    def store(self, unit: UnitOfWork, transfer: Transfer) -> None:
        """Store the link, and the message that carries it; the link of the pack before ends.

        The new link shows all of it, and what is withheld since must be behind no link at all.
        """
        store_link(unit, self.link, self._secret, self._actor)
        if transfer.supersedes is not None:
            before = links_of_pack(unit, unit.transfers.get(transfer.supersedes))
            now = self._inside.clock.now()
            self._superseded = end_in(unit, before, self._actor, now, why="superseded")
        if self.link.person.mail:
            facts = {
                "organisation": self._sender().name,
                "other": self._school.name,
                "link": self._where,
                "day": instant_words(self.link.expires_at),
            }
            queue_letter(unit, Letter("link-pick-up", self.link.person.mail, facts))

    def tidy(self) -> None:
        """Remove, after the commit, what the link of the pack before showed."""
        for name in self._superseded:
            self._inside.blobs.delete(self._org_id, name)

    def undo(self) -> None:
        """Remove what was sealed for a pack that was not sent."""
        for name in (self._blob, self._pack):
            if name:
                self._inside.blobs.delete(self._org_id, name)

    def _urn(self) -> str:
        return self._school.identifier("urn", london_day(self._inside.clock.now())) or ""

    def _sender(self) -> Organisation:
        return organisation(self._inside.directory(), self._org_id, self._inside.clock.now())

    def _write_share(self, transfer: Transfer, sources: Sequence[Source]) -> None:
        try:
            view = pack_view(
                sources, london_day(self._inside.clock.now()), self._seen_before(transfer)
            )
        except SchemaError as error:
            raise Wrapped.of(error, "/records") from None
        view |= {
            "purpose": Purpose.PICK_UP.value,
            "from": self._sender().name,
            "to": self._school.name,
            "sent": instant_words(transfer.created_at),
            "until": instant_words(self.link.expires_at),
            "reader": self.link.person.name,
            "pack": transfer.bundle_id,
            "payload_sha256": transfer.payload_sha256,
        }
        members = [*self._pdf(view)]
        members.insert(0, view_member(view | {"pdf": bool(members)}))
        with self._inside.blobs.create(self._org_id, self._blob) as writer:
            write_share(writer.file, self._secret.recipient, members)
            writer.commit()

    def _seen_before(self, transfer: Transfer) -> Files | None:
        """Return what is in the pack that this one updates, where its reader has opened that."""
        if transfer.supersedes is None:
            return None
        with self._inside.store.reading(self._org_id) as unit:
            before = unit.transfers.get(transfer.supersedes)
        if before.state not in _OPENED:
            return None
        signed = load_bytes(Statement, as_signed(self._inside, self._org_id, before.statement))
        return frozenset((one.type, one.sha256) for one in signed.files)

    def _pdf(self, view: Mapping[str, JsonValue]) -> list[Member]:
        """Make the PDF now, while what it is made from is at hand."""
        if self._means.renderer is None:
            return []
        data = dict(view) | {"school": view["from"], "made": view["sent"]}
        content = self._means.renderer.render("transfer-summary", data)
        return [member(SUMMARY, "application/pdf", content)]
