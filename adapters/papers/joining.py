"""Papers that were made ready, put together: one tree of structure, one outline, page numbers."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Name, OutlineItem

from adapters.papers import setting, stamping, wire
from adapters.papers.own_pages import own_pages

TARGET = "https://paper.invalid/"
"""What the front's links begin with; the place of a paper follows, from 0."""
_KEY = "/SenxPaper"
_FACTS = ("title", "kind", "author", "authored", "age_flag", "warning")


@dataclass(slots=True)
class _Paper:
    told: wire.Told
    data: bytes


@dataclass(slots=True)
class _Whole:
    """The pack while it is put together."""

    pdf: pikepdf.Pdf
    document: pikepdf.Object
    numbers: list[tuple[int, pikepdf.Object]] = field(default_factory=list)
    names: dict[bytes, pikepdf.Object] = field(default_factory=dict)
    layers: list[pikepdf.Object] = field(default_factory=list)
    off: list[pikepdf.Object] = field(default_factory=list)


class Joiner:
    """Keeps papers until all are there."""

    def __init__(self) -> None:
        self._papers: list[_Paper] = []

    def add(self, told: wire.Told, document: bytes) -> tuple[wire.Told, bytes]:
        """Take a paper as ``prepare`` made it."""
        self._papers.append(_Paper(told, document))
        return {}, b""

    def finish(self, told: wire.Told, _document: bytes) -> tuple[wire.Told, bytes | memoryview]:
        """Return the pack; ``index`` has where each paper begins, from 1."""
        papers, self._papers = self._papers, []
        data = {**told["front"], "papers": [_listed(one.told) for one in papers]}
        front = own_pages(
            _linked(setting.compiled("front", data)), int(told["base"]), "front-", "Front"
        )
        firsts, page = [], front.pages + 1
        for one in papers:
            firsts.append(page)
            page += int(one.told["pages"])
        out = io.BytesIO()
        with ExitStack() as open_, pikepdf.new() as pdf:
            whole = _Whole(pdf, _root(pdf))
            for source in (front.data, *(one.data for one in papers)):
                _take(whole, open_.enter_context(pikepdf.open(io.BytesIO(source))))
            _lead(pdf, front.pages, firsts)
            _number(pdf, papers, front.pages)
            _settle(whole, told["front"])
            _outline(pdf, [[b.level, b.title, b.page] for b in front.bookmarks], papers, firsts)
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return {"pages": page - 1, "firsts": firsts}, out.getbuffer()


def _listed(told: wire.Told) -> dict[str, Any]:
    return {
        **{key: told.get(key) for key in _FACTS},
        "pages": told["pages"],
        "how": told["how"],
        "why": told["why"],
    }


def _root(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(
        pikepdf.Dictionary(Type=Name.StructElem, S=Name.Document, K=pikepdf.Array(), Lang="en-GB")
    )


def _linked(front: bytes) -> bytes:
    """Turn the front's links to papers into links of its own, marked with the paper's place."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(front)) as pdf:
        for page in pdf.pages:
            for one in page.obj.get("/Annots", ()):
                action = one.get("/A")
                target = str(action.get("/URI", "")) if action is not None else ""
                if target.startswith(TARGET):
                    one[_KEY] = int(target.removeprefix(TARGET))
                    del one["/A"]
                    one.Dest = pikepdf.Array([page.obj, Name.Fit])
        pdf.save(out)
    return out.getvalue()


def _take(whole: _Whole, paper: pikepdf.Pdf) -> None:
    """Append a paper's pages, its part of the tree and its layers."""
    pdf = whole.pdf
    pdf.pages.extend(paper.pages)
    root = pdf.copy_foreign(paper.Root.StructTreeRoot)
    part = root.K
    part.P = whole.document
    whole.document.K.append(part)
    flat = list(root.ParentTree.Nums)
    whole.numbers += [(int(key), value) for key, value in zip(flat[::2], flat[1::2], strict=True)]
    named = list(root.IDTree.Names)
    whole.names |= {bytes(key): value for key, value in zip(named[::2], named[1::2], strict=True)}
    _take_layers(whole, paper)


def _take_layers(whole: _Whole, paper: pikepdf.Pdf) -> None:
    """Keep hidden what a paper hides (ISO 32000-1, 8.11)."""
    layers = paper.Root.get("/OCProperties")
    if not isinstance(layers, pikepdf.Dictionary):
        return
    chosen = layers.get("/D")
    base = chosen.get("/BaseState") if isinstance(chosen, pikepdf.Dictionary) else None
    on, off = _groups(chosen, "/ON"), _groups(chosen, "/OFF")
    for one in _groups(layers, "/OCGs").values():
        copied = whole.pdf.copy_foreign(one)
        whole.layers.append(copied)
        if one.objgen in off or (base == "/OFF" and one.objgen not in on):
            whole.off.append(copied)


def _groups(holder: object, key: str) -> dict[tuple[int, int], pikepdf.Object]:
    listed = holder.get(key) if isinstance(holder, pikepdf.Dictionary) else None
    if not isinstance(listed, pikepdf.Array):
        return {}
    groups = (one for one in listed if isinstance(one, pikepdf.Dictionary))
    return {one.objgen: one for one in groups if one.is_indirect}


def _lead(pdf: pikepdf.Pdf, front: int, firsts: list[int]) -> None:
    """Let the front's links lead to the papers."""
    for page in pdf.pages[:front]:
        for one in page.obj.get("/Annots", ()):
            if _KEY in one:
                target = pdf.pages[firsts[int(one[_KEY])] - 1]
                del one[_KEY]
                one.Dest = pikepdf.Array([target.obj, Name.Fit])


def _number(pdf: pikepdf.Pdf, papers: list[_Paper], front: int) -> None:
    letters = stamping.letters(pdf)
    marks = [""] * front
    for place, one in enumerate(papers):
        marks += [f"Paper {place + 1}"] * int(one.told["pages"])
    for number, (page, mark) in enumerate(zip(pdf.pages, marks, strict=True), start=1):
        stamping.stamp(pdf, page, letters, mark, str(number))
        page.obj.Tabs = Name.S


def _settle(whole: _Whole, front: wire.Told) -> None:
    pdf = whole.pdf
    numbers = [one for pair in sorted(whole.numbers, key=lambda one: one[0]) for one in pair]
    names: list[Any] = []
    for key in sorted(whole.names):
        names += [pikepdf.String(key), whole.names[key]]
    tree = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=Name.StructTreeRoot,
            K=whole.document,
            ParentTree=pdf.make_indirect(pikepdf.Dictionary(Nums=pikepdf.Array(numbers))),
            ParentTreeNextKey=max((key for key, _ in whole.numbers), default=-1) + 1,
        )
    )
    if names:
        tree.IDTree = pdf.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array(names)))
    whole.document.P = tree
    title = " ".join(filter(None, (front["title"], front.get("reference"))))
    root = pdf.Root
    root.StructTreeRoot = tree
    root.MarkInfo = pikepdf.Dictionary(Marked=True)
    root.Lang = pikepdf.String("en-GB")
    root.PageMode = Name.UseOutlines
    root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    root.PageLabels = pikepdf.Dictionary(Nums=[0, pikepdf.Dictionary(S=Name.D, St=1)])
    if whole.layers:
        shown = pikepdf.Dictionary(BaseState=Name.ON, OFF=pikepdf.Array(whole.off))
        root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array(whole.layers), D=shown)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
        told["dc:title"] = title
        told["dc:language"] = ["en-GB"]
        told["dc:creator"] = [str(front["organisation"])]


def _outline(
    pdf: pikepdf.Pdf, front: list[list[Any]], papers: list[_Paper], firsts: list[int]
) -> None:
    with pdf.open_outline() as outline:
        for _, title, page in front:
            outline.root.append(OutlineItem(title, page, "Fit"))
        for place, (one, first) in enumerate(zip(papers, firsts, strict=True)):
            item = OutlineItem(f"{place + 1}. {one.told['title']}", first - 1, "Fit")
            item.is_closed = True
            outline.root.append(item)
            _hang(item, one.told.get("bookmarks", ()), first)


def _hang(top: OutlineItem, bookmarks: list[list[Any]], first: int) -> None:
    """Hang a paper's own bookmarks under its entry."""
    last = [top]
    for level, title, page in bookmarks:
        del last[level + 1 :]
        item = OutlineItem(title, first - 1 + page, "Fit")
        item.is_closed = True
        last[-1].children.append(item)
        last.append(item)
