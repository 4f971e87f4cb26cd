"""How the tests of cleaned copies ask for one."""

from __future__ import annotations

import io

import pytest

from adapters.cleaner import DocumentCleaner
from adapters.inspector import ContentInspector
from exchange.errors import FormatError
from exchange.ports import Cleaned

INSPECTOR = ContentInspector()
CLEANER = DocumentCleaner(INSPECTOR)


def cleaned(content: bytes, media_type: str = "application/pdf") -> Cleaned:
    made = CLEANER.clean(io.BytesIO(content), media_type)
    if made.removed:
        assert INSPECTOR.inspect(io.BytesIO(made.content)).warnings == ()
    again = CLEANER.clean(io.BytesIO(content), media_type)
    assert again == made, "the same document gives the same copy"
    return made


def not_cleanable(content: bytes, media_type: str = "application/pdf") -> FormatError:
    with pytest.raises(FormatError) as error:
        CLEANER.clean(io.BytesIO(content), media_type)
    assert error.value.code == "document-not-cleanable"
    assert error.value.hint
    assert error.value.__cause__ is None
    return error.value
