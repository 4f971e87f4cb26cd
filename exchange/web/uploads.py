"""Files from browsers: sealed while they come, in a form's parts or as the body of a PUT.

Werkzeug would put a part of more than 500 kB into a temporary file, in clear. Here no part ever
goes to a disk unsealed: on the pages that :data:`SEALED` names it goes through a sink that seals
to the organisation's key; on any other page it stays in memory, within that page's small limit.

What is too large or too much is refused before it is read, and a person who is suspended while
bytes come gets no further (exchange.services.tray.receive).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import IO, Any, Literal, cast
from urllib.parse import unquote

from flask import Flask, Request, Response, g, jsonify, make_response, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from exchange.domain.access import Visitor
from exchange.errors import Refused, UsageError
from exchange.ports import Actor
from exchange.services.people.visitors import still_valid
from exchange.services.tray.limits import ARCHIVE_BYTES, MOST_AT_ONCE
from exchange.services.tray.receive import NewUpload, Received, Receiving, too_large
from exchange.web.here import inside, org_id, parts, visitor
from exchange.web.rooms import room

_BLOCK = 256 * 1024
_FORM_ROOM = 1024 * 1024
_LONGEST_FIELD = 64 * 1024
_MOST_PARTS = MOST_AT_ONCE + 44
_SINKS = "upload_sinks"

Compartment = Literal["general", "cp"]
SEALED: Mapping[str, Compartment] = MappingProxyType(
    {
        "tray.upload": "general",
        "tray.put": "general",
        "tray.folder": "general",
        "safeguarding.upload": "cp",
        "agencies.task_upload": "general",
    }
)
"""Pages that take documents, and to which compartment what comes there is sealed."""

_ONE_FILE = frozenset({"tray.put", "tray.folder"})

IN_MEMORY: Mapping[str, int] = MappingProxyType(
    {
        "imports.begin": 80 * 1024 * 1024,
        "arrivals.expected": 16 * 1024 * 1024,
    }
)
"""Pages that take a list as a file: most bytes, all of which stay in memory."""


class PageRequest(Request):
    """A request whose files never lie on a disk in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.endpoint not in SEALED:
            return io.BytesIO()
        if not filename:
            return _NoFile()
        sinks = g.setdefault(_SINKS, [])
        if len(sinks) >= MOST_AT_ONCE:
            hint = f"The most is {MOST_AT_ONCE} files at once. Upload the rest afterwards."
            raise refusal(Refused("too-many-files", "/files", hint))
        sink = SealedFile(begin(_limit_of(str(self.endpoint))))
        sinks.append(sink)
        return cast(IO[bytes], sink)


class SealedFile(io.RawIOBase):
    """One file of a form on its way: written once, sealed as it is, and never read back."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving = receiving

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True, for the parser's sake: see :meth:`seek`."""
        return True

    def write(self, data: Any, /) -> int:
        """Seal more of it.

        :raises HTTPException: the complete answer to who sends too much, or may no more.
        """
        try:
            return self.receiving.write(bytes(data))
        except Refused as error:
            raise refusal(error) from None

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Do nothing: the parser goes back to the start of what it never reads again."""
        return 0

    def discard(self) -> None:
        """Leave nothing of it, unless it was finished."""
        self.receiving.close()


class _NoFile(io.BytesIO):
    """What a browser sends where no file was chosen: no name, and nothing in it."""

    def write(self, data: Any, /) -> int:
        """Take nothing: the page's limit is that of files, too much for memory.

        :raises HTTPException: the complete answer to who sends a file without a name.
        """
        if data:
            hint = "Give the file a name, then upload it again."
            raise refusal(Refused("file-name-invalid", "/files", hint))
        return 0


def install(app: Flask) -> None:
    """Let the requests of ``app`` seal what they bring. To come after the gate."""
    app.request_class = PageRequest
    app.template_global("upload_limit")(lambda: inside().limits.document_bytes)
    app.template_filter("limit_size")(limit_size)
    app.before_request(_set_limit)
    app.teardown_request(_discard)


def begin(limit: int) -> Receiving:
    """Begin an upload in the name of the visitor.

    :raises Refused: ``tray-full``.
    """
    who = visitor()
    compartment = SEALED.get(str(request.endpoint), "general")
    holder = room() if compartment == "cp" else inside()
    if holder is None:
        hint = "Unlock the safeguarding area first, then upload it again."
        raise refusal(Refused("compartment-locked", "/files", hint))
    return Receiving(
        holder,
        org_id(),
        limit=limit,
        alive=_asking(who),
        compartment=compartment,
    )


def _asking(who: Visitor) -> Callable[[], bool]:
    limits, collaborators = parts().limits, parts().inside
    return lambda: still_valid(collaborators, who, limits=limits)


def _limit_of(endpoint: str) -> int:
    return ARCHIVE_BYTES if endpoint == "tray.folder" else inside().limits.document_bytes


def _set_limit() -> Response | None:
    """Give pages that take files their own limit; refuse at once what says that it is larger."""
    endpoint = str(request.endpoint)
    if endpoint in IN_MEMORY:
        request.max_content_length = IN_MEMORY[endpoint]
    elif endpoint in SEALED:
        most = _limit_of(endpoint)
        many = 1 if endpoint in _ONE_FILE else MOST_AT_ONCE
        request.max_content_length = most * many + _FORM_ROOM
        # What is no file stays in memory.
        request.max_form_memory_size = _LONGEST_FIELD
        request.max_form_parts = _MOST_PARTS
        if (request.content_length or 0) > request.max_content_length:
            return refusal(too_large(most)).response
    return None


def _discard(_: BaseException | None) -> None:
    for sink in g.pop(_SINKS, []):
        sink.discard()


def limit_size(number: int) -> str:
    """Return a limit in round words: 512 MB, 2 GB."""
    megabytes = number // (1024 * 1024)
    whole = megabytes >= 1024 and megabytes % 1024 == 0
    if whole:
        return f"{megabytes // 1024} GB"
    return f"{megabytes} MB" if megabytes else f"{number} bytes"


class _Refusal(HTTPException):
    """An answer that is complete; the parser lets it through."""

    response: Response

    def __init__(self, answer: Response) -> None:
        super().__init__(response=answer)
        self.response = answer


_STATUS = MappingProxyType(
    {
        "document-too-large": 413,
        "too-many-files": 413,
        "tray-full": 413,
        "folder-too-many": 413,
        "folder-too-large": 413,
        "session-ended": 401,
    }
)


def refusal(error: Refused | UsageError) -> _Refusal:
    """Return what a refused upload is answered: what happened, and what to do."""
    status = _STATUS.get(error.code, 422)
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify({"code": error.code, "text": error.hint})
    else:
        answer = make_response(render_template("tray/refused.html", error=error))
    answer.status_code = status
    return _Refusal(answer)


def sent_files(name: str) -> Iterator[tuple[FileStorage, SealedFile]]:
    """Yield the files of the form's field that were sent; what no file was chosen for is none."""
    for one in request.files.getlist(name):
        if isinstance(one.stream, SealedFile):
            yield one, one.stream


@contextmanager
def refusing() -> Iterator[None]:
    """Answer what the tray refuses as an upload is answered."""
    try:
        yield
    except (Refused, UsageError) as error:
        raise refusal(error) from None


def streamed(new: NewUpload, actor: Actor, limit: int | None = None) -> Received:
    """Take the body of a PUT in, chunk by chunk.

    :raises ExchangeError: as :mod:`exchange.services.tray.receive` says.
    """
    most = inside().limits.document_bytes if limit is None else limit
    with begin(most) as receiving:
        while chunk := request.stream.read(_BLOCK):
            receiving.write(chunk)
        # A server that ends the stream itself ends it also where the connection broke.
        if request.content_length is not None and receiving.size != request.content_length:
            hint = "It broke off on its way. Upload it again."
            raise UsageError("upload-broken-off", "/document", hint)
        return receiving.finish(new, actor)


def header_text(name: str) -> str:
    """Return a text that a script put into a header, as encodeURIComponent writes it.

    :raises UsageError: ``header-invalid``.
    """
    try:
        return unquote(request.headers.get(name, ""), encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        raise UsageError("header-invalid", f"/{name}", "Load the page again.") from None
