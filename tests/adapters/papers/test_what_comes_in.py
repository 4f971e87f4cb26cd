"""Papers as they really are: forms, scripts, locks, odd pages, pictures, office files, wrecks."""

from __future__ import annotations

import io
import itertools
import resource
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from adapters.papers import PaperMaker
from exchange.errors import FormatError
from tests.adapters.papers.kit import (
    FRONT,
    astray,
    changed,
    made,
    paper,
    roles,
    stamp_box,
    tagged,
    texts,
    untagged,
)

_ACTIVE = ("JavaScript", "Launch", "URI", "EmbeddedFile", "SubmitForm", "GoToR", "PieceInfo")


def _armed(pdf: pikepdf.Pdf) -> None:
    """Put into a PDF whatever acts by itself, fetches, or carries more than its pages."""
    page = pdf.pages[0].obj
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert('secret-script')"))
    attached = pdf.make_stream(b"secret-attachment")
    attached.Type = Name.EmbeddedFile
    spec = pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F="secret-name.exe", EF=Dictionary(F=attached))
    )
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("x"), script])),
        EmbeddedFiles=Dictionary(Names=Array([String("x"), spec])),
    )
    page.AA = Dictionary(O=script)
    page.PieceInfo = Dictionary(App=Dictionary(Private=String("secret-private")))
    box = Array([10, 10, 100, 30])
    page.Annots = Array(
        [
            pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=box, **more))
            for more in (
                {"Subtype": Name.Link, "A": Dictionary(S=Name.URI, URI="https://secret.example")},
                {"Subtype": Name.Link, "A": Dictionary(S=Name.Launch, F="secret-program")},
                {"Subtype": Name.FileAttachment, "FS": spec},
                {"Subtype": Name.Text, "Contents": "A remark", "A": script},
            )
        ]
    )
    pdf.docinfo.Author = String("secret-author")


@pytest.mark.parametrize("document", [tagged(["Report"]), untagged(["Report"])])
def test_nothing_that_acts_or_hides_goes_in(document: bytes) -> None:
    done, data = made([paper(changed(document, _armed))])
    assert done.index[0].how == "kept"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        parts = [one.unparse(resolved=True) for one in pdf.objects]
        parts += [one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        whole = b"\n".join(parts)
    assert b"secret" not in whole
    assert [one for one in _ACTIVE if b"/" + one.encode() in whole] == []
    assert astray(data) == []


def test_links_within_a_paper_still_lead_into_it() -> None:
    done, data = made([paper(untagged(["Before"])), paper(tagged(["First", "Second"]))])
    first = done.index[1].first_page
    with pikepdf.open(io.BytesIO(data)) as pdf:
        link = pdf.pages[first].obj.Annots[0]
        assert link.Dest[0].objgen == pdf.pages[first - 1].obj.objgen


def _form(pdf: pikepdf.Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("name"),
            V=String("Filled in by hand"),
            DA=String("/Helv 10 Tf 0 g"),
            Rect=Array([50, 600, 300, 620]),
            F=4,
        )
    )
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), NeedAppearances=True, DR=Dictionary(Font=Dictionary(Helv=font))
    )


@pytest.mark.parametrize("document", [tagged(["Form"]), untagged(["Form"])])
def test_what_was_filled_into_a_form_is_on_its_page_and_read_out(document: bytes) -> None:
    done, data = made([paper(changed(document, _form))])
    line = done.index[0]
    assert (line.how, line.why) == ("kept", "form")
    assert "Filled in by hand" in texts(data)[line.first_page - 1]
    assert astray(data) == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/AcroForm" not in pdf.Root


def test_a_locked_paper_has_a_page_that_says_so() -> None:
    lock = pikepdf.Encryption(user="open", owner="sesame")
    locked = changed(untagged(["Unseen"]), lambda pdf: None, encryption=lock)
    done, data = made([paper(locked, title="Clinic letter")])
    line = done.index[0]
    assert (line.how, line.why, line.pages) == ("missing", "encrypted", 1)
    said = texts(data)
    assert "locked with a password" in said[line.first_page - 1]
    assert "Not shown" in said[line.first_page - 2]


def test_a_paper_locked_only_against_printing_is_shown() -> None:
    lock = pikepdf.Encryption(user="", owner="sesame")
    done, data = made([paper(changed(untagged(["Seen"]), lambda pdf: None, encryption=lock))])
    assert done.index[0].how == "kept"
    assert "Seen" in texts(data)[done.index[0].first_page - 1]


@pytest.mark.parametrize("wreck", [b"", b"%PDF-1.7\nnothing", b"\0" * 5000])
def test_a_wreck_is_listed_and_the_others_go_in(wreck: bytes) -> None:
    done, data = made([paper(wreck), paper(untagged(["Whole"]))])
    assert [(one.how, one.why) for one in done.index] == [("missing", "damaged"), ("kept", "")]
    assert "Whole" in texts(data)[done.index[1].first_page - 1]


def test_a_paper_that_was_cut_short_is_shown_as_far_as_it_goes_and_says_so() -> None:
    done, data = made([paper(untagged(["Cut"] * 5)[:-900])])
    line = done.index[0]
    assert (line.how, line.why) == ("kept", "repaired")
    assert "Something may be missing" in texts(data)[line.first_page - 2]


def test_a_paper_that_cannot_be_opened_here_is_listed() -> None:
    def refuse() -> io.BytesIO:
        raise FormatError("document-unreadable", "/document")

    broken = paper(b"")
    object.__setattr__(broken, "open", refuse)
    done, _ = made([broken])
    assert (done.index[0].how, done.index[0].why) == ("missing", "unreadable")


def test_a_paper_that_takes_too_long_is_listed_in_that_time() -> None:
    slow = changed(untagged(["x"] * 400), lambda pdf: None)
    began = time.monotonic()
    done = PaperMaker(seconds=0.05).pack(FRONT, [paper(slow)])
    assert (done.index[0].how, done.index[0].why) == ("missing", "too-slow")
    assert time.monotonic() - began < 20


def test_pages_of_any_size_and_turn_have_their_number_in_view() -> None:
    kinds = itertools.product((0, 90, 180, 270), ((595, 842), (100, 60), (14400, 9000), (842, 595)))
    papers = [paper(untagged(["Odd"], size=size, turned=turned)) for turned, size in kinds]
    done, data = made(papers)
    for number in range(done.index[0].first_page, done.pages + 1):
        assert "Odd" in texts(data)[number - 1]
        left, bottom, right, top = stamp_box(data, number)
        assert 0.5 < left < right <= 1.001
        assert -0.001 <= bottom < top < 0.2


def test_a_page_that_leaves_something_open_does_not_carry_its_number_away() -> None:
    ends = (
        "q 5 0 0 5 900 900 cm",
        "Q Q Q",
        "BT",
        "/Span BMC",
        "q q BT",
        "( q ) Tj Q q 9 0 0 9 0 0 cm",
    )
    done, data = made([paper(untagged(["Loose"], raw_end=one)) for one in ends])
    for line in done.index:
        left, bottom, _, top = stamp_box(data, line.first_page)
        assert left > 0.9, line
        assert 0 < bottom < top < 0.05, line


def test_what_a_paper_hides_stays_hidden() -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Hidden")))
        pdf.Root.OCProperties = Dictionary(
            OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer]))
        )

    done, data = made([paper(changed(untagged(["Layered"]), hide)), paper(untagged(["Plain"]))])
    assert done.pages == done.index[1].first_page
    with pikepdf.open(io.BytesIO(data)) as pdf:
        layers = pdf.Root.OCProperties
        assert [one.objgen for one in layers.D.OFF] == [one.objgen for one in layers.OCGs]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_has_a_page_and_nothing_of_its_camera(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "secret-place", 6  # described; lying on its side
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "red").save(out, kind, exif=exif)
    done, data = made([paper(out.getvalue(), f"image/{kind.lower()}")])
    line = done.index[0]
    assert (line.how, line.pages) == ("picture", 1)
    assert roles(data, line.first_page) == ["Document", "Part", "Figure"]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[line.first_page - 1]
        drawn = page.obj.Resources.XObject["/Picture"]
        assert (int(drawn.Width), int(drawn.Height)) == (100, 300)
        assert float(page.mediabox[3]) > float(page.mediabox[2])
        assert b"secret" not in drawn.read_raw_bytes()


def test_office_files_are_set_from_their_text() -> None:
    out = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w") as file:
        body = "<w:p><w:r><w:t>He likes #trains and *maps* $x$.</w:t></w:r></w:p>"
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>',
        )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    done, data = made([paper(out.getvalue(), kind, title="School's letter")])
    line = done.index[0]
    said = texts(data)[line.first_page - 1]
    assert line.how == "set"
    assert "He likes #trains and *maps* $x$." in said
    assert "original is in the" in said
    assert "Table" not in roles(data, line.first_page)


def test_a_kind_without_pages_or_text_is_listed() -> None:
    done, _ = made([paper(b"whatever", "video/mp4"), paper(b"  ", "text/plain")])
    assert [one.why for one in done.index] == ["unsupported", "no-text"]


def test_progress_is_told_paper_by_paper() -> None:
    told: list[tuple[int, int]] = []
    papers = [paper(untagged(["x"])) for _ in range(3)]
    PaperMaker().pack(FRONT, papers, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.corpus
def test_collected_documents_all_go_in_or_are_listed_with_a_reason(corpora: Path) -> None:
    files = sorted(one for one in (corpora / "pdf").rglob("*") if one.is_file())
    took: list[float] = []
    last = time.monotonic()

    def note(_done: int, _of: int) -> None:
        nonlocal last
        now = time.monotonic()
        took.append(now - last)
        last = now

    papers = [paper(one.read_bytes(), title=one.name) for one in files]
    done = PaperMaker().pack(FRONT, papers, progress=note)
    lines = done.index
    assert len(lines) == len(files) > 100
    assert max(took) < 11
    kept = [one for one in lines if one.how == "kept"]
    assert len(kept) > 0.85 * len(lines)
    assert {one.why for one in lines if one.how == "missing"} <= {"encrypted", "damaged"}
    with done.data as source:
        assert (
            len(texts(source.read()))
            == done.pages
            == sum(one.pages for one in lines) + (lines[0].first_page - 1)
        )


def test_the_asking_process_holds_little_more_than_the_pack() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    noise = Image.effect_noise((1500, 1500), 100)
    out = io.BytesIO()
    noise.convert("RGB").save(out, "JPEG", quality=95)
    done, data = made([paper(out.getvalue(), "image/jpeg") for _ in range(12)])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert done.size == len(data) > 8_000_000
    assert grown < 6 * done.size
