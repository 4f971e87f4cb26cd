"""A council with pages, and requests as they reach it, without a road between two nodes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from exchange.bundle.outer import read_outer
from exchange.domain.access import Role
from exchange.ports import Actor, BlobStore
from exchange.services.arrive import ArrivalDesk
from exchange.services.cases import Case, cases
from exchange.services.cases.arriving import CaseMaker
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.web.words import LONDON
from schemas.statement import BundleKind
from tests.exchange.services.cases.asked import (
    BROKEN,
    document_source,
    record_source,
    request_record,
)
from tests.exchange.services.town import pupil_record
from tests.exchange.web.site import Client, Place, Site

CASEWORKER = Actor("Kay Seworker", "la-caseworker")


@dataclass
class Council:
    """The council, the school that asks it, and a caseworker in a browser."""

    site: Site
    clients: dict[str, Client] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.known = frozenset(one.case_id for one in self.cases)

    @property
    def here(self) -> Place:
        return self.site["council"]

    @property
    def school(self) -> Place:
        return self.site["primary"]

    def browser(self, *roles: Role) -> Client:
        """Return a browser of a person with these roles; a caseworker by default."""
        wanted = roles or (Role.LA_CASEWORKER,)
        key = ",".join(wanted)
        if key not in self.clients:
            self.clients[key] = self.here.client(*wanted)
        return self.clients[key]

    def asked(
        self, number: int = 0, *, broken: bool = False, edition: int = 1, **changes: Any
    ) -> str:
        """Let a request reach the council, and be made a case; return the id of its pack."""
        bundle_id = self.send(number, broken=broken, edition=edition, **changes)
        self.here.settle()
        CaseMaker(self.here.node.inside).run()
        return bundle_id

    def send(
        self, number: int = 0, *, broken: bool = False, edition: int = 1, **changes: Any
    ) -> str:
        """Let a request reach the council; return the id of its pack."""
        supersedes = changes.pop("supersedes", None)
        kind = changes.pop("kind", BundleKind.EHC_REQUEST)
        inside = self.school.node.inside
        pupil = pupil_record(number)
        sources = [record_source(BROKEN if broken else pupil, "pupil", pupil.subject)]
        if not broken:
            made = request_record(pupil.subject, edition, **changes)
            sources.append(record_source(made, "ehc-request", pupil.subject))
        sources.append(document_source(f"{number} {edition}", "ep-report", pupil.subject))
        order = Order(kind=kind, purpose="ehc-needs-assessment", supersedes=supersedes)
        queued = queue_bundle(
            inside,
            self.school.org_id,
            self.here.org_id,
            "general",
            pupil.subject,
            sources,
            order,
        )
        with inside.blobs.open(self.school.org_id, queued.blob) as blob:
            self._deliver(blob.read())
        inside.blobs.delete(self.school.org_id, queued.blob)
        return queued.bundle_id

    def _deliver(self, content: bytes) -> None:
        inside, org_id = self.here.node.inside, self.here.org_id
        blobs: BlobStore = inside.blobs
        desk = ArrivalDesk(inside.store, blobs, inside.directory, inside.clock, inside.limits)
        outer = read_outer(io.BytesIO(content))
        sender = outer.envelope.sender
        said = desk.announce(sender, org_id, outer.envelope_bytes, outer.signature, len(content))
        expected = desk.begin(sender, org_id, sender, said.bundle_id)
        with desk.writer(expected) as writer:
            writer.file.write(content)
            desk.complete(expected, writer)

    @property
    def cases(self) -> list[Case]:
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return [one for one in cases(unit) if one.case_id not in self.known]

    @property
    def only(self) -> Case:
        (found,) = self.cases
        return found

    def at(self, page: str = "") -> str:
        """Return the address of a page of the only case."""
        return f"/cases/{self.only.case_id}{page}"


def today() -> datetime:
    """Return the present moment, as it is in London: a case counts the days there."""
    return datetime.now(LONDON)


def words(answer: Any) -> str:
    """Return what a page says, without its marks."""
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def day_fields(name: str, on: datetime) -> dict[str, list[str]]:
    """Return the three boxes of a day, filled in."""
    return {name: [str(on.day), str(on.month), str(on.year)]}
