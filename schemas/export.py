"""The schemas as JSON Schema 2020-12, for those who do not run this software.

One file a schema, made by walking its marshmallow fields. What JSON Schema cannot say (check
characters, calendar days, rules over several fields) stands beside it as ``x-also`` notes, each
with the code that this project's reader gives. ``x-code-set`` names the dated list of an enum;
a record of a newer minor version may use codes added to it since.
Patterns are ECMA-262's, where ``$`` is the end of the text alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from schemas.base import RecordSchema, parse_schema_id
from schemas.fields import Definitions
from schemas.parts import instance
from schemas.records import DOCUMENTS, RECORDS
from schemas.strict_json import JsonValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def every_schema() -> Iterator[type[RecordSchema]]:
    """Yield every schema that is exported: the signed documents, then the records."""
    return chain(DOCUMENTS, RECORDS)


def json_schema(schema: type[RecordSchema]) -> dict[str, JsonValue]:
    """Return one schema as a JSON Schema that needs no other file."""
    defs: Definitions = {}
    body = instance(schema).definition(defs)
    name, major, minor = parse_schema_id(schema.SCHEMA_ID)
    head: dict[str, JsonValue] = {
        "$schema": DIALECT,
        "$id": f"urn:sen-exchange:schema:{name}:{major}.{minor}",
    }
    return head | body | ({"$defs": dict(sorted(defs.items()))} if defs else {})


def file_name(schema: type[RecordSchema]) -> str:
    """Return the name of the file that a schema is exported to."""
    return schema.SCHEMA_ID.replace("/", "-") + ".schema.json"


def export(folder: Path, schemas: Iterable[type[RecordSchema]] | None = None) -> list[Path]:
    """Write every schema to ``folder``, which is made if need be; the same input, the same bytes.

    :returns: the files written.
    :raises OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for schema in every_schema() if schemas is None else schemas:
        text = json.dumps(json_schema(schema), ensure_ascii=True, indent=2)
        path = folder / file_name(schema)
        path.write_text(text + "\n", encoding="ascii", newline="\n")
        written.append(path)
    return written
