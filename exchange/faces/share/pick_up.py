"""The pick-up page: read a pack in two minutes, download it, accept it, or give it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from flask import Response, redirect, render_template, url_for

from exchange.errors import NotFound
from exchange.faces.share.coming_in import require_own_form, visitor
from exchange.faces.share.safety import DOCUMENT_POLICY
from exchange.services.links.answers_of import ACCEPTED, NOT_OURS
from exchange.services.links.door import Door, Visit
from exchange.services.links.model import Purpose
from exchange.services.links.shares import SUMMARY


class PickUpPages:
    """What a school that has not joined sees of one pack."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def page(self) -> str:
        """Show the pack."""
        visit = self._visit()
        return render_template("pack.html", view=self._view(visit), visit=visit)

    def pdf(self) -> Response:
        """Hand out the readable PDF."""
        visit = self._visit()
        share = self._door.share(visit)
        media_type, size = share.about(SUMMARY)
        return download(share, share.read(SUMMARY), media_type, "pack-summary.pdf", size)

    def document(self, number: str) -> Response:
        """Hand out one original."""
        visit = self._visit()
        listed = self._view(visit)["documents"]
        found = next((one for one in listed if one["number"] == number), None)
        if found is None:
            raise NotFound("document-unknown")
        pack = self._door.pack(visit)
        content = pack.read(str(found["path"]))
        return download(pack, content, str(found["media_type"]), str(found["file_name"]))

    def accept(self) -> Response:
        """Say that the pack is accepted."""
        return self._say(ACCEPTED)

    def not_ours(self) -> str:
        """Ask once more before a pack is given back."""
        visit = self._visit()
        return render_template("not_ours.html", view=self._view(visit), visit=visit)

    def say_not_ours(self) -> Response:
        """Say that the pupil is not this school's."""
        return self._say(NOT_OURS)

    def _say(self, what: str) -> Response:
        visit = self._visit()
        require_own_form(visit)
        told = {"payload_sha256": self._view(visit)["payload_sha256"]}
        self._door.answer(visit, what, told, last=True)
        return redirect(url_for("pack"), 303)  # type: ignore[return-value]

    def _visit(self) -> Visit:
        found = visitor(self._door)
        if found.marks.purpose is not Purpose.PICK_UP:
            raise NotFound("page-unknown")
        return found

    def _view(self, visit: Visit) -> dict[str, Any]:
        with self._door.share(visit) as share:
            return share.view


def download(
    opened: AbstractContextManager[Any],
    content: Iterator[bytes],
    media_type: str,
    file_name: str,
    size: int | None = None,
) -> Response:
    """Return something to be saved, never shown, that runs nothing.

    :param opened: closed when all was sent, or the visitor went away.
    :param file_name: made by us: letters, digits, dots and hyphens.
    """
    # The first block now: what cannot be read is an error page, and not half a file.
    first = next(content, b"")

    def blocks() -> Iterator[bytes]:
        with opened:
            yield first
            yield from content

    answer = Response(blocks(), content_type=media_type)
    answer.call_on_close(lambda: opened.__exit__(None, None, None))
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    if size is not None:
        answer.headers["Content-Length"] = str(size)
    return answer
