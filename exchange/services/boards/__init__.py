"""What boards show, kept at hand; exchange.services.boards.kept says how it stays true."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.services.boards.kept import Board, Source
from exchange.services.boards.leaver_packs import PackState
from exchange.services.boards.leavers import LeaverRow, LeaversSource
from exchange.services.boards.listing import Listing, Look
from exchange.services.inside import Inside

__all__ = ["Board", "LeaverRow", "LeaversBoard", "Listing", "Look", "PackState", "Source"]


class LeaversBoard:
    """The leavers of every organisation of this node; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._board: Board[LeaverRow] = Board(inside, lambda _: LeaversSource(inside))

    def is_ready(self, org_id: str, patience: float = 0.7) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on.

        After a start this takes some milliseconds a pupil: a page says so, and asks again.
        """
        return self._board.is_ready(org_id, patience)

    def by_key(self, org_id: str) -> Mapping[str, LeaverRow]:
        """Return all leavers by pupil id: the same mapping as long as none of them changes.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return self._board.by_key(org_id)

    def rows(self, org_id: str) -> list[LeaverRow]:
        """Return all leavers of an organisation: what needs attention first, then by surname.

        :raises NotFound: ``organisation-not-hosted``.
        """
        rows = self._board.rows(org_id)
        return sorted(rows, key=lambda row: (not row.needs_attention, row.sort))
