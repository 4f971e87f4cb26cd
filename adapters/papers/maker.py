"""Hands papers to the processes that work on them, one by one, and the pack back."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.papers import wire
from adapters.papers.child import Child
from exchange.errors import ExchangeError, FormatError
from exchange.ports.papers import Front, IndexLine, Pack, Paper, Part, Progress

MOST_BYTES: Final = 512 * 1024 * 1024
"""Of all papers of a pack together, made ready."""
LARGEST: Final = 128 * 1024 * 1024
"""Of one paper."""
_JOINING_SECONDS = 240.0
_SUFFIX: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain": "txt",
    "application/rtf": "rtf",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}


class PaperMaker:
    """exchange.ports.papers.PackMaker; safe to share: each pack has processes of its own.

    :param seconds: for one paper; longer, and a page says so in its place.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self._seconds = seconds

    def pack(
        self, front: Front, papers: Sequence[Paper], *, progress: Progress | None = None
    ) -> Pack:
        """Return one PDF (exchange.ports.papers.PackMaker.pack)."""
        preparing, joining = Child(self._seconds), Child(_JOINING_SECONDS)
        try:
            joining.start()
            lines, base, size = [], 0, 0
            for place, paper in enumerate(papers):
                told, data = _prepared(preparing, joining, paper, place + 1, base)
                base, size = int(told["next"]), size + len(data)
                if size > MOST_BYTES:
                    raise FormatError("pack-too-large", "/papers", "Choose fewer papers.")
                _answered(joining.ask({**told, **_told(paper, place + 1), "do": "add"}, data))
                lines.append(
                    IndexLine(place + 1, paper.title, 0, told["pages"], told["how"], told["why"])
                )
                if progress is not None:
                    progress(place + 1, len(papers))
            asked = {"do": "finish", "front": _front(front, len(papers)), "base": base}
            told, data = _answered(joining.ask(asked))
        finally:
            preparing.close()
            joining.close()
        index = [
            replace(one, first_page=first) for one, first in zip(lines, told["firsts"], strict=True)
        ]
        return Pack(io.BytesIO(data), len(data), int(told["pages"]), tuple(index))

    def parts(self, front: Front, papers: Sequence[Paper], cap_bytes: int) -> Iterator[Part]:
        """Yield index and numbered files (exchange.ports.papers.PackMaker.parts)."""
        child = Child(_JOINING_SECONDS)
        try:
            cut: dict[int, list[Part]] = {}
            listed = []
            for place, paper in enumerate(papers):
                size = _size(paper)
                if size > cap_bytes:
                    cut[place] = _cut(child, paper, place, cap_bytes)
                names = [part.name for part in cut.get(place, ())] or [_name(paper, place)]
                listed.append({**_told(paper, place + 1), "files": names, "pages": 0})
            said = {**_front(front, len(papers)), "papers": listed, "files": True}
            _, index = _answered(child.ask({"do": "set", "front": said}))
            if len(index) > cap_bytes:
                raise FormatError("part-too-large", "/papers", "The limit is too small.")
            yield Part("00-index.pdf", index)
            for place, paper in enumerate(papers):
                yield from cut.pop(place, None) or [Part(_name(paper, place), _whole(paper))]
        finally:
            child.close()


def _prepared(
    child: Child, ours: Child, paper: Paper, number: int, base: int
) -> tuple[wire.Told, bytes]:
    """Return a paper made ready, or a page that says why it is not there."""
    asked = {"do": "prepare", **_told(paper, number), "media_type": paper.media_type, "base": base}
    data = b""
    try:
        with paper.open() as source:
            data = source.read(LARGEST + 1)
        why = "too-large" if len(data) > LARGEST else ""
    except ExchangeError:
        why = "unreadable"
    if not why:
        answer = child.ask(asked, data)
        if answer is not None and not answer[0].get("failed"):
            return answer
        why = "too-slow" if child.slow else "damaged"
    return _answered(ours.ask({**asked, "why": why}))


def _answered(answer: tuple[wire.Told, bytes] | None) -> tuple[wire.Told, bytes]:
    if answer is None or answer[0].get("failed"):
        raise FormatError("pack-not-made", "/pack", "Try again; if it fails again, tell us.")
    return answer


def _told(paper: Paper, number: int) -> wire.Told:
    return {
        "number": number,
        "title": paper.title,
        "kind": paper.kind,
        "author": paper.author,
        "authored": paper.authored,
        "age_flag": paper.age_flag or "",
        "warning": paper.warning,
    }


def _front(front: Front, count: int) -> dict[str, Any]:
    return {
        "title": front.title,
        "organisation": front.organisation,
        "made": front.made,
        "reference": front.reference,
        "name": front.name,
        "facts": [list(one) for one in front.facts],
        "summary": dict(front.summary),
        "grid": [
            {
                "point": row.point,
                "found": list(row.found),
                "gap": row.gap,
                "papers": [place for place in row.papers if 0 <= place < count],
            }
            for row in front.grid
        ],
        "missing": [list(one) for one in front.missing],
    }


def _size(paper: Paper) -> int:
    with paper.open() as source:
        return source.seek(0, io.SEEK_END)


def _whole(paper: Paper) -> bytes:
    with paper.open() as source:
        return source.read()


def _cut(child: Child, paper: Paper, place: int, cap: int) -> list[Part]:
    """Return a paper over the limit in pieces, or as a smaller picture."""
    path = f"/papers/{place}"
    refusal = FormatError("part-too-large", path, "Make it smaller, or send it another way.")
    if paper.media_type in ("image/jpeg", "image/png"):
        asked = {"do": "prepare", **_told(paper, place + 1), "media_type": paper.media_type}
        answer = child.ask({**asked, "base": 0}, _whole(paper))
        if answer is None or answer[0].get("how") != "picture" or len(answer[1]) > cap:
            raise refusal
        return [Part(_name(paper, place, suffix="pdf"), answer[1])]
    if paper.media_type != "application/pdf":
        raise refusal
    answer = child.ask({"do": "split", "cap": cap}, _whole(paper))
    if answer is None or answer[0].get("failed"):
        raise refusal
    pieces, at = [], 0
    for number, (_, size) in enumerate(answer[0]["pieces"]):
        letter = _letters(number)
        pieces.append(Part(_name(paper, place, letter), answer[1][at : at + size]))
        at += size
    return pieces


def _letters(number: int) -> str:
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("a") + last)


def _name(paper: Paper, place: int, letter: str = "", suffix: str = "") -> str:
    """Return a file name that tells number and kind; a title may hold a name, and is not used."""
    kind = "".join(one for one in paper.code if one.isascii() and (one.isalnum() or one == "-"))
    ending = suffix or _SUFFIX.get(paper.media_type, "bin")
    return f"{place + 1:02}{letter}-{kind or 'document'}.{ending}"
