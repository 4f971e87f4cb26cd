"""Pictures on a page: upright, of a sensible size, with nothing that the camera wrote."""

from __future__ import annotations

import io
import zlib
from typing import Final

import pikepdf
from PIL import Image, ImageOps

PICTURES: Final = frozenset({"image/jpeg", "image/png"})
_LONGEST = 3200
_MOST_PIXELS = 120_000_000
_QUALITY = 88
_A4 = (595.28, 841.89)
_MARGIN = 40.0


def on_a_page(document: bytes) -> bytes:
    """Return a PDF of one page, upright or on its side as the picture is.

    :raises ValueError: too large. Pillow raises others for what it cannot read.
    """
    picture = _upright(document)
    wide = picture.width > picture.height
    width, height = _A4[::-1] if wide else _A4
    scale = min((width - 2 * _MARGIN) / picture.width, (height - 2 * _MARGIN) / picture.height, 1.0)
    across, up = picture.width * scale, picture.height * scale
    drawing = b"q %.3f 0 0 %.3f %.3f %.3f cm /Picture Do Q" % (
        *(across, up),
        *((width - across) / 2, (height - up) / 2),
    )
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        page.obj.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Picture=_drawn(pdf, picture))
        )
        page.obj.Contents = pdf.make_stream(drawing)
        pdf.save(out)
    return out.getvalue()


def _upright(document: bytes) -> Image.Image:
    with Image.open(io.BytesIO(document), formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > _MOST_PIXELS:
            raise ValueError
        if opened.format == "JPEG":
            opened.draft("RGB", (_LONGEST, _LONGEST))
        picture: Image.Image = ImageOps.exif_transpose(opened)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        page = Image.new("RGBA", seen.size, "white")
        picture = Image.alpha_composite(page, seen)
    elif picture.mode in ("1", "L", "I", "I;16"):
        picture = picture.convert("L")
    picture = picture if picture.mode == "L" else picture.convert("RGB")
    picture.thumbnail((_LONGEST, _LONGEST))
    return picture


def _drawn(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """Return the picture as a PDF holds it: greys as they are, colours as a JPEG."""
    grey = picture.mode == "L"
    if grey:
        made, filter_ = pdf.make_stream(b""), pikepdf.Name.FlateDecode
        data = zlib.compress(picture.tobytes())
    else:
        made, filter_ = pdf.make_stream(b""), pikepdf.Name.DCTDecode
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=_QUALITY)
        data = out.getvalue()
    made.write(data, filter=filter_)
    for key, value in {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": picture.width,
        "/Height": picture.height,
        "/ColorSpace": pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB,
        "/BitsPerComponent": 8,
    }.items():
        made[key] = value
    return made
