"""One record as a member of a bundle, made in memory."""

from __future__ import annotations

import hashlib
import io
import uuid
import zlib

from exchange.bundle.contents import Source
from exchange.errors import Wrapped
from schemas.base import SubjectRecord, dump_bytes
from schemas.errors import SchemaError
from schemas.statement import FileRole


def record_source(record: SubjectRecord, name: str, *, member: str = "") -> Source:
    """Return a record as it goes into a bundle.

    :param name: of its file, without folder and ending.
    :param member: its id within the bundle; a fresh one where it is empty.
    :raises Wrapped: it breaks its schema.
    """
    try:
        content = dump_bytes(record)
    except SchemaError as error:
        raise Wrapped.of(error) from None
    return Source(
        id=member or str(uuid.uuid4()),
        path=f"data/records/{name}.json",
        role=FileRole.RECORD,
        type=record.schema,
        media_type="application/json",
        subject=record.subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
    )
