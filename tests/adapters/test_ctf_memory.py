"""Ten times as many pupils take no more memory, read and written; `make bench` shows 1,000."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.ctf import MOST_GROWTH_MB, made, once

FEW, MANY = 30, 300


def test_ten_times_as_many_pupils_take_no_more_memory(tmp_path: Path) -> None:
    few = once("write", made(tmp_path, FEW), FEW)[1]
    many = once("write", made(tmp_path, MANY), MANY)[1]
    assert many - few < MOST_GROWTH_MB / 2, f"{few:.0f} MB for {FEW}, {many:.0f} MB for {MANY}"
