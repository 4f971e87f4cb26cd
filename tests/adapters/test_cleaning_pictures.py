"""Cleaned pictures: no pixel changes, and nothing is left of what the camera wrote."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from exchange.ports import Cleaned
from tests.adapters.carriers import packed
from tests.adapters.cleaned import cleaned, not_cleanable


def picture(kind: str, turned: int = 1, **more: object) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Maker MARKER"
    exif[0x0112] = turned
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    made = Image.effect_noise((64, 48), 50).convert("RGB")
    made.save(out, kind, exif=exif, **more)
    return out.getvalue()


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.tobytes()


TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_loses_all_that_the_camera_wrote(kind: str) -> None:
    content = picture(kind)
    made = cleaned(content, TYPES[kind])
    assert made.removed == ("image-location", "image-metadata")
    assert pixels(made.content) == pixels(content)
    assert b"MARKER" not in made.content
    with Image.open(io.BytesIO(made.content)) as opened:
        assert not opened.getexif()
    assert cleaned(made.content, TYPES[kind]) == Cleaned(made.content, ())


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("turned", range(2, 9))
def test_which_way_is_up_stays(kind: str, turned: int) -> None:
    made = cleaned(picture(kind, turned), TYPES[kind])
    with Image.open(io.BytesIO(made.content)) as opened:
        assert dict(opened.getexif()) == {0x0112: turned}
    assert cleaned(made.content, TYPES[kind]) == Cleaned(made.content, ())


@pytest.mark.parametrize("kind", TYPES)
def test_what_lies_behind_the_end_goes(kind: str) -> None:
    plain = cleaned(picture(kind), TYPES[kind]).content
    for more, codes in (
        (b"a film with sound", ("image-metadata",)),
        (packed({"a.exe": b"MZ"}), ("document-polyglot", "image-metadata")),
    ):
        made = cleaned(plain + more, TYPES[kind])
        assert (made.content, made.removed) == (plain, codes)


def test_a_progressive_jpeg_with_colours_of_its_own() -> None:
    content = picture("JPEG", progressive=True, icc_profile=b"colours" * 20, comment=b"MARKER")
    made = cleaned(content, "image/jpeg")
    assert pixels(made.content) == pixels(content)
    assert b"colours" in made.content
    assert b"MARKER" not in made.content


def test_words_in_a_png_go_and_its_colours_stay() -> None:
    info = PngInfo()
    info.add_text("Comment", "MARKER")
    content = picture("PNG", pnginfo=info, icc_profile=b"colours", dpi=(300, 300))
    made = cleaned(content, "image/png")
    assert b"MARKER" not in made.content
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.info["icc_profile"] == b"colours"
        assert round(opened.info["dpi"][0]) == 300


@pytest.mark.parametrize("kind", TYPES)
def test_broken_pictures(kind: str) -> None:
    whole = picture(kind)
    for content in (whole[:-3], whole[: len(whole) // 2]):
        not_cleanable(content, TYPES[kind])
    if kind == "PNG":
        not_cleanable(whole[:33] + bytes(4) + b"NEWS" + bytes(4) + whole[33:], "image/png")
