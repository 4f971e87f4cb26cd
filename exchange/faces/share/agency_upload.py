"""Files of an agency: sealed to the organisation while they stream in, in a form or one by one.

No part of a form ever goes to a disk in clear: the parser hands the bytes of each file to a sink
that seals. On every other page of this face a file is refused.
"""

from __future__ import annotations

import io
from typing import IO, Any, cast
from urllib.parse import unquote

from flask import Flask, Request, Response, g, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from exchange.errors import ExchangeError, NotFound, Refused, UsageError
from exchange.faces.share.agency import SCRIPT_POLICY, AgencyPages
from exchange.faces.share.coming_in import require_own_form
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.agency_files import MOST_FILES
from exchange.services.links.agency_receiving import AgencyReceiving, too_large, too_many
from exchange.services.links.pack_view import size_words

FORM, ONE = "agency_add", "agency_put"
_SINKS = "agency_sinks"
_BLOCK = 256 * 1024
_FORM_ROOM = 1024 * 1024
_MOST_PARTS = MOST_FILES + 34


class ShareRequest(Request):
    """A request whose files never lie on a disk in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.endpoint != FORM:
            return io.BytesIO()
        if not filename:
            return _NoFile()
        sinks = g.setdefault(_SINKS, [])
        begin = g.get("agency_begin")
        if begin is None or len(sinks) >= MOST_FILES:
            raise _Answered(_refusal(too_many()))
        try:
            sink = _Sink(begin())
        except ExchangeError as error:
            raise _Answered(_refusal(error)) from None
        sinks.append(sink)
        return cast(IO[bytes], sink)


class _Sink(io.RawIOBase):
    """One file of a form on its way: written once, sealed as it is, and never read back."""

    def __init__(self, receiving: AgencyReceiving) -> None:
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
        except ExchangeError as error:
            raise _Answered(_refusal(error)) from None

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Do nothing: the parser goes back to the start of what it never reads again."""
        return 0


class _NoFile(io.BytesIO):
    """What a browser sends where no file was chosen: no name, and nothing in it."""

    def write(self, data: Any, /) -> int:
        """Take nothing: the page's limit is that of files, too much for memory.

        :raises HTTPException: the complete answer to who sends a file without a name.
        """
        if data:
            hint = "The file has no name. Give it one, then add it again."
            raise _Answered(_refusal(Refused("file-name-invalid", "/files", hint)))
        return 0


class _Answered(HTTPException):
    """An answer that is complete; the parser lets it through."""

    def __init__(self, answer: Response) -> None:
        super().__init__(response=answer)


class AgencyUploads:
    """The page on which files are added and taken back."""

    def __init__(self, pages: AgencyPages, desk: AgencyDesk) -> None:
        self._pages = pages
        self._desk = desk

    def install(self, app: Flask) -> None:
        """Let the requests of ``app`` seal what they bring."""
        app.request_class = ShareRequest
        app.before_request(self._prepare)
        app.teardown_request(_discard)

    def _prepare(self) -> Response | None:
        """Know who comes before a byte of a file is read, and refuse what says it is too much."""
        if request.endpoint not in (FORM, ONE):
            return None
        visit = self._pages.visit()
        most = self._desk.most_bytes
        many = MOST_FILES if request.endpoint == FORM else 1
        request.max_content_length = most * many + _FORM_ROOM
        request.max_form_parts = _MOST_PARTS  # what is no file stays in memory
        if (request.content_length or 0) > request.max_content_length:
            return _refusal(too_large(most))
        g.agency_begin = lambda: self._desk.receiving(visit)
        return None

    def page(self, errors: tuple[str, ...] = ()) -> Response:
        """Show what was added, and ask for more."""
        visit = self._pages.visit()
        html = render_template(
            "agency_files.html",
            view=self._pages.view(visit),
            visit=visit,
            files=[(one, size_words(one.size)) for one in self._desk.files(visit)],
            errors=errors,
            error=errors[0] if errors else "",
            field="files",
            most=self._desk.most_bytes,
            most_words=_limit_words(self._desk.most_bytes),
        )
        answer = Response(html, 422 if errors else 200, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = SCRIPT_POLICY
        return answer

    def add(self) -> Any:
        """Take the files of a form."""
        visit = self._pages.visit()
        require_own_form(visit)
        errors, taken = [], 0
        for one in request.files.getlist("files"):
            if isinstance(one.stream, _Sink):
                try:
                    one.stream.receiving.finish(one.filename or "")
                    taken += 1
                except (UsageError, Refused) as error:
                    errors.append(error.hint)
        if not taken and not errors:
            errors.append("Choose a file first.")
        if errors:
            return self.page(tuple(errors))
        return redirect(url_for("agency_files"), 303)

    def put(self) -> Any:
        """Take one file as it streams in; a script tells its progress."""
        visit = self._pages.visit()
        if not visit.is_form(request.headers.get("X-Form-Token", "")):
            return _refusal(Refused("form-foreign", "/form", "Load the page again."))
        name = unquote(request.headers.get("X-File-Name", ""), errors="replace")
        try:
            with self._desk.receiving(visit) as receiving:
                while chunk := request.stream.read(_BLOCK):
                    receiving.write(chunk)
                # A server that ends the stream itself ends it also where the connection broke.
                if request.content_length is not None and receiving.size != request.content_length:
                    hint = "It broke off on its way. Add it again."
                    raise UsageError("upload-broken-off", "/files", hint)
                receiving.finish(name)
        except (UsageError, Refused, NotFound) as error:
            return _refusal(error)
        return Response(status=201)

    def remove(self, upload: str) -> Any:
        """Take a file back."""
        visit = self._pages.visit()
        require_own_form(visit)
        self._desk.remove(visit, upload)
        return redirect(url_for("agency_files"), 303)


def _discard(_: BaseException | None) -> None:
    for sink in g.pop(_SINKS, []):
        sink.receiving.close()


def _limit_words(most: int) -> str:
    """Return a limit in round words."""
    return f"{most // (1024 * 1024)} MB" if most >= 1024 * 1024 else size_words(most)


_STATUS = {"document-too-large": 413, "files-too-many": 413, "form-foreign": 403}


def _refusal(error: ExchangeError) -> Response:
    """Return what a refused upload is answered: what happened, and what to do."""
    status = 404 if isinstance(error, NotFound) else _STATUS.get(error.code, 422)
    if request.endpoint == ONE:
        answer = jsonify({"code": error.code, "text": error.hint})
    else:
        template = "no_link.html" if isinstance(error, NotFound) else "refused.html"
        answer = Response(
            render_template(template, hint=error.hint), content_type="text/html; charset=utf-8"
        )
    answer.status_code = status
    return answer
