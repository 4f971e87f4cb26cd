"""No page says a word of the machinery: pages speak as schools do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

EXCHANGE = Path(__file__).resolve().parents[4] / "exchange"
PAGES = sorted(
    [
        *(EXCHANGE / "web/templates").rglob("*.html"),
        *(EXCHANGE / "faces/share/templates").rglob("*.html"),
        *(EXCHANGE / "services/letter_texts").rglob("*.txt"),
    ]
)
VIEWS = sorted([*(EXCHANGE / "web").rglob("*.py"), *(EXCHANGE / "faces/share").rglob("*.py")])
NEVER = re.compile(
    r"\b(bundles?|seal(s|ed|ing)?|nodes?|envelopes?|recipients?|payloads?|tenants?)\b",
    re.IGNORECASE,
)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*")
OUR_OWN = frozenset({"node"})
"""Folders of who runs the machine, who may be told of it in its words."""


def said(text: str) -> str:
    """Return what a template shows: its text, and the sentences within its expressions."""
    inside = " ".join(_JINJA.findall(text))
    quoted = (one or two for one, two in _QUOTED.findall(inside))
    return " ".join([_TAG.sub(" ", _JINJA.sub(" ", text)), *(one for one in quoted if " " in one)])


def test_a_page_speaks_as_schools_do() -> None:
    wrong = {}
    for page in PAGES:
        found = NEVER.search(said(page.read_text(encoding="utf-8")))
        if found and page.parent.name not in OUR_OWN:
            wrong[f"{page.parent.name}/{page.name}"] = found[0]
    assert wrong == {}


def test_what_views_say_is_said_as_schools_do() -> None:
    wrong = []
    for path in VIEWS:
        if path.parent.name in OUR_OWN:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in told:
                continue
            text = node.value
            if isinstance(text, str) and _SENTENCE.match(text) and NEVER.search(text):
                wrong.append(f"{path.name}:{node.lineno}: {text}")
    assert wrong == []


def test_there_is_something_to_hold() -> None:
    assert len(PAGES) > 150
    assert NEVER.search(said('<p>{{ "It is sealed" }}</p>'))
    assert not NEVER.search(said('{{ url_for("x", bundle=1) }}<a href="bundle">pack</a>'))
