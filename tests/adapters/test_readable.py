"""Readable PDFs: accessible, true to every string, and never on a disk."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pdfminer.high_level import extract_text

from adapters.readable import TypstRenderer
from exchange.errors import FormatError, NotFound
from exchange.ports.render import DOCUMENTS

ROW = {"helps": ["Say my name first"], "avoid": ["Reading aloud unasked"], "alert": "Asthma"}


def _data(document: str, word: str = "Zuleika") -> dict[str, Any]:
    common = {"school": "Larkfield Primary", "made": "3 July 2026", "name": word}
    return {
        "profile": {
            **common,
            "year_group": "Year 6",
            "written": "1 June 2026",
            "alert": word,
            "strengths": [word, "Draws well"],
            "support": [word],
            "hopes": word,
            "written_with": [word],
        },
        "class-sheet": {
            **common,
            "groups": [{"name": word, "pupils": [{"name": word, **ROW, "helps": [word]}]}],
        },
        "transfer-summary": {
            **common,
            "alert": word,
            "sections": [
                {
                    "heading": word,
                    "paragraphs": [word],
                    "points": [word],
                    "facts": [[word, word]],
                    "table": {"head": [word, "b"], "rows": [[word, "d"]]},
                }
            ],
            "documents": [{"title": word, "kind": word, "author": None, "date": "1 May 2025"}],
            "records": [
                {
                    "name": word,
                    "rows": [{"label": word, "text": "", "below": [{"label": "", "text": word}]}],
                }
            ],
        },
        "annual-review": {
            **common,
            "meeting": "9 November 2026",
            "recommendation": word,
            "sections": [{"heading": word, "paragraphs": [word]}],
            "people": [[word, "Family", "Took part", "Yes"]],
        },
        "sen-support-plan": {
            **common,
            "outcomes": [{"number": 1, "outcome": word, "measure": word, "by": "1 May 2027"}],
            "provision": [{"what": word, "who": word, "how_often": "daily"}],
            "strategies": [{"helps": word}],
            "cycles": [{"number": 1, "when": word, "assess": word, "plan": word, "do": word}],
            "reviews": [{"held": word, "progress": word}],
            "specialists": [{"who": word}],
        },
        "ehc-request": {
            **common,
            "about": [[word, word]],
            "sections": [{"heading": word, "paragraphs": [word], "points": [word]}],
            "declared": word,
        },
        "ehc-plan": {
            **common,
            "born": "3 March 2015",
            "reference": word,
            "status": "Final",
            "names_school": word,
            "sections": [{"letter": "B", "label": word, "text": word}],
            "consultation": True,
        },
        "panel-decisions": {
            **common,
            "meeting": "Tuesday 30 June 2026",
            "members": [word],
            "cases": [{"reference": "A-1", "name": word, "outcome": word, "reasons": word}],
        },
    }[document]


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


def _text(pdf: bytes) -> str:
    return extract_text(io.BytesIO(pdf))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_screen_reader_is_told_what_it_needs(renderer: TypstRenderer, document: str) -> None:
    with pikepdf.open(io.BytesIO(renderer.render(document, _data(document)))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert len(list(pdf.open_outline().root)) >= 1
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_title_of_a_window_names_nobody(renderer: TypstRenderer, document: str) -> None:
    with pikepdf.open(io.BytesIO(renderer.render(document, _data(document)))) as pdf:
        told = str(pdf.docinfo) + bytes(pdf.Root.Metadata.read_bytes()).decode()
    assert "Zuleika" not in told


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_value_is_on_the_page(renderer: TypstRenderer, document: str) -> None:
    pdf = renderer.render(document, _data(document))
    shown = _text(pdf)
    told = json.dumps(_data(document)).count("Zuleika")
    nameless = ("class-sheet", "panel-decisions")  # these sheets have no name of their own
    hidden = 1 if document in nameless else 0
    assert shown.count("Zuleika") == told - hidden
    assert "Page 1 of 1" in re.sub(r"\s+", " ", shown)


def test_what_is_missing_is_left_out(renderer: TypstRenderer) -> None:
    shown = _text(renderer.render("profile", {"name": "Ada"}))
    assert "Ada" in shown
    assert "None" not in shown
    assert "none" not in shown
    assert "communicate" not in shown


@pytest.mark.parametrize("many", [1, 12, 30])
def test_a_profile_is_one_page_as_long_as_it_can_be(renderer: TypstRenderer, many: int) -> None:
    lists = {
        part: [f"A thing that matters, number {number}" for number in range(many)]
        for part in ("strengths", "important", "support", "avoid")
    }
    with pikepdf.open(io.BytesIO(renderer.render("profile", {"name": "Ada", **lists}))) as pdf:
        assert len(pdf.pages) == 1


def test_a_profile_too_long_for_one_page_loses_nothing(renderer: TypstRenderer) -> None:
    items = [f"word{number} " + "and so on and on " * 40 for number in range(30)]
    pdf = renderer.render("profile", {"name": "Ada", "support": items, "avoid": items[:5]})
    shown = _text(pdf)
    assert all(f"word{number}" in shown for number in range(30))


HOSTILE = [
    '#panic("out")',
    '#import "@preview/x:1.0.0": *',
    '#read("/etc/passwd")',
    '"); #sys.inputs; ("',
    "$ x^2 $ *bold* _it_ `raw` <label> @ref // comment /* more */",
    ']#image("/etc/hostname")[',
    "= Heading\n- list\n+ enum\n/ term: x",
    "\\u{41} \\ \\n ~ -- --- ...",
    "<script>alert(1)</script>",
    "O’Brien-Ñúñez Łukasz Đặng Ωμέγα Жанна",
]


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_string_is_never_read_as_markup(
    renderer: TypstRenderer, document: str, word: str
) -> None:
    shown = re.sub(r"\s+", "", _text(renderer.render(document, _data(document, word))))
    assert re.sub(r"\s+", "", word) in shown


@pytest.mark.parametrize("word", ["你好", "\U0001f600", "ملاك", "a\u0301\u0327", "\ufeffx", "नमस्ते"])
def test_characters_without_a_font_still_make_a_tagged_page(
    renderer: TypstRenderer, word: str
) -> None:
    with pikepdf.open(io.BytesIO(renderer.render("profile", {"name": word}))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)


@pytest.mark.corpus
def test_the_big_list_of_naughty_strings(renderer: TypstRenderer, corpora: Path) -> None:
    file = next((corpora / "strings").rglob("blns.json"))
    for word in json.loads(file.read_text("utf-8")):
        kept = "".join(one for one in word if one == "\n" or one >= " ")
        assert renderer.render("profile", _data("profile", kept)).startswith(b"%PDF-")


def test_wrong_data_says_nothing_of_its_values(renderer: TypstRenderer) -> None:
    with pytest.raises(FormatError) as caught:
        renderer.render("class-sheet", {"groups": "Zuleika"})
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.hint}"
    assert "Zuleika" not in told
    assert caught.value.code == "document-not-rendered"


def test_an_unknown_document(renderer: TypstRenderer) -> None:
    with pytest.raises(NotFound):
        renderer.render("../common", {})


WATCHED = """
import sys
from adapters.readable import TypstRenderer
renderer = TypstRenderer()
print("ready", file=sys.stderr, flush=True)
sys.stdout.buffer.write(renderer.render("profile", {"name": "Zuleika", "hopes": "x" * 400}))
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_file_is_written_and_nobody_is_called(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    calls = "openat,open,creat,rename,renameat,renameat2,link,linkat,memfd_create,mkdir,connect"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", trace, sys.executable, "-c", WATCHED],
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=120,
    )
    assert done.stdout.startswith(b"%PDF-")
    opened = trace.read_text("utf-8", "replace").splitlines()
    assert any("openat" in line for line in opened)  # strace did watch
    writing = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|rename|linkat|memfd|mkdir|connect\(")
    wrote = [one for one in opened if writing.search(one) and "/dev/null" not in one]
    assert wrote == []


def test_without_strace_no_new_file_appears_either(
    renderer: TypstRenderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    renderer.render("profile", _data("profile"))
    assert list(tmp_path.iterdir()) == []
