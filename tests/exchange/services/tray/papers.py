"""Documents with words in them, as schools have them; made here, about nobody."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from reportlab.pdfgen.canvas import Canvas


def pdf_saying(*lines: str, title: str = "", author: str = "") -> bytes:
    """Return a PDF of one page with these lines."""
    out = io.BytesIO()
    page = Canvas(out)
    page.setTitle(title)
    page.setAuthor(author)
    for number, line in enumerate(lines):
        page.drawString(72, 760 - 16 * number, line)
    page.showPage()
    page.save()
    return out.getvalue()


def scan() -> bytes:
    """Return a PDF that is a picture: it says nothing that can be read."""
    out = io.BytesIO()
    page = Canvas(out)
    page.rect(72, 72, 300, 300, fill=1)
    page.showPage()
    page.save()
    return out.getvalue()


def scripted(content: bytes) -> bytes:
    """Return a PDF with a script that runs when it is opened."""
    with pikepdf.open(io.BytesIO(content)) as made:
        made.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
        )
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


def noted(content: bytes) -> bytes:
    """Return a PDF with a note stuck on its first page, which a print does not show."""
    with pikepdf.open(io.BytesIO(content)) as made:
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text)
        note.Rect, note.Contents = pikepdf.Array([0, 0, 9, 9]), pikepdf.String("Is this right?")
        made.pages[0].Annots = pikepdf.Array([made.make_indirect(note)])
        out = io.BytesIO()
        made.save(out, deterministic_id=True)
        return out.getvalue()


def docx_saying(*lines: str, more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return a Word document with a paragraph for each line."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    main = f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    types = (
        f'<Types xmlns="{kinds}"><Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    return zipped({"[Content_Types].xml": types.encode(), "word/document.xml": main.encode()}, more)


def zipped(members: dict[str, bytes], more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in (*members.items(), *more):
            container.writestr(name, content)
    return out.getvalue()


def nothing_plain(folder: Path, marker: bytes) -> bool:
    """Return whether no file below a folder holds the marker."""
    return all(marker not in one.read_bytes() for one in folder.rglob("*") if one.is_file())
