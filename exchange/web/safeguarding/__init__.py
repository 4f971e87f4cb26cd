"""The safeguarding lead's own area: files, flags, protected moves, packs from other leads."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.routes import View
from exchange.web.safeguarding import arrivals, board, children, identities, moves, recalling


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "safeguarding.board": board.page,
        "safeguarding.unlock": board.unlock,
        "safeguarding.lock": board.lock,
        "safeguarding.receive": arrivals.receive,
        "safeguarding.pupil": children.page,
        "safeguarding.upload": children.upload,
        "safeguarding.file": children.file,
        "safeguarding.flag": children.flag,
        "safeguarding.send": children.send,
        "safeguarding.recall": recalling.recall_pack,
        "safeguarding.protect": moves.protect_move,
        "safeguarding.destination": moves.destination,
        "safeguarding.send_protected": moves.send,
        "safeguarding.identity": identities.begin,
        "safeguarding.identity_text": identities.text,
        "safeguarding.arrival": arrivals.arrival,
        "safeguarding.arrival_file": arrivals.file,
    }
