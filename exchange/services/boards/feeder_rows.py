"""What one line of the arrivals board says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.feeder import Standing
from exchange.domain.transfer import State
from exchange.services.arrival_card import Card
from exchange.services.expected import ExpectedChild

_ATTENTION = frozenset(
    {Standing.UNCLEAR, Standing.DUPLICATE, Standing.MISSING, Standing.LATE, Standing.UNEXPECTED}
)


@dataclass(frozen=True, slots=True)
class ArrivedPack:
    """A pack as the board shows it.

    :param card: None: it was not opened yet, or was sent back.
    :param attention: a code that a person must look at, or empty.
    """

    bundle_id: str
    sender: str
    state: State
    arrived_at: datetime
    is_update: bool
    attention: str
    card: Card | None


@dataclass(frozen=True, slots=True)
class FeederLine:
    """One child, or one pack of a child nobody expected.

    :param school: org_id of the school that the child comes from, or empty.
    :param school_named: as the admissions list names it.
    :param packs: what came of this child, the newest last.
    :param candidates: what may be of this child: a person says.
    """

    key: str
    standing: Standing
    name: str
    sort: tuple[str, str]
    school: str
    school_named: str
    starts: date | None
    expected: ExpectedChild | None
    packs: tuple[ArrivedPack, ...]
    candidates: tuple[ArrivedPack, ...]

    @property
    def pack(self) -> ArrivedPack | None:
        """Return the newest pack of this child."""
        return self.packs[-1] if self.packs else None

    @property
    def needs_attention(self) -> bool:
        """Return whether a person must look at it."""
        asked = any(one.attention for one in self.packs)
        return asked or (
            self.standing in _ATTENTION
            and not (self.standing is Standing.UNEXPECTED and self._is_settled)
        )

    @property
    def order(self) -> tuple[bool, int, tuple[str, str], str]:
        """Return where it stands: what needs attention first, then by surname; unlike any other."""
        return not self.needs_attention, self.standing.rank, self.sort, self.key

    @property
    def is_to_accept(self) -> bool:
        """Return whether the newest pack waits to be accepted."""
        return self.pack is not None and self.pack.state is State.VERIFIED

    @property
    def _is_settled(self) -> bool:
        return self.pack is not None and self.pack.state in (State.ACCEPTED, State.IMPORTED)
