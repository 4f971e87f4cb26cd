"""Workbooks that we write: others read them, no cell acts, nothing lies in a temporary file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.formats.csv_export import guarded, unguarded
from adapters.formats.xlsx_export import GuardedWorkbook
from adapters.inspector import ContentInspector


def written(*rows: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    GuardedWorkbook().write(out, ("Name", "School"), rows)
    return out.getvalue()


def cells(data: bytes) -> list[list[tuple[object, str]]]:
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("payload", ["=1+1", "+44", "-5", "@SUM(1)", "\t=1", "＝1+1", "<b>&amp;"])
def test_no_cell_is_a_formula(payload: str) -> None:
    ((name, school), (first, second)) = cells(written((payload, "x")))
    assert (name, school) == (("Name", "s"), ("School", "s"))
    assert first[1] in ("s", "inlineStr")
    assert first[0] == guarded(payload)
    assert second[0] == "x"


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_another_program_reads_what_was_written(text: str) -> None:
    cell = cells(written((text, "x")))[1][0]
    assert cell[0] == (guarded(text) or None)


def test_what_was_guarded_comes_back() -> None:
    for name in ("=1+1", "-Smith", "@home", "O'Brien", "'t Hooft", "Ann"):
        assert unguarded(guarded(name)) == name


def test_it_is_a_sane_workbook_and_writes_no_temporary_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    data = written(("Zzyzx", "x"))
    monkeypatch.undo()
    seen = ContentInspector().inspect(io.BytesIO(data))
    assert seen.media_type.endswith("spreadsheetml.sheet")
    assert seen.warnings == ()
