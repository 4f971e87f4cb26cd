"""The one reader and writer of JSON: RFC 8259 text held to I-JSON (RFC 7493) and to limits.

Two readers must never see different things in the same signed bytes, and hostile text must
never cost more than it weighs. So each of these is refused, under its own code:

=========================  ====================================================================
``json-too-large``         more than ``max_bytes`` bytes
``json-bom``               a byte order mark before the text (RFC 8259, 8.1)
``json-not-utf8``          bytes that are not UTF-8
``json-lone-surrogate``    half of a surrogate pair, raw or escaped (RFC 7493, 2.1)
``json-control-character`` a raw control character (RFC 8259, 7)
``json-too-deep``          objects and arrays nested beyond ``max_depth``
``json-too-many-values``   more than ``max_values`` values, which would swell in memory
``json-duplicate-key``     one name twice in an object (RFC 7493, 2.3)
``json-not-finite``        ``NaN``, ``Infinity``
``json-number-range``      an integer beyond 2**53 - 1 (RFC 7493, 2.2); a fraction that overflows,
                           vanishes to zero, or is longer than 128 characters
``json-syntax``            anything else that is not JSON
=========================  ====================================================================

Writing refuses what reading would refuse, and also ``json-key-type`` and ``json-value-type``.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from schemas.errors import StrictJsonError

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 500_000
MAX_SAFE_INTEGER = 2**53 - 1
MAX_NUMBER_LENGTH = 128

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Possessive, and it always matches once it meets a quote: an unterminated string costs one pass.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+["\\]?', re.DOTALL)
_BRACKET = re.compile(r"[\[{\]}]")
_RAW_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class _Refused:
    """Stands where a refused value was read, until the walk tells its path."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code


def loads(
    data: bytes | str,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
) -> JsonValue:
    """Read one JSON text.

    :param data: UTF-8 bytes without a byte order mark, or text.
    :param max_bytes: the largest size read, in bytes of UTF-8.
    :param max_depth: how many objects and arrays may stand inside one another.
    :param max_values: how many values the whole text may hold.
    :raises StrictJsonError: with one of the codes of this module's docstring; its path is a
        JSON Pointer in which names that do not look like field names are written ``*``.
    """
    text = _decode(data, max_bytes)
    _check_shape(text, max_depth, max_values)
    reader = _Reader()
    try:
        value = reader.decoder.decode(text)
    except json.JSONDecodeError as error:
        control = error.msg.startswith("Invalid control character")
        raise StrictJsonError("json-control-character" if control else "json-syntax") from None
    if reader.refused or _ESCAPED_SURROGATE.search(text):
        _walk(value, [])
    return cast(JsonValue, value)


def dumps(value: object, *, max_depth: int = MAX_DEPTH) -> bytes:
    """Write a value as UTF-8 with sorted names, no spaces and one newline at the end.

    Equal values give equal bytes. Tuples are written as arrays, any mapping as an object.

    :raises StrictJsonError: for what :func:`loads` would refuse, a name that is not text
        (``json-key-type``) or a value that JSON has no form for (``json-value-type``).
    """
    plain = _plain(value, [], max_depth)
    text = json.dumps(
        plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode("utf-8") + b"\n"


def _decode(data: bytes | str, max_bytes: int) -> str:
    if isinstance(data, str):
        if len(data) > max_bytes:
            raise StrictJsonError("json-too-large")
        if _SURROGATE.search(data):
            raise StrictJsonError("json-lone-surrogate")
        data = data.encode("utf-8")
    if len(data) > max_bytes:
        raise StrictJsonError("json-too-large")
    if data.startswith(_BOMS):
        raise StrictJsonError("json-bom")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise StrictJsonError("json-not-utf8") from None


def _check_shape(text: str, max_depth: int, max_values: int) -> None:
    """Bound depth and number of values before anything recursive or large is built."""
    if _RAW_CONTROL.search(text):
        raise StrictJsonError("json-control-character")
    skeleton = _STRING.sub("", text)
    if skeleton.count(",") + skeleton.count("[") + skeleton.count("{") >= max_values:
        raise StrictJsonError("json-too-many-values")
    depth = 0
    for bracket in _BRACKET.finditer(skeleton):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > max_depth:
            raise StrictJsonError("json-too-deep")
        if depth < 0:
            raise StrictJsonError("json-syntax")


class _Reader:
    """The standard library's decoder with every lenience turned into a marked refusal."""

    def __init__(self) -> None:
        self.refused = False
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._int,
            parse_float=self._float,
            parse_constant=self._constant,
        )

    def _refuse(self, code: str) -> _Refused:
        self.refused = True
        return _Refused(code)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Refused:
        read = dict(pairs)
        return read if len(read) == len(pairs) else self._refuse("json-duplicate-key")

    def _int(self, digits: str) -> int | _Refused:
        if len(digits) > 17:  # 2**53 - 1 has 16 digits, and there may be a sign
            return self._refuse("json-number-range")
        number = int(digits)
        return number if _safe_number(number) else self._refuse("json-number-range")

    def _float(self, digits: str) -> float | _Refused:
        if len(digits) > MAX_NUMBER_LENGTH:
            return self._refuse("json-number-range")
        number = float(digits)
        vanished = number == 0 and any(digit in "123456789" for digit in _mantissa(digits))
        if vanished or not _safe_number(number):
            return self._refuse("json-number-range")
        return number

    def _constant(self, name: str) -> _Refused:
        return self._refuse("json-not-finite")


def _mantissa(digits: str) -> str:
    return digits.lower().partition("e")[0]


def _safe_number(number: int | float) -> bool:
    if isinstance(number, int):
        return -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER
    return number - number == 0  # false for NaN and for both infinities


def _walk(value: object, path: list[str | int]) -> None:
    """Raise for the first refused value, with its path; depth is bounded by now."""
    if isinstance(value, _Refused):
        raise StrictJsonError(value.code, _pointer(path))
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk(item, [*path, index])
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name, path)
            _walk(item, [*path, name])


def _check_text(text: str, path: list[str | int]) -> None:
    if _SURROGATE.search(text):
        raise StrictJsonError("json-lone-surrogate", _pointer(path))


def _plain(value: object, path: list[str | int], max_depth: int) -> JsonValue:
    """Return the value built of JSON's own types, or raise; never recurses past the limit."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _check_text(value, path)
        return value
    if isinstance(value, (int, float)):
        return _plain_number(value, path)
    if len(path) >= max_depth:
        raise StrictJsonError("json-too-deep", _pointer(path))
    if isinstance(value, Mapping):
        return _plain_object(value, path, max_depth)
    if isinstance(value, (list, tuple)):
        return [_plain(item, [*path, index], max_depth) for index, item in enumerate(value)]
    raise StrictJsonError("json-value-type", _pointer(path))


def _plain_number(number: int | float, path: list[str | int]) -> int | float:
    if _safe_number(number):
        return number
    code = "json-number-range" if isinstance(number, int) else "json-not-finite"
    raise StrictJsonError(code, _pointer(path))


def _plain_object(
    value: Mapping[Any, object], path: list[str | int], max_depth: int
) -> dict[str, JsonValue]:
    plain: dict[str, JsonValue] = {}
    for name, item in value.items():
        if not isinstance(name, str):
            raise StrictJsonError("json-key-type", _pointer(path))
        _check_text(name, path)
        plain[name] = _plain(item, [*path, name], max_depth)
    return plain


def _pointer(path: list[str | int]) -> str:
    """Write a JSON Pointer (RFC 6901) that cannot leak: odd names may be somebody's data."""
    steps = (str(s) if isinstance(s, int) or _FIELD_NAME.fullmatch(s) else "*" for s in path)
    return "".join(f"/{step}" for step in steps)
