"""Every code that a page may meet has a plain sentence or label, and every state its words."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exchange.domain.disclosure import Outcome
from exchange.domain.feeder import Standing
from exchange.domain.transfer import State
from exchange.errors import DecisionNeeded, UsageError
from exchange.ports.screening import Verdict, WhyUnscanned
from exchange.web import sentences, words
from schemas.codes import code_set

ROOT = Path(__file__).resolve().parents[4]
CODE = re.compile(r"[a-z]+(-[a-z]+)+")
NOT_SHOWN = frozenset(
    # names of code sets, of types, of recipients, and marks of the rules that no page shows
    re.findall(
        r"\S+",
        """disclosure-class disclosure-reason document-type ehc-section lawful-basis recipient-role
        must-go school-decides family-own named-people named-school consulted-schools not-for
        as-author-chooses no-answer phase-transfer public-task cp-file ehc-plan
        ehc-plan-consultation school-consultation needs-decision""",
    )
)


def _codes_in(*paths: str) -> set[str]:
    """Return the strings of source files that look like codes."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if CODE.fullmatch(node.value) else set()
    return found


DISCLOSURE = sorted(
    _codes_in(
        "exchange/domain/disclosure/deciding.py",
        "exchange/domain/disclosure/channel.py",
        "exchange/domain/disclosure/purposes.py",
        "exchange/domain/disclosure/table.py",
    )
    - NOT_SHOWN
)
WARNINGS = sorted(
    set(
        re.findall(
            r"`((?:pdf|office|rtf|image|document|scan|scanner)-[a-z-]+)`",
            (ROOT / "docs/adapters/scanner.md").read_text(encoding="utf-8"),
        )
    )
)


def test_the_lists_that_are_compared_are_not_empty() -> None:
    assert len(DISCLOSURE) > 15
    assert len(WARNINGS) > 20


@pytest.mark.parametrize("code", DISCLOSURE)
def test_every_decision_of_the_rules_has_a_sentence(code: str) -> None:
    assert words.explained(code)


@pytest.mark.parametrize("code", WARNINGS)
def test_every_warning_about_a_document_has_a_sentence(code: str) -> None:
    assert words.explained(code)


@pytest.mark.parametrize(
    "name", ["disclosure-reason", "rejection-reason", "document-exception", "pack-part"]
)
def test_every_code_that_people_choose_has_a_label(name: str) -> None:
    for code in code_set(name).current(date(2026, 7, 3)):
        assert words.explained(code.code)


@pytest.mark.parametrize(
    "state", [one.value for kind in (State, Standing, Outcome, Verdict) for one in kind]
)
def test_every_state_has_words_of_its_own(state: str) -> None:
    assert state in words.STATES


@pytest.mark.parametrize("why", [one.value for one in WhyUnscanned])
def test_every_reason_of_the_scanner_has_a_sentence(why: str) -> None:
    assert why in sentences.SENTENCES


def test_sentences_are_sentences_and_use_the_words_of_the_field() -> None:
    for code, text in sentences.SENTENCES.items():
        assert text.endswith(".") or code in sentences.KEY_STATES, code
        assert text[0].isupper(), code
        assert not re.search(r"\b(bundle|seal|sealed|node|envelope|recipient)\b", text, re.I), code
    for word in words.STATES.values():
        assert not re.search(r"\b(bundle|seal|node|envelope|recipient)\b", word.text, re.I)


def test_dates_are_those_of_london() -> None:
    assert words.day(date(2026, 7, 3)) == "3 July 2026"
    assert words.day(None) == ""
    # half past eleven at night in UTC is the next day there in summer
    assert words.day(datetime(2026, 7, 2, 23, 30, tzinfo=UTC)) == "3 July 2026"
    assert words.moment(datetime(2026, 7, 3, 11, 5, tzinfo=UTC)) == "3 July 2026, 12:05pm"
    assert words.moment(datetime(2026, 1, 3, 0, 5, tzinfo=UTC)) == "3 January 2026, 12:05am"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (date(2026, 7, 3), "today"),
        (date(2026, 7, 4), "tomorrow"),
        (date(2026, 7, 2), "yesterday"),
        (date(2026, 7, 9), "in 6 days"),
        (date(2026, 6, 30), "3 days ago"),
    ],
)
def test_how_far_off_a_day_is(when: date, said: str) -> None:
    assert words.due(when, date(2026, 7, 3)) == said


def test_sizes_and_counts() -> None:
    assert words.size(12) == "1 KB"
    assert words.size(340_400) == "340 KB"
    assert words.size(2_140_000) == "2.1 MB"
    assert words.count_of(1, "child", "children") == "1 child"
    assert words.count_of(5000, "child", "children") == "5,000 children"


def test_a_page_never_advises_a_command() -> None:
    assert "senx" not in words.advice(DecisionNeeded())
    assert words.advice(DecisionNeeded())
    assert words.advice(UsageError()) == ""
    assert words.advice(UsageError("draft-too-large", hint="Save the page.")) == "Save the page."


def test_an_unknown_code_is_shown_as_words_and_never_fails() -> None:
    assert words.plain("never-heard-of") == "Never heard of"
    assert words.state_word("never-heard-of").text == "Never heard of"
