"""The same papers as an index and numbered files, for who cannot take a pack."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from adapters.papers import PaperMaker
from exchange.errors import FormatError
from tests.adapters.papers.kit import FRONT, paper, texts, untagged

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _large(pages: int, side: int = 200) -> bytes:
    """Return a PDF whose pages do not get smaller: noise on each."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            noise = Image.effect_noise((side, side), 90 + number).tobytes()
            page.obj.Contents = pdf.make_stream(b"% " + noise.replace(b"\n", b" ").hex().encode())
        pdf.save(out)
    return out.getvalue()


def test_files_are_numbered_after_the_index_with_their_bytes_as_they_were() -> None:
    given = [
        paper(untagged(["Form"]), code="ehc-request", title="Zebedee's request"),
        paper(b"PK\x03\x04 whatever", _WORD, code="parent-views"),
    ]
    parts = list(PaperMaker().parts(FRONT, given, 10_000_000))
    assert [one.name for one in parts] == [
        *("00-index.pdf", "01-ehc-request.pdf", "02-parent-views.docx")
    ]
    assert [one.data for one in parts[1:]] == [one.open().read() for one in given]
    index = " ".join(texts(parts[0].data))
    assert "01-ehc-request.pdf" in index
    assert "02-parent-views.docx" in index


def test_names_of_files_tell_no_title_and_lead_nowhere() -> None:
    given = [paper(b"x", "text/plain", code="../../etc", title="Zebedee Quillfeather")]
    (name,) = [one.name for one in PaperMaker().parts(FRONT, given, 1_000_000)][1:]
    assert name == "01-etc.txt"


def test_a_pdf_over_the_cap_is_cut_between_pages_and_the_index_says_so() -> None:
    cap = 300_000
    whole = _large(12)
    assert len(whole) > cap
    parts = list(PaperMaker().parts(FRONT, [paper(whole, code="ep-report")], cap))
    names = [one.name for one in parts[1:]]
    assert names[:2] == ["01a-ep-report.pdf", "01b-ep-report.pdf"]
    assert all(len(one.data) <= cap for one in parts)
    pages = 0
    for one in parts[1:]:
        with pikepdf.open(io.BytesIO(one.data)) as pdf:
            pages += len(pdf.pages)
    assert pages == 12
    assert all(name in texts(parts[0].data)[-1] for name in names)


def test_a_photograph_over_the_cap_becomes_a_smaller_page() -> None:
    out = io.BytesIO()
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(out, "PNG")
    parts = list(PaperMaker().parts(FRONT, [paper(out.getvalue(), "image/png")], 9_000_000))
    assert parts[1].name == "01-document.pdf"
    assert len(parts[1].data) <= 9_000_000 < len(out.getvalue())


@pytest.mark.parametrize("given", [paper(b"x" * 500_000, _WORD), paper(_large(1, 500))])
def test_what_cannot_be_cut_to_the_cap_is_refused_by_its_place(given: object) -> None:
    small = paper(b"x", "text/plain")
    with pytest.raises(FormatError) as caught:
        list(PaperMaker().parts(FRONT, [small, given], 60_000))  # type: ignore[list-item]
    assert (caught.value.code, caught.value.path) == ("part-too-large", "/papers/1")
