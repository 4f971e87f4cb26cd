"""One PDF with all that a pack's records say, for a person who has nothing to read records with."""

from __future__ import annotations

import hashlib
import io
import uuid
import zlib
from collections.abc import Sequence
from datetime import datetime

from exchange.bundle.contents import Source
from exchange.domain.clocks import london_day
from exchange.errors import Wrapped
from exchange.ports.render import Renderer
from exchange.services.links.pack_view import instant_words, pack_view
from schemas.errors import SchemaError
from schemas.statement import FileRole

PATH = "data/documents/000-to-read-first.pdf"
TITLE = "All that the records say, to read and print"


def readable_copy(
    renderer: Renderer, sources: Sequence[Source], sender: str, to: str, at: datetime
) -> Source:
    """Return a document made from what goes, and from nothing else.

    :raises Wrapped: a record is none any more.
    :raises exchange.errors.FormatError: ``document-not-rendered``.
    """
    try:
        view = pack_view(sources, london_day(at))
    except SchemaError as error:
        raise Wrapped.of(error, "/records") from None
    day = instant_words(at)
    told = view | {"school": sender, "from": sender, "to": to, "sent": day, "made": day}
    content = renderer.render("transfer-summary", told)
    return Source(
        id=str(uuid.uuid4()),
        path=PATH,
        role=FileRole.DOCUMENT,
        type="other",
        media_type="application/pdf",
        subject=sources[0].subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
        title=TITLE,
        author=sender,
        authored=london_day(at),
    )
