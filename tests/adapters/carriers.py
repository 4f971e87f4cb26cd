"""Documents that carry files, each in another way."""

from __future__ import annotations

import io
import struct
import zipfile

import pikepdf

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"


def pdf_with(content: bytes, name: str = "notes.txt") -> bytes:
    """Return a PDF with an attachment, compressed as programs write it."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)
        return _saved(made)


def pdf_with_annotation(content: bytes) -> bytes:
    """Return a PDF with a paper clip on its page, which no list of attachments names."""
    with pikepdf.new() as made:
        made.add_blank_page()
        file = made.make_stream(content)
        clip = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FileAttachment,
            Rect=[0, 0, 9, 9],
            FS=pikepdf.Dictionary(
                Type=pikepdf.Name.Filespec, F="a.txt", EF=pikepdf.Dictionary(F=file)
            ),
        )
        made.pages[0].Annots = pikepdf.Array([clip])
        return _saved(made)


def _saved(made: pikepdf.Pdf, **more: object) -> bytes:
    out = io.BytesIO()
    made.save(out, compress_streams=True, recompress_flate=True, **more)  # type: ignore[arg-type]
    return out.getvalue()


def plain_pdf(password: str = "") -> bytes:
    """Return a PDF of one empty page."""
    with pikepdf.new() as made:
        made.add_blank_page()
        lock = pikepdf.Encryption(owner="owner", user=password) if password else False
        return _saved(made, encryption=lock)


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx_with(members: dict[str, bytes]) -> bytes:
    """Return a DOCX with further members."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.main+xml"/></Types>'
    )
    return packed(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": b"<Relationships/>",
            "word/document.xml": b"<w/>",
            **members,
        }
    )


def odt_with(members: dict[str, bytes], manifest: bytes = b"<m:manifest xmlns:m='m'/>") -> bytes:
    """Return an ODT with further members."""
    first = {"mimetype": _ODT.encode(), "content.xml": b"<c/>", "META-INF/manifest.xml": manifest}
    return packed(first | members)


def package(content: bytes) -> bytes:
    """Return an OLE package: what Word stores for a file that is drawn into a text.

    A compound file ([MS-CFB]) of version 3 with one stream, ``\\1Ole10Native``.
    """
    label = b"a.txt\0"
    native = b"\2\0" + label + label + struct.pack("<HHL", 0, 3, len(label)) + label
    native += struct.pack("<L", len(content)) + content
    stream = (struct.pack("<L", len(native)) + native).ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    # Sector 0 is the table of sectors, 1 the directory, then the stream.
    chain = [table, end, *range(3, 2 + count), end]
    fat = struct.pack("<128L", *chain, *[free] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9L", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109L", 0, *[free] * 108)
    directory = _entry("Root Entry", 5, end, 0, child=1) + _entry(
        "\1Ole10Native", 2, 2, len(stream)
    )
    return head + fat + directory + bytes(256) + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    free = 0xFFFFFFFF
    label = name.encode("utf-16-le")
    entry = label.ljust(64, b"\0") + struct.pack("<HBB", len(label) + 2, kind, 1)
    entry += struct.pack("<3L", free, free, child) + bytes(36)
    return entry + struct.pack("<LQ", start, size)


def rtf_with(content: bytes) -> bytes:
    """Return a rich text file with an object, in hex digits on several lines."""
    digits = content.hex()
    lines = "\r\n".join(digits[at : at + 64] for at in range(0, len(digits), 64))
    return b"{\\rtf1{\\object\\objemb{\\*\\objdata " + lines.encode() + b"}}}"
