"""How the tests of the inspector ask, and what they ask about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from adapters.inspector import ContentInspector
from exchange.errors import FormatError

INSPECTOR = ContentInspector()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
MAIN = f"{WORD}.main+xml"


def inspect(
    tmp_path: Path, content: bytes, name: str = "upload.bin"
) -> tuple[str, tuple[str, ...]]:
    path = tmp_path / name
    path.write_bytes(content)
    seen = INSPECTOR.inspect(path)
    return seen.media_type, seen.warnings


def refusal(tmp_path: Path, content: bytes, name: str = "upload.bin") -> str:
    with pytest.raises(FormatError) as error:
        inspect(tmp_path, content, name)
    assert error.value.hint
    assert name not in str(error.value)
    return error.value.code


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda made: None, **options: object) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    change(made)
    out = io.BytesIO()
    made.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def picture(kind: str, *, place: bool = False) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a description"
    if place:
        exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    Image.new("RGB", (8, 6)).save(out, kind, exif=exif)
    return out.getvalue()


def office(main: str, parts: dict[str, bytes] | None = None, relations: str = "") -> bytes:
    content_types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{relations}</Relationships>"
    )
    members = {
        "[Content_Types].xml": content_types.encode(),
        "_rels/.rels": rels.encode(),
        "word/document.xml": b"<w/>",
    }
    return packed(members | (parts or {}))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return out.getvalue()
