"""Names: the same file on every system, inside one folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.bundle.paths import MAX_NAME, check_name, check_names, safe_name
from exchange.errors import ContainerError

REFUSED = {
    "name-empty": ["", "a//b", "data/", "a/"],
    "name-too-long": ["a" * (MAX_NAME + 1), "é" * MAX_NAME],
    "name-too-deep": ["a/b/c/d/e"],
    "name-backslash": ["..\\x", "data\\x", "\\\\server\\share\\x", "\\x", "C:\\x"],
    "name-absolute": ["/etc/passwd", "//server/share/x", "/"],
    "name-drive": ["C:x", "c:/x", "C:"],
    "name-stream": ["report.pdf:hidden", "data/x::$DATA", "data:x"],
    "name-parent": ["..", "../x", "data/../x", "data/..", ".", "./x", "data/./x"],
    "name-trailing-dot": ["x.", "data./x", "x ", "data /x", "..."],
    "name-device": [
        *("CON", "con", "nul.txt", "data/AUX", "Prn.tar.gz", "data/com1.pdf", "LPT9", "com0"),
    ],
    "name-character": [
        *(".hidden", "-rf", "a b", "a%2e", "a~1", "GIT~1", "$HOME", "a\x00b", "a\nb", "a\x7f"),
        *(
            "CONIN$",
            "é",
            "é",
            "a\u202eb",
            "a\u200bb",
            "\ufeffa",
            "ａ",
            "ﬁ",
            "..\u2215x",
            "a*",
            "a?",
        ),
        *('a"b', "<a>", "a|b", "a;b", "a'b", "COM¹", "\udc80"),
    ],
}


@pytest.mark.parametrize(
    ("code", "name"), [(code, name) for code, names in REFUSED.items() for name in names]
)
def test_a_name_that_means_another_place_somewhere_is_refused(code: str, name: str) -> None:
    with pytest.raises(ContainerError) as caught:
        check_name(name, "/members/0")
    assert caught.value.code == code
    assert caught.value.path == "/members/0"
    assert len(name) < 3 or name not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "READ-ME.txt",
        "data/documents/01-ep-report.pdf",
        "bag-info.txt",
        "a",
        "data/console.txt",
        "_x",
    ],
)
def test_ordinary_names_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("name-duplicate", ["a", "a"]),
        ("name-collision", ["a.PDF", "A.pdf"]),
        ("name-collision", ["data/x", "Data/y"]),
        ("name-collision", ["data/a", "data/A/b"]),
        ("name-collision", ["data", "data/x"]),
        ("name-collision", ["data/x", "data"]),
        ("name-collision", ["a/b/c", "A/d"]),
    ],
)
def test_two_names_that_fall_together_are_refused(code: str, names: list[str]) -> None:
    with pytest.raises(ContainerError) as caught:
        check_names(names)
    assert caught.value.code == code


def test_neighbours_do_not_collide() -> None:
    check_names(["data/a", "data/b", "data/c/a", "a", "b/a"])


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_every_wish_becomes_a_good_name_that_collides_with_none(
    wish: str, others: list[str]
) -> None:
    taken: list[str] = []
    for other in [*others, wish, wish.upper(), wish]:
        name = safe_name(other, taken)
        check_names([f"data/documents/{each}" for each in [*taken, name]])
        taken.append(name)


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("EP report – Zoë.PDF", "EP-report-Zoe.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        ("con.pdf", "document-con.pdf"),
        ("报告", "document"),
        (".pdf", "pdf"),
        ("a.b.c.docx", "a-b-c.docx"),
    ],
)
def test_a_safe_name_still_resembles_the_wish(wish: str, name: str) -> None:
    assert safe_name(wish) == name
