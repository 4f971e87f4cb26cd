"""The delivery face: partners announce packs, stream them up, and fetch our receipts.

The protocol is docs/delivery-protocol.md. Nothing is opened here: the desk checks envelopes and
containers from outside, and the inner worker, another process, goes on from there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

from exchange.errors import UsageError
from exchange.faces import problems
from exchange.faces.delivery.body import (
    ANNOUNCEMENT_LIMIT,
    copy_to,
    parse_announcement,
    read_whole,
    require_body,
)
from exchange.faces.delivery.gate import Gate, KeyLookup
from exchange.ports import Clock, Store
from exchange.services.arrive import ArrivalDesk, Expected
from schemas.strict_json import dumps

_SEQ = re.compile(r"0|[1-9][0-9]{0,8}")


class _Id(BaseConverter):
    """A lower-case UUID; any other spelling is another, unknown path."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    part_isolating = True


class DeliveryFace:
    """The routes, with what they work with."""

    def __init__(self, desk: ArrivalDesk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def announce(self) -> Response:
        """Answer ``POST /v1/deliveries``."""
        length = require_body(request, "application/json", ANNOUNCEMENT_LIMIT)
        caller = self._gate.admit_with_body(request)
        body = read_whole(request, length, caller.content_sha256)
        recipient, envelope, signature, size = parse_announcement(body)
        seen = self._desk.announce(caller.org_id, recipient, envelope, signature, size)
        path = f"/v1/deliveries/{seen.recipient}/{seen.sender}/{seen.bundle_id}"
        if seen.already_here:
            return _json(HTTPStatus.OK, {"state": "stored"}, {"Location": path})
        return _json(HTTPStatus.CREATED, {"state": "announced"}, {"Location": path})

    def upload(self, recipient: str, sender: str, bundle_id: str) -> Response:
        """Answer ``PUT /v1/deliveries/<recipient>/<sender>/<bundle id>``."""
        caller = self._gate.admit_with_body(request)
        expected = self._desk.begin(caller.org_id, recipient, sender, bundle_id)
        length = _expected_length(expected)
        with self._desk.writer(expected) as writer:
            copy_to(request, writer.file, length, caller.content_sha256)
            stored = self._desk.complete(expected, writer)
        return _json(HTTPStatus.CREATED if stored else HTTPStatus.OK, {"state": "stored"})

    def receipts(self, recipient: str, bundle_id: str) -> Response:
        """Answer ``GET /v1/receipts/<recipient>/<bundle id>?after=N``."""
        caller = self._gate.admit(request)
        found = self._desk.receipts(caller.org_id, recipient, bundle_id, _after())
        items = [
            {
                "receipt": base64.b64encode(one.content).decode(),
                "signature": base64.b64encode(one.signature).decode(),
            }
            for one in found
        ]
        return _json(HTTPStatus.OK, {"receipts": items})

    def health(self) -> Response:
        """Answer ``GET /v1/health``; it says that the face runs, to anybody, and no more."""
        return _json(HTTPStatus.OK, {"status": "ok"})


def create_app(
    desk: ArrivalDesk, lookup: KeyLookup, store: Store, clock: Clock, *, public_url: str
) -> Flask:
    """Return the face as a WSGI application.

    :param lookup: whose a key id is at an instant, and its public key; wiring builds it from the
        directory.
    :param store: remembers the nonces of requests.
    :param public_url: the base URL under which partners know this face; signatures cover it, so
        that a request to another node is none to this one.
    """
    app = Flask("exchange.faces.delivery", static_folder=None)
    app.url_map.converters["id"] = _Id
    app.url_map.strict_slashes = True
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False
    problems.register(app)
    face = DeliveryFace(desk, Gate(lookup, store, clock, public_url))
    one = "/v1/deliveries/<id:recipient>/<id:sender>/<id:bundle_id>"
    receipts = "/v1/receipts/<id:recipient>/<id:bundle_id>"
    _route(app, "POST", "/v1/deliveries", "announce", face.announce)
    _route(app, "PUT", one, "upload", face.upload)
    _route(app, "GET", receipts, "receipts", face.receipts)
    _route(app, "GET", "/v1/health", "health", face.health)
    app.after_request(_no_leftovers)
    return app


def _route(app: Flask, method: str, rule: str, name: str, view: Callable[..., Response]) -> None:
    app.add_url_rule(rule, name, view, methods=[method], provide_automatic_options=False)


def _expected_length(expected: Expected) -> int:
    """Return the length of the body, which must be the announced one to the byte."""
    length = require_body(request, "application/zip", expected.size)
    if length != expected.size:
        raise UsageError("size-mismatch", "/body", "Send the pack that was announced, whole.")
    return length


def _after() -> int:
    values = request.args.getlist("after")
    if set(request.args) - {"after"} or len(values) > 1:
        raise UsageError("query-invalid", "/query")
    after = values[0] if values else "0"
    if not _SEQ.fullmatch(after):
        raise UsageError("query-invalid", "/query/after")
    return int(after)


def _json(
    status: HTTPStatus, value: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    answer = Response(dumps(value), int(status), content_type="application/json")
    answer.headers.extend(headers or {})
    return answer


def _no_leftovers(answer: Response) -> Response:
    """Nothing of an answer is kept by caches or guessed at by browsers."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
