"""Papers to make packs of, and an independent reader (pdfium) to look at what was made."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
import pypdfium2
import typst
from pikepdf import Array, Dictionary, Name
from pypdfium2 import raw

from adapters.papers import PaperMaker
from exchange.ports.papers import Front, GridRow, Pack, Paper

FRONT = Front(
    "Panel pack",
    "Marlshire Council",
    "22 November 2026",
    facts=(("Year group", "Year 4"),),
    summary={"lead": "What this is about.", "question": "Whether to assess."},
    grid=(GridRow("Attainment", ("Scores",), papers=(0,)), GridRow("Health", gap=True)),
    reference="SEN-26-0412",
    name="Zebedee Quillfeather",
)


def paper(data: bytes, media_type: str = "application/pdf", **more: Any) -> Paper:
    """Return a paper of these bytes."""
    said = {
        "title": "A report",
        "kind": "Report",
        "author": "Dr Rowe",
        "authored": "1 May 2026",
        **more,
    }
    return Paper(media_type=media_type, open=lambda: io.BytesIO(data), **said)


def made(papers: Sequence[Paper], front: Front = FRONT) -> tuple[Pack, bytes]:
    """Return a pack and its bytes."""
    pack = PaperMaker().pack(front, papers)
    with pack.data as source:
        return pack, source.read()


def tagged(sections: Sequence[str], *, language: str = "en") -> bytes:
    """Return a PDF with headings, a list, a table, bookmarks and a link within itself."""
    text = f'#set document(title: "T")\n#set text(lang: "{language}")\n'
    for number, one in enumerate(sections):
        text += f"= {one} <s{number}>\nWords of {one}.\n- first\n- second\n"
        text += "#table(columns: 2, table.header[Test][Score], [Reading], [72])\n"
        text += "Back to #link(<s0>)[the beginning]. #pagebreak(weak: true)\n"
    return typst.compile({"main.typ": text.encode()}, format="pdf", pdf_standards=["ua-1"])


def untagged(
    texts: Sequence[str],
    *,
    size: tuple[float, float] = (595, 842),
    turned: int = 0,
    raw_end: str = "",
) -> bytes:
    """Return a PDF with a line on each page, without any structure."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
        for one in texts:
            page = pdf.add_blank_page(page_size=size)
            page.obj.Rotate = turned
            page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
            drawing = f"BT /F1 12 Tf 50 {size[1] / 2:.0f} Td ({one}) Tj ET {raw_end}"
            page.obj.Contents = pdf.make_stream(drawing.encode("latin-1"))
        pdf.save(out)
    return out.getvalue()


def changed(document: bytes, change: Any, **saving: Any) -> bytes:
    """Return a PDF after ``change(pdf)``."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        change(pdf)
        pdf.save(out, **saving)
    return out.getvalue()


def texts(pack: bytes) -> list[str]:
    """Return each page's text, as pdfium reads it."""
    with pypdfium2.PdfDocument(pack) as pdf:
        return [one.get_textpage().get_text_range() for one in pdf]


def stamp_box(pack: bytes, number: int) -> tuple[float, float, float, float]:
    """Return where, as shown, the last letters of a page are: left, bottom, right, top; 0 to 1."""
    with pypdfium2.PdfDocument(pack) as pdf:
        page = pdf[number - 1]
        text = page.get_textpage()
        left, bottom, right, top = text.get_charbox(text.count_chars() - 1)
        width, height = page.get_width(), page.get_height()
        out = [ctypes.c_int(), ctypes.c_int()]
        corners = []
        for x, y in ((left, bottom), (right, top)):
            raw.FPDF_PageToDevice(page, 0, 0, 10000, 10000, 0, x, y, *map(ctypes.byref, out))
            corners.append((out[0].value / 10000, 1 - out[1].value / 10000))
        assert width > 0
        assert height > 0
        (a, b), (c, d) = corners
        return min(a, c), min(b, d), max(a, c), max(b, d)


def roles(pack: bytes, number: int) -> list[str]:
    """Return the roles of a page's structure, from the top down, as pdfium walks it."""
    with pypdfium2.PdfDocument(pack) as pdf:
        page = pdf[number - 1]
        tree = raw.FPDF_StructTree_GetForPage(page)
        found: list[str] = []
        for place in range(raw.FPDF_StructTree_CountChildren(tree)):
            found += _roles(raw.FPDF_StructTree_GetChildAtIndex(tree, place))
        raw.FPDF_StructTree_Close(tree)
        return found


def _roles(element: Any) -> Iterator[str]:
    buffer = ctypes.create_string_buffer(200)
    size = raw.FPDF_StructElement_GetType(element, buffer, 200)
    yield buffer.raw[: size - 2].decode("utf-16-le")
    for place in range(raw.FPDF_StructElement_CountChildren(element)):
        child = raw.FPDF_StructElement_GetChildAtIndex(element, place)
        if child:
            yield from _roles(child)


def astray(pack: bytes) -> list[str]:
    """Return what of the structure does not fit: a second look, by our own reading of ISO 32000.

    Every element's parent is the one that holds it; every marked piece of every page is held by an
    element of the tree that the parent tree names; nothing is drawn outside both.
    """
    with pikepdf.open(io.BytesIO(pack)) as pdf:
        root = pdf.Root.StructTreeRoot
        wrong: list[str] = []
        elements = _elements(root, wrong)
        flat = list(root.ParentTree.Nums)
        keys = [int(one) for one in flat[::2]]
        if keys != sorted(set(keys)):
            wrong.append("numbers out of order or twice")
        held = dict(zip(keys, flat[1::2], strict=True))
        used: set[int] = set()
        for number, page in enumerate(pdf.pages, start=1):
            key = page.obj.get("/StructParents")
            marked = _marked(page, number, wrong)
            if key is None:
                wrong += [f"page {number} has pieces and no number"] if marked else []
                continue
            if int(key) in used:
                wrong.append(f"page {number} shares its number")
            used.add(int(key))
            owners = list(held[int(key)])
            for piece in marked:
                if piece >= len(owners) or owners[piece].objgen not in elements:
                    wrong.append(f"piece {piece} of page {number} is nobody's")
        return wrong


def _elements(root: Any, wrong: list[str]) -> set[tuple[int, int]]:
    """Return all elements; tell which stand twice in the tree, or with another parent."""
    found: set[tuple[int, int]] = set()
    waiting = [(root.K, root)]
    while waiting:
        one, parent = waiting.pop()
        if one.objgen in found:
            wrong.append(f"element {one.objgen} twice")
            continue
        found.add(one.objgen)
        if one.P.objgen != parent.objgen:
            wrong.append(f"element {one.objgen} has another parent")
        kids = one.get("/K")
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, Dictionary) and "/S" in kid:
                waiting.append((kid, one))
    return found


def _marked(page: pikepdf.Page, number: int, wrong: list[str]) -> set[int]:
    """Return the numbers of a page's pieces; tell what is drawn outside all of them."""
    found: set[int] = set()
    depth: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        name = str(instruction.operator)
        if name in ("BDC", "BMC"):
            tag = str(instruction.operands[0])
            said = instruction.operands[1] if name == "BDC" else None
            mcid = said.get("/MCID") if isinstance(said, Dictionary) else None
            if mcid is not None:
                found.add(int(mcid))
            depth.append(mcid is not None or tag == "/Artifact")
        elif name == "EMC":
            depth.pop()
        elif name in ("Tj", "TJ", "Do", "S", "f", "B", "f*", "B*") and not any(depth):
            wrong.append(f"page {number} draws outside the structure")
    return found
