"""An entry and a ruling as JSON: written in one way, read strictly."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from keys.age import parse_recipient
from keys.directory.model import (
    DatedIdentifier,
    DatedKey,
    Endpoint,
    Entry,
    Inbox,
    Organisation,
    OrganisationStatus,
    RecipientKey,
    Ruling,
    SigningKey,
)
from keys.errors import DirectoryError, KeyInvalid
from keys.json_fields import Fields, instant_text
from keys.ssh_keys import SshPublicKey
from schemas import strict_json
from schemas.errors import SchemaError
from schemas.identifiers import LaCode, Laestab, OdsCode, Ukprn, Urn

ENTRY_SCHEMA = "sen.directory-entry/1.0"
MAX_ENTRY_BYTES = 256 * 1024
UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SHA256_PATTERN = r"[0-9a-f]{64}"
INBOXES = ("general", "dsl")
# Form only: whether the number is really theirs is for whoever runs the directory to check.
_SCHEMES = {kind.SCHEME: kind.FORM.pattern for kind in (Urn, Laestab, Ukprn, OdsCode, LaCode)}
_STATUS: Mapping[str, OrganisationStatus] = MappingProxyType(
    {"open": "open", "closed": "closed", "merged": "merged"}
)
_KNOWN = frozenset(
    {"schema", "org_id", "revision", "issued", "previous", "name", "kind", "status", "successor"}
    | {"identifiers", "endpoint", "signing_keys", "node_keys", "inboxes", "critical"}
)


def malformed(path: str) -> DirectoryError:
    """Return the error of a field that is missing or wrong."""
    return DirectoryError("entry-malformed", path)


def entry_to_json(entry: Entry) -> dict[str, strict_json.JsonValue]:
    """Return the JSON object that the organisation signs."""
    organisation = entry.organisation
    endpoint = organisation.endpoint
    return {
        "schema": ENTRY_SCHEMA,
        "org_id": organisation.org_id,
        "revision": entry.revision,
        "issued": instant_text(entry.issued),
        "previous": entry.previous,
        "name": organisation.name,
        "kind": organisation.kind,
        "status": organisation.status,
        "successor": organisation.successor,
        "identifiers": [_identifier_to_json(one) for one in organisation.identifiers],
        "endpoint": None
        if endpoint is None
        else {"url": endpoint.url, "tls_sha256": endpoint.tls_sha256},
        "signing_keys": [_signing_to_json(key) for key in organisation.signing_keys],
        "node_keys": [_signing_to_json(key) for key in organisation.node_keys],
        "inboxes": {name: inbox_to_json(box) for name, box in organisation.inboxes.items()},
    }


def _identifier_to_json(one: DatedIdentifier) -> dict[str, strict_json.JsonValue]:
    return {
        "scheme": one.scheme,
        "value": one.value,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
    }


def dates_to_json(key: DatedKey) -> dict[str, strict_json.JsonValue]:
    """Return the dates of a key as JSON fields."""
    retired, suspect = key.retired_at, key.compromised_since
    return {
        "valid_from": instant_text(key.valid_from),
        "valid_until": instant_text(key.valid_until),
        "retired_at": None if retired is None else instant_text(retired),
        "compromised_since": None if suspect is None else instant_text(suspect),
    }


def _signing_to_json(key: SigningKey) -> dict[str, strict_json.JsonValue]:
    return {"public": key.public.line, **dates_to_json(key)}


def inbox_to_json(box: Inbox) -> dict[str, strict_json.JsonValue]:
    """Return an inbox as a JSON object."""
    return {
        "operational": [_recipient_to_json(key) for key in box.operational],
        "recovery": [_recipient_to_json(key) for key in box.recovery],
    }


def _recipient_to_json(key: RecipientKey) -> dict[str, strict_json.JsonValue]:
    return {"recipient": key.recipient, **dates_to_json(key)}


def ruling_to_json(ruling: Ruling) -> dict[str, strict_json.JsonValue]:
    """Return the ruling as a JSON object."""
    return {
        "status": ruling.status,
        "successor": ruling.successor,
        "compromised": [
            {"key_id": key_id, "since": instant_text(since)}
            for key_id, since in sorted(ruling.compromised.items())
        ],
    }


def entry_fields(data: bytes) -> Fields:
    """Return a cursor over an entry's JSON, its schema and ``critical`` names checked."""
    try:
        fields = Fields(strict_json.loads(data, max_bytes=MAX_ENTRY_BYTES), "", malformed)
    except SchemaError:
        raise malformed("/") from None
    schema = fields.text("schema", r"sen\.directory-entry/\d{1,4}\.\d{1,4}")
    if schema.partition("/")[2].partition(".")[0] != "1":
        raise DirectoryError("entry-too-new", "/schema", "Update this software.")
    if set(fields.texts("critical")) - _KNOWN:
        raise DirectoryError("entry-critical-unknown", "/critical", "Update this software.")
    return fields


def parse_entry(data: bytes) -> Entry:
    """Return an entry from its bytes; keys are checked, the signature is not.

    :raises DirectoryError: ``entry-malformed``, ``entry-critical-unknown``, ``entry-too-new``,
        ``key-class-mixed``.
    :raises KeyInvalid: a key is malformed, non-canonical or of low order.
    """
    fields = entry_fields(data)
    boxes = fields.child("inboxes")
    if set(boxes.names()) - set(INBOXES):
        raise malformed("/inboxes")
    inboxes = {name: read_inbox(boxes.child(name)) for name in sorted(boxes.names())}
    signing = tuple(_read_signing(one) for one in fields.children("signing_keys"))
    if not signing:
        raise malformed("/signing_keys")
    organisation = Organisation(
        org_id=fields.text("org_id", UUID_PATTERN),
        name=_read_name(fields),
        kind=fields.text("kind", r"[a-z][a-z-]{1,39}"),
        identifiers=tuple(read_identifier(one) for one in fields.children("identifiers")),
        status=_STATUS[fields.text("status", "|".join(_STATUS))],
        successor=fields.text("successor", UUID_PATTERN) if fields.has("successor") else None,
        endpoint=_read_endpoint(fields.child("endpoint")) if fields.has("endpoint") else None,
        signing_keys=signing,
        node_keys=tuple(_read_signing(one) for one in fields.children("node_keys")),
        inboxes=MappingProxyType(inboxes),
    )
    return Entry(
        organisation,
        revision=fields.integer("revision", 1, 2**31),
        issued=fields.instant("issued"),
        previous=fields.text("previous", SHA256_PATTERN) if fields.has("previous") else None,
    )


def _read_name(fields: Fields) -> str:
    """A name is shown to people who decide by it: nothing in it may be invisible or turn it."""
    name = fields.text("name", r"[^\s](?:.{0,198}[^\s])?")
    hidden = any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in name)
    if hidden or name != name.strip() or unicodedata.normalize("NFC", name) != name:
        raise malformed("/name")
    return name


def read_identifier(fields: Fields) -> DatedIdentifier:
    """Return one dated identifier."""
    scheme = fields.text("scheme", "|".join(_SCHEMES))
    since, until = fields.day_or_none("since"), fields.day_or_none("until")
    if since is not None and until is not None and since >= until:
        raise malformed(fields.at("until"))
    return DatedIdentifier(scheme, fields.text("value", _SCHEMES[scheme]), since, until)


def _read_endpoint(fields: Fields) -> Endpoint:
    url = fields.text("url", r"https://[!-~]{1,400}")
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or "@" in parts.netloc or "?" in url or "#" in url or "\\" in url:
        raise malformed(fields.at("url"))
    pin = fields.text("tls_sha256", SHA256_PATTERN) if fields.has("tls_sha256") else None
    return Endpoint(url, pin)


def read_dates(fields: Fields) -> tuple[datetime, datetime, datetime | None, datetime | None]:
    """Return valid_from, valid_until, retired_at, compromised_since."""
    start, end = fields.instant("valid_from"), fields.instant("valid_until")
    if start >= end:
        raise malformed(fields.at("valid_until"))
    retired, suspect = (fields.instant_or_none(n) for n in ("retired_at", "compromised_since"))
    return start, end, retired, suspect


def _read_signing(fields: Fields) -> SigningKey:
    line = fields.text("public", r"ssh-ed25519 [A-Za-z0-9+/=]+")
    try:
        public = SshPublicKey.from_line(line)
    except KeyInvalid as error:
        raise KeyInvalid(error.code, fields.at("public"), error.hint) from None
    return SigningKey(public, *read_dates(fields))


def _read_recipient(fields: Fields) -> RecipientKey:
    text = fields.text("recipient", r"age1[0-9a-z]+")
    try:
        recipient = parse_recipient(text)
    except KeyInvalid as error:
        raise KeyInvalid(error.code, fields.at("recipient"), error.hint) from None
    return RecipientKey(text, recipient.key_id, recipient.key_class, *read_dates(fields))


def read_inbox(fields: Fields) -> Inbox:
    """Return one inbox; the keys of it that are in use are of one class.

    :raises DirectoryError: ``entry-malformed``, ``key-class-mixed``.
    :raises KeyInvalid: a recipient is malformed or weak.
    """
    operational = tuple(_read_recipient(one) for one in fields.children("operational"))
    recovery = tuple(_read_recipient(one) for one in fields.children("recovery"))
    for name, keys in (("operational", operational), ("recovery", recovery)):
        if not keys:
            raise malformed(fields.at(name))
    current = {key.key_class for key in (*operational, *recovery) if key.retired_at is None}
    if len(current) > 1:
        raise DirectoryError("key-class-mixed", fields.at("operational"))
    return Inbox(operational, recovery)


def read_ruling(fields: Fields) -> Ruling:
    """Return the ruling of a row."""
    status = fields.text("status", "|".join(_STATUS)) if fields.has("status") else None
    compromised = {
        one.text("key_id", r"SHA256:[A-Za-z0-9+/]{43}"): one.instant("since")
        for one in fields.children("compromised")
    }
    return Ruling(
        None if status is None else _STATUS[status],
        fields.text("successor", UUID_PATTERN) if fields.has("successor") else None,
        MappingProxyType(compromised),
    )
