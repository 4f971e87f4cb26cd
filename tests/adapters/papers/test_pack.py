"""A pack as its readers have it: pages, numbers, index, bookmarks, structure, properties."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTTextContainer

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


@pytest.fixture(scope="module")
def pack() -> tuple[list[int], bytes]:
    """A pack of four papers: tagged, without tags, on its side, a letter as text."""
    papers = [
        paper(tagged(["Needs", "Scores"]), title="Psychologist's report", age_flag="31 months old"),
        paper(untagged(["Clinic page one", "Clinic page two"]), title="Clinic letter"),
        paper(untagged(["On its side"], turned=90), title="Chart"),
        paper(b"Dear panel\n\nHe likes trains.", "text/plain", title="Family's letter"),
    ]
    done, data = made(papers)
    return [one.first_page for one in done.index], data


def test_papers_pages_come_in_order_with_all_their_text(pack: tuple[list[int], bytes]) -> None:
    firsts, data = pack
    said = texts(data)
    for first, words in zip(
        firsts, ("Words of Needs", "Clinic page one", "On its side", "Dear panel"), strict=True
    ):
        assert words in said[first - 1]
    assert "Clinic page two" in said[firsts[1]]


def test_every_page_has_its_own_number_at_its_foot(pack: tuple[list[int], bytes]) -> None:
    firsts, data = pack
    for number, text in enumerate(texts(data), start=1):
        assert text.rstrip().endswith(str(number))
        assert (f"Paper {sum(first <= number for first in firsts)}" in text) == (
            number >= firsts[0]
        )
        left, bottom, right, top = stamp_box(data, number)
        assert left > 0.9
        assert right < 1
        assert bottom > 0
        assert top < 0.05


def test_another_reader_finds_the_same_numbers_and_words(pack: tuple[list[int], bytes]) -> None:
    _, data = pack
    for number, page in enumerate(extract_pages(io.BytesIO(data)), start=1):
        words = " ".join(one.get_text() for one in page if isinstance(one, LTTextContainer))
        assert re.search(rf"\b{number}\b", words)


def test_the_index_and_the_grid_lead_to_the_pages_they_name(pack: tuple[list[int], bytes]) -> None:
    firsts, data = pack
    with pikepdf.open(io.BytesIO(data)) as pdf:
        places = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        targets = [
            places[one.Dest[0].objgen]
            for page in pdf.pages[: firsts[0] - 1]
            for one in page.obj.get("/Annots", ())
        ]
    assert set(firsts) <= set(targets)
    index = texts(data)[firsts[0] - 2]
    for first, title in zip(firsts, ("Psychologist", "Clinic", "Chart", "Family"), strict=True):
        assert re.search(rf"{title}.*?\b{first}\b", index, re.DOTALL)


def test_bookmarks_lead_to_each_paper_and_into_it(pack: tuple[list[int], bytes]) -> None:
    firsts, data = pack
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_outline() as outline:
        titles = [one.title for one in outline.root]
        own = next(one for one in outline.root if one.title.startswith("1. "))
        assert [one.title for one in own.children] == ["Needs", "Scores"]
        assert own.children[1].destination[0].objgen == pdf.pages[firsts[0]].obj.objgen
    assert [one for one in titles if one[0].isdigit()] == [
        *("1. Psychologist's report", "2. Clinic letter", "3. Chart", "4. Family's letter")
    ]


def test_structure_of_all_papers_hangs_together(pack: tuple[list[int], bytes]) -> None:
    firsts, data = pack
    assert astray(data) == []
    first = roles(data, firsts[0])
    assert first[:2] == ["Document", "Part"]
    assert {"H1", "Table", "TH", "L", "LI"} <= set(first)
    assert roles(data, firsts[1]) == ["Document", "Part", "P"]


def test_properties_say_what_it_is_and_not_whose(pack: tuple[list[int], bytes]) -> None:
    _, data = pack
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root
        assert str(root.Lang) == "en-GB"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        properties = root.Metadata.read_bytes() + str(dict(pdf.docinfo)).encode()
        assert b"Panel pack SEN-26-0412" in properties
        for word in FRONT.name.split():
            assert word.encode() not in properties


def test_qpdf_finds_nothing_wrong(pack: tuple[list[int], bytes], tmp_path: Path) -> None:
    program = shutil.which("qpdf")
    if program is None:
        pytest.skip("no qpdf on this machine")
    made_up = tmp_path / "pack.pdf"
    made_up.write_bytes(pack[1])
    said = subprocess.run([program, "--check", made_up], capture_output=True, check=False)
    assert said.returncode == 0, said.stdout[-300:]


def test_two_papers_of_one_program_keep_apart_their_numbers_and_ids() -> None:
    _, data = made([paper(tagged(["Left"])), paper(tagged(["Right"]))])
    assert astray(data) == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        names = list(pdf.Root.StructTreeRoot.get("/IDTree", {}).get("/Names", []))[::2]
        assert len({bytes(one) for one in names}) == len(names)


def test_roles_that_two_papers_use_differently_are_read_as_each_means_them() -> None:
    def called(role: str) -> bytes:
        def change(pdf: pikepdf.Pdf) -> None:
            tree = pdf.Root.StructTreeRoot
            tree.RoleMap = pikepdf.Dictionary({"/Mine": pikepdf.Name(role)})
            for one in pdf.objects:
                if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/H1":
                    one.S = pikepdf.Name.Mine

        return changed(tagged(["Heading"]), change)

    done, data = made([paper(called("/H2")), paper(called("/BlockQuote"))])
    firsts = [one.first_page for one in done.index]
    assert "H2" in roles(data, firsts[0])
    assert "BlockQuote" not in roles(data, firsts[0])
    assert "BlockQuote" in roles(data, firsts[1])
    assert "H2" not in roles(data, firsts[1])


def test_a_paper_in_another_language_is_read_out_in_it() -> None:
    done, data = made([paper(tagged(["Anghenion"], language="cy"))])
    assert done.index[0].how == "kept"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        parts = list(pdf.Root.StructTreeRoot.K.K)
        assert str(parts[1].Lang) == "cy"
        assert "/Lang" not in parts[0]


def test_a_tree_that_is_broken_is_left_for_one_that_is_not() -> None:
    def loop(pdf: pikepdf.Pdf) -> None:
        top = pdf.Root.StructTreeRoot.K
        first = top if isinstance(top, pikepdf.Dictionary) else top[0]
        first.K.append(first)

    done, data = made([paper(changed(tagged(["Round and round"]), loop))])
    assert roles(data, done.index[0].first_page) == ["Document", "Part", "P"]
    assert "Round and round" in texts(data)[done.index[0].first_page - 1]


def test_an_empty_pack_says_so() -> None:
    done, data = made([])
    assert done.index == ()
    assert "There are no papers." in " ".join(texts(data))
