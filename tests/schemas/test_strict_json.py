"""The strict JSON reader and writer, on their own rules and on other people's cases."""

from __future__ import annotations

import math
import time
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import StrictJsonError
from schemas.strict_json import MAX_SAFE_INTEGER, dumps, loads

# y_ cases of JSONTestSuite that the strict profile refuses, each with the rule that refuses it.
STRICTER_THAN_RFC_8259 = {
    "y_object_duplicated_key.json": "json-duplicate-key",
    "y_object_duplicated_key_and_value.json": "json-duplicate-key",
}

CODES = {
    "json-bom",
    "json-control-character",
    "json-duplicate-key",
    "json-lone-surrogate",
    "json-not-finite",
    "json-not-utf8",
    "json-number-range",
    "json-syntax",
    "json-too-deep",
    "json-too-large",
    "json-too-many-values",
}


def refusal(data: bytes | str, **limits: int) -> StrictJsonError:
    with pytest.raises(StrictJsonError) as caught:
        loads(data, **limits)
    return caught.value


def outcome(data: bytes | str) -> tuple[object, str | None]:
    """Return the value read or the code of the refusal; anything else escapes and fails."""
    try:
        return loads(data), None
    except StrictJsonError as error:
        if error.code not in CODES:
            raise
        return None, error.code


@pytest.mark.parametrize(
    ("data", "code", "path"),
    [
        (b'{"a":1,"a":1}', "json-duplicate-key", ""),
        (b'{"needs":[{"type":"a"},{"rank":1,"rank":2}]}', "json-duplicate-key", "/needs/1"),
        (b'{"a":1,"\\u0061":2}', "json-duplicate-key", ""),
        (b'{"size":NaN}', "json-not-finite", "/size"),
        (b"[1,-Infinity]", "json-not-finite", "/1"),
        (b'{"name":"\\ud800"}', "json-lone-surrogate", "/name"),
        (b'{"name":"\\uDC00\\uD800"}', "json-lone-surrogate", "/name"),
        (b'{"a":{"\\udfff":1}}', "json-lone-surrogate", "/a"),
        ('["\ud800"]', "json-lone-surrogate", ""),
        (b'"\xed\xa0\x80"', "json-not-utf8", ""),
        (b"\xef\xbb\xbf{}", "json-bom", ""),
        ("\ufeff{}", "json-bom", ""),
        ("{}".encode("utf-16"), "json-bom", ""),
        (b'"\xff"', "json-not-utf8", ""),
        (b'"a\x00"', "json-control-character", ""),
        (b'"a\nb"', "json-control-character", ""),
        (b'{"n":9007199254740992}', "json-number-range", "/n"),
        (b'{"n":-9007199254740992}', "json-number-range", "/n"),
        (b'{"n":1' + b"0" * 400 + b"}", "json-number-range", "/n"),
        (b'{"n":1e400}', "json-number-range", "/n"),
        (b'{"n":-1e400}', "json-number-range", "/n"),
        (b'{"n":1e-400}', "json-number-range", "/n"),
        (b'{"n":0.' + b"1" * 200 + b"}", "json-number-range", "/n"),
        (b"", "json-syntax", ""),
        (b"{} {}", "json-syntax", ""),
        (b"{'a':1}", "json-syntax", ""),
        (b"[1,]", "json-syntax", ""),
    ],
)
def test_each_rule_refuses_under_its_own_name(data: bytes | str, code: str, path: str) -> None:
    error = refusal(data)
    assert (error.code, error.path) == (code, path)


def test_limits_are_exact() -> None:
    assert loads(b"[" * 64 + b"]" * 64) is not None
    assert refusal(b"[" * 65 + b"]" * 65).code == "json-too-deep"
    assert loads(b'"12345678"', max_bytes=10) == "12345678"
    assert refusal(b'"123456789"', max_bytes=10).code == "json-too-large"
    assert refusal('"\u00e9\u00e9\u00e9\u00e9\u00e9"', max_bytes=10).code == "json-too-large"
    assert loads(b"[1,2]", max_values=3) == [1, 2]
    assert refusal(b"[1,2,3]", max_values=3).code == "json-too-many-values"
    assert loads(str(MAX_SAFE_INTEGER)) == MAX_SAFE_INTEGER


def test_brackets_and_commas_inside_strings_are_not_structure() -> None:
    text = '["' + "[{," * 100 + '\\"[[", "\\\\"]'
    assert loads(text, max_depth=1, max_values=3) == ["[{," * 100 + '"[[', "\\"]


def test_depth_is_refused_before_anything_recurses() -> None:
    for opening in (b"[", b'{"a":', b'[{"":'):
        assert refusal(opening * 200_000).code == "json-too-deep"


@pytest.mark.parametrize("unit", [b'"\\"', b'\\"', b'["', b'"' * 3, b"\\"])
def test_unterminated_strings_cost_one_pass(unit: bytes) -> None:
    started = time.perf_counter()
    refusal(b'"' + unit * (2_000_000 // len(unit)))
    assert time.perf_counter() - started < 5


def test_small_texts_cannot_swell() -> None:
    assert refusal(b"[" + b"[]," * 5_000_000 + b"[]]").code == "json-too-many-values"
    assert refusal(b"]" * 15_000_000).code == "json-syntax"


def test_paths_and_messages_carry_no_values() -> None:
    error = refusal(b'{"Anna Smith":{"note":"\\ud800 B801200005001"}}')
    assert error.path == "/*/note"
    assert "Anna" not in f"{error} {error.hint} {error.args}"
    assert error.__cause__ is None
    assert "B801" not in str(refusal(b'{"a": B801200005001}'))


def test_bytes_are_the_same_for_equal_values() -> None:
    written = dumps({"b": (1, 2.5), "a": {"z": None, "y": "\u00e9\u2028"}})
    assert written == '{"a":{"y":"\u00e9\u2028","z":null},"b":[1,2.5]}\n'.encode()
    assert written == dumps(
        MappingProxyType({"a": {"y": "\u00e9\u2028", "z": None}, "b": [1, 2.5]})
    )


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"a": math.nan}, "json-not-finite", "/a"),
        ([math.inf], "json-not-finite", "/0"),
        ([2**53], "json-number-range", "/0"),
        (["\ud800"], "json-lone-surrogate", "/0"),
        ({"a": {"\ud800": 1}}, "json-lone-surrogate", "/a"),
        ({1: 2}, "json-key-type", ""),
        ({None: 2}, "json-key-type", ""),
        ({"a": b"bytes"}, "json-value-type", "/a"),
        ({"a": {1, 2}}, "json-value-type", "/a"),
    ],
)
def test_writing_refuses_what_reading_would(value: object, code: str, path: str) -> None:
    with pytest.raises(StrictJsonError) as caught:
        dumps(value)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_writing_a_value_inside_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(StrictJsonError) as caught:
        dumps(endless)
    assert caught.value.code == "json-too-deep"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(json_values)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    written = dumps(value)
    assert loads(written) == value
    assert dumps(loads(written)) == written


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0123dD89eE.+-tfn \n', max_size=60))
def test_nothing_but_a_typed_refusal_escapes(data: bytes | str) -> None:
    outcome(data)


def cases(folder: Path, prefix: str) -> list[Path]:
    found = sorted(folder.glob(f"{prefix}*.json"))
    assert found, "the corpus is empty"
    return found


@pytest.mark.corpus
def test_json_test_suite_parsing(corpora: Path) -> None:
    folder = corpora / "json" / "JSONTestSuite" / "test_parsing"
    for case in cases(folder, "n_"):
        assert refusal(case.read_bytes()).code in CODES, case.name
    refused = {case.name: outcome(case.read_bytes())[1] for case in cases(folder, "y_")}
    assert {name: code for name, code in refused.items() if code} == STRICTER_THAN_RFC_8259


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["test_parsing", "test_transform"])
def test_json_test_suite_undecided_cases_end_in_a_value_or_a_named_refusal(
    corpora: Path, folder: str
) -> None:
    prefix = "i_" if folder == "test_parsing" else ""
    for case in cases(corpora / "json" / "JSONTestSuite" / folder, prefix):
        value, refused = outcome(case.read_bytes())
        assert refused or loads(dumps(value)) == value, case.name
