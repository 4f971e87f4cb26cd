"""The root of this room's errors: a code, a field path and what to do next; never the value.

``SchemaError``
├── ``StrictJsonError``   the text is not JSON that this project reads
├── ``IdentifierError``   an identifier has the wrong form or check character
├── ``CodeSetError``      a code is not in the dated set asked for
├── ``RecordError``       a record's field is missing or wrong
└── ``SchemaTooNew``      a newer major version than this reader knows
"""

from __future__ import annotations


class SchemaError(ValueError):
    """Something that was said does not have the form it must have.

    :param code: stable, kebab-case; documented, safe to log and to show.
    :param path: where, as a JSON-Pointer-like field path (``/needs/0/type``); never a value.
    :param hint: one sentence that tells a person what to do next.
    """

    default_code = "schema-invalid"
    default_hint = "Correct the field that is named and try again."

    def __init__(self, code: str | None = None, path: str = "", hint: str | None = None) -> None:
        self.code = code or self.default_code
        self.path = path
        self.hint = hint or self.default_hint
        super().__init__(f"{self.code} at {path or '/'}")


class StrictJsonError(SchemaError):
    """The text is not JSON that this project reads."""

    default_code = "json-invalid"
    default_hint = "Ask the sender for the file again; it is damaged or not JSON."


class IdentifierError(SchemaError):
    """An identifier has the wrong form or check character."""

    default_code = "identifier-invalid"
    default_hint = "Check the identifier against the source it was copied from."


class CodeSetError(SchemaError):
    """A code is not in the code set on that date."""

    default_code = "code-unknown"
    default_hint = "Choose a code from the current list."


class RecordError(SchemaError):
    """A field of a record is missing or wrong."""

    default_code = "record-invalid"


class SchemaTooNew(SchemaError):
    """The record was written to a newer version than this copy of the software reads."""

    default_code = "schema-too-new"
    default_hint = "Update this software, or ask the sender for an older version."
