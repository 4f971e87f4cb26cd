"""The kinds of text that records hold: identifiers, digests, codes, and what people write.

Patterns keep to what ECMA-262, RE2 and Python read alike: no look-around, no ``\\d``.
"""

from __future__ import annotations

from typing import Any

from schemas.fields import Definitions, RecordField, compiled
from schemas.strict_json import JsonValue

_UUID_TAIL = "[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8]" + _UUID_TAIL
UUID7 = "^[0-9a-f]{8}-[0-9a-f]{4}-7" + _UUID_TAIL
HEX64 = "^[0-9a-f]{64}$"
KEY_ID = "^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$"
KEBAB = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
SCHEMA_FORM = r"^sen\.[a-z][a-z0-9]*(-[a-z0-9]+)*/(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$"
MEDIA_TYPE = "^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$"

# Bidirectional overrides and line separators let one text be shown as another (CVE-2021-42574).
_NEVER = r"\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069"
LINE = rf"^[^\u0000-\u001f\u0085\u2028\u2029{_NEVER}]*$"
PROSE = rf"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f{_NEVER}]*$"
VISIBLE = r"[^\u0000-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u2060\u3000\ufeff]"


class Text(RecordField[str]):
    """A text of one form."""

    def __init__(
        self,
        about: str = "",
        *,
        pattern: str,
        most: int,
        least: int = 1,
        text_format: str | None = None,
        required: bool = True,
        nullable: bool = False,
    ) -> None:
        """Describe a text; ``least`` and ``most`` count Unicode code points."""
        super().__init__(about, required=required, nullable=nullable)
        self.pattern, self.least, self.most, self.text_format = pattern, least, most, text_format

    def _text(self, value: Any) -> str:
        if type(value) is not str:
            raise self.wrong("wrong-type")
        if len(value) > self.most:
            raise self.wrong("too-long")
        if len(value) < self.least:
            raise self.wrong("too-short")
        if compiled(self.pattern).fullmatch(value) is None:
            raise self.wrong("wrong-form")
        return value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return self._text(value)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return str(value) if isinstance(value, str) else value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return length and pattern."""
        shape: dict[str, JsonValue] = {
            "type": "string",
            "minLength": self.least,
            "maxLength": self.most,
            "pattern": self.pattern,
        }
        return shape | ({"format": self.text_format} if self.text_format else {})


class Uuid(Text):
    """An identifier as RFC 9562 writes it, in lower case."""

    def __init__(self, about: str = "", *, v7: bool = False, required: bool = True) -> None:
        """Describe a UUID; ``v7`` asks for the version that bundle ids have."""
        form = UUID7 if v7 else UUID
        super().__init__(
            about, pattern=form, least=36, most=36, text_format="uuid", required=required
        )


class Sha256(Text):
    """A SHA-256 in lower-case hexadecimal."""

    def __init__(self, about: str = "", *, nullable: bool = False) -> None:
        """Describe a digest."""
        super().__init__(about, pattern=HEX64, least=64, most=64, nullable=nullable)


class Kebab(Text):
    """A code in lower case with hyphens, of a list that may grow without a new version."""

    def __init__(self, about: str = "", *, required: bool = True) -> None:
        """Describe a code."""
        super().__init__(about, pattern=KEBAB, most=64, required=required)


class _Written(Text):
    """What a person wrote: any script, at least one visible character, nothing that hides."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = self._text(value)
        if compiled(VISIBLE).search(text) is None:
            raise self.wrong("blank")
        return text

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return length, the characters allowed, and that one must be visible."""
        return super().shape(defs) | {"allOf": [{"pattern": VISIBLE}]}


class Line(_Written):
    """One line that a person wrote: a name, a title."""

    def __init__(
        self, about: str = "", *, most: int = 200, required: bool = True, nullable: bool = False
    ) -> None:
        """Describe one line of at most ``most`` characters."""
        super().__init__(about, pattern=LINE, most=most, required=required, nullable=nullable)


class Prose(_Written):
    """Free text with line breaks."""

    def __init__(
        self, about: str = "", *, most: int = 20_000, required: bool = True, nullable: bool = False
    ) -> None:
        """Describe a text of at most ``most`` characters."""
        super().__init__(about, pattern=PROSE, most=most, required=required, nullable=nullable)
