"""How far a piece of work has come, as a page shows it and as its script asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, jsonify

from exchange.errors import UsageError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is.

    :param text: for a person: "3 of 12 files checked"; never a pupil's name.
    :param next: path of the page to go to once it has ended; empty: stay, and load anew.
    :raises UsageError: ``progress-elsewhere``: ``next`` is no path of ours.
    """

    done: int
    total: int
    text: str
    ended: bool = False
    next: str = ""

    def __post_init__(self) -> None:
        if self.next and (not self.next.startswith("/") or self.next.startswith("//")):
            raise UsageError("progress-elsewhere", "/next")


def answer(progress: Progress) -> Response:
    """Return what the page's script asks for."""
    return jsonify(
        {
            "done": progress.done,
            "total": progress.total,
            "text": progress.text,
            "ended": progress.ended,
            "next": progress.next,
        }
    )
