"""Messages: a question and its answer have words, a request a child, its answer a code."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.message import Message
from tests.schemas.record_examples import message
from tests.schemas.verdicts import only


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {name: each for name, each in message(**changes).items() if name not in names}


@pytest.mark.parametrize(
    "value",
    [
        without("answer", "child", kind="question"),
        without("answer", "child", "documents", kind="answer"),
        without("answer", "text", kind="records-request"),
        without("child", "text", kind="records-answer"),
    ],
)
def test_what_each_kind_needs(value: dict[str, Any]) -> None:
    assert dump(load(Message, value)) == value


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (without("answer", "text", kind="question"), "text-missing", "/text"),
        (without("answer", "text", kind="answer"), "text-missing", "/text"),
        (without("answer", "child", kind="records-request"), "child-missing", "/child"),
        (without("answer", kind="records-answer"), "answer-kind", "/answer"),
        (message(kind="question"), "answer-kind", "/answer"),
        (message(answer="maybe"), "not-in-set", "/answer"),
        (message(kind="gossip"), "not-in-set", "/kind"),
    ],
)
def test_what_is_refused(value: dict[str, Any], code: str, path: str) -> None:
    assert only(value) == (code, path)
