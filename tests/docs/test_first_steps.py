"""What the first steps say is enough to add a pupil is what the page asks for."""

from __future__ import annotations

import re
from pathlib import Path

from exchange.web.pupils.details import _BASIC

ADOPT = Path(__file__).parents[2] / "docs" / "adopt" / "README.md"


def test_what_a_pupil_needs_is_named() -> None:
    step = re.search(r"\*\*Add a pupil\.\*\*(.*?)are enough", ADOPT.read_text(), re.DOTALL)
    assert step is not None
    told = " ".join(step[1].split()).casefold()
    needed = [one.label for one in _BASIC if one.needed]
    assert len(needed) > 3
    assert [one for one in needed if one.casefold() not in told] == []
    assert "upn, or why there is none" in told, "one of the two"
