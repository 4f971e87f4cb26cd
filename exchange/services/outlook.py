"""A pupil's pack before it is sealed: what goes, what is new, what is in the way.

It is made from the very decisions by which the pack is sealed (services.decide_pack), so that the
preview shows what sending does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from exchange.domain.disclosure import Disclosed, Outcome
from exchange.errors import ExchangeError, Refused
from exchange.ports import Destination, Transfer, UnitOfWork
from exchange.services.approve import require_released
from exchange.services.choose_destination import live_transfers
from exchange.services.decide_pack import contents_of, mark_of
from exchange.services.elsewhere import BY_HAND
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.pack_contents import Contents
from exchange.services.places import is_elsewhere, is_outside, place, require_confirmed
from exchange.services.queue_bundle import Order
from exchange.services.twins import TwinDoubt, unconfirmed
from schemas.base import load_bytes
from schemas.statement import FileRole, Statement


@dataclass(frozen=True, slots=True)
class Outlook:
    """What sending would do now.

    :param by_link: the school has not joined: its SENCO picks the pack up through a link.
    :param by_hand: nobody vouches for the place: what goes is given by hand.
    :param last: the pack that this school has, or that is on its way there.
    :param new: references of what is not in it; ``gone`` how many files of it are not in this one.
    :param doubts: documents that may be about another pupil; somebody must say.
    :param stops: codes and hints of what must be settled before anything leaves.
    :param mark: tells at the sending whether it is still this pack (Order.seen).
    """

    destination: Destination
    name: str
    by_link: bool
    disclosed: tuple[Disclosed, ...]
    last: Transfer | None
    new: frozenset[str]
    gone: int
    doubts: tuple[TwinDoubt, ...]
    stops: tuple[tuple[str, str], ...]
    mark: str = ""
    by_hand: bool = False

    def of(self, outcome: Outcome) -> tuple[Disclosed, ...]:
        """Return what has this outcome."""
        return tuple(one for one in self.disclosed if one.decision.outcome is outcome)

    @property
    def waiting(self) -> tuple[Disclosed, ...]:
        """Return what somebody must decide about first."""
        return self.of(Outcome.NEEDS_DECISION)

    @property
    def unchanged(self) -> bool:
        """Return whether the school has exactly this already."""
        return self.last is not None and not self.new and not self.gone

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return codes of what the sender is told; they stop nothing."""
        found = (code for one in self.disclosed for code in one.decision.warnings)
        return tuple(dict.fromkeys(found))


def outlook(inside: Inside, org_id: str, pupil_id: str, order: Order) -> Outlook:
    """Return what sending would do now; nothing is sealed.

    :raises NotFound: ``pupil-unknown``.
    :raises Refused: ``protected-move``.
    :raises DestinationRefused: ``destination-missing`` ...
    :raises DisclosureRefused: ``purpose-unfit``, ``basis-unfit``.
    """
    with inside.store.reading(org_id) as unit:
        destination, contents = contents_of(inside, unit, pupil_id, order)
        found = live_transfers(unit, pupil_id, second=order.second)
        live = [one for one in found if one.kind == order.kind.value]
        last = live[-1] if live else None
        new, gone = _changes(inside, org_id, pupil_id, last, contents)
        return Outlook(
            destination=destination,
            name=place(inside, unit, destination.org_id, inside.clock.now()).name,
            by_link=is_outside(unit, destination.org_id),
            disclosed=contents.disclosed,
            last=last,
            new=new,
            gone=gone,
            doubts=unconfirmed(inside, unit, pupil_id, _documents(contents.going)),
            stops=_stops(unit, pupil_id, destination),
            mark=mark_of(destination, contents),
            by_hand=is_elsewhere(unit, destination.org_id),
        )


def _documents(refs: Collection[str]) -> frozenset[str]:
    return frozenset(one for one in refs if "/" not in one)


def _changes(
    inside: Inside, org_id: str, pupil_id: str, last: Transfer | None, contents: Contents
) -> tuple[frozenset[str], int]:
    if last is None:
        return frozenset(), 0
    statement = load_bytes(Statement, as_signed(inside, org_id, last.statement))
    sent = {(one.type, one.sha256) for one in statement.files if one.role is not FileRole.TAG}
    new = frozenset(
        _ref(pupil_id, one.id, one.path, one.role)
        for one in contents.sources
        if (one.type, one.sha256) not in sent
    )
    return new, len(sent - contents.fingerprint)


def _ref(pupil_id: str, file_id: str, path: str, role: FileRole) -> str:
    if role is not FileRole.RECORD:
        return file_id
    return f"{pupil_id}/{path.rpartition('/')[2].removesuffix('.json')}"


def _stops(
    unit: UnitOfWork, pupil_id: str, destination: Destination
) -> tuple[tuple[str, str], ...]:
    found = []
    for check, about in ((require_released, pupil_id), (require_confirmed, destination.org_id)):
        try:
            check(unit, about)
        except Refused as refused:
            found.append((refused.code, refused.hint))
    return tuple(found)


def why_not(
    inside: Inside, org_id: str, pupil_id: str, order: Order
) -> tuple[tuple[str, str], ...]:
    """Return codes and hints of everything that keeps one pack from going with the others."""
    try:
        seen = outlook(inside, org_id, pupil_id, order)
    except ExchangeError as error:
        return ((error.code, error.hint),)
    return in_the_way(seen)


def in_the_way(seen: Outlook) -> tuple[tuple[str, str], ...]:
    """Return codes and hints of what keeps a pack that was looked at from going with the others."""
    found = list(seen.stops)
    if seen.by_link:
        found.append(("destination-by-link", "Send its SENCO a link and a code instead."))
    if seen.by_hand:
        found.append(("destination-by-hand", BY_HAND))
    if seen.doubts:
        found.append(("twin-check-open", "Say first whom some of its documents are about."))
    if seen.waiting:
        found.append(("decision-needed", "Somebody must decide about some of it first."))
    if seen.unchanged:
        found.append(("unchanged", "The school has exactly this already."))
    return tuple(found)
