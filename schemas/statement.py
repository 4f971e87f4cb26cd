"""The statement: what a bundle holds, who says so, to whom and why. Signed over its exact bytes.

It lists every inner file except itself, its signature and ``tagmanifest-sha256.txt``
(bundle-format.md, statement). What one record alone cannot show (digests that match, keys that
belong to the organisations named) is checked when a bundle is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schemas.base import Record, RecordSchema
from schemas.coded import Code
from schemas.fields import Choice, Day, Instant, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.recipient import (
    InboxName,
    Protection,
    Recipient,
    RecipientSchema,
    other_inboxes,
    repeated_keys,
    repeated_organisations,
    unfit_guests,
)
from schemas.texts import MEDIA_TYPE, SCHEMA_FORM, Line, Sha256, Text, Uuid

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
PATH = (
    rf"^(data/records/{_NAME}\.json|data/documents/{_NAME}"
    r"|bagit\.txt|bag-info\.txt|manifest-sha256\.txt|INDEX\.htm)$"
)
MAX_PATH = 255
MAX_FILES = 10_000
STANZA_TYPE = "^[!-~]{1,64}$"
TAG_PATHS = frozenset({"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "INDEX.htm"})
TAG_TYPE = "tag"
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)


class BundleKind(StrEnum):
    """What a bundle is sent for."""

    TRANSFER = "transfer"
    MESSAGE = "message"
    RECALL = "recall"
    REPORT = "report"
    EHC_REQUEST = "ehc-request"
    CP_FILE = "cp-file"
    ADVICE = "advice"


class FileRole(StrEnum):
    """What a file is in the bag."""

    RECORD = "record"
    DOCUMENT = "document"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StanzaCount(Part):
    """How many stanzas of one type the age header holds."""

    type: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileEntry(Part):
    """One inner file.

    :ivar id: a random id, used wherever a file must be named without saying what it is.
    :ivar path: where it lies in the bag; ASCII, at most 255 bytes.
    :ivar type: a schema id for a record, a document type code for a document, ``tag`` otherwise.
    :ivar subject: the pupil it is about; none for tag files.
    :ivar size: bytes, uncompressed.
    """

    id: str
    path: str
    role: FileRole
    type: str
    media_type: str
    size: int
    sha256: str
    subject: str | None = None
    title: str | None = None
    author: str | None = None
    authored: date | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Statement(Record):
    """What the sender signs: the bundle's content, recipients, purpose and basis.

    :ivar id: the bundle's id, UUIDv7.
    :ivar release_id: shared by the bundles that one decision to send produced.
    :ivar nonce: 256 random bits in hexadecimal.
    :ivar expires: the pack is not to be collected after this instant.
    :ivar protection: ``passphrase`` for a guest copy; none where it is sealed to keys.
    """

    schema: str = "sen.statement/1.0"
    id: str
    release_id: str
    nonce: str
    kind: BundleKind
    subject: str
    sender: str
    recipients: tuple[Recipient, ...]
    stanzas: tuple[StanzaCount, ...]
    purpose: str
    lawful_basis: str
    issued: datetime
    expires: datetime
    directory_version: int
    directory_sha256: str
    schemas: tuple[str, ...]
    files: tuple[FileEntry, ...]
    supersedes: str | None = None
    in_reply_to: str | None = None
    protection: Protection | None = None


class StanzaCountSchema(PartSchema):
    """Loads :class:`StanzaCount`."""

    MAKES = StanzaCount

    type = Text("Stanza type as age writes it.", pattern=STANZA_TYPE, most=64)
    count = Whole("How many.", least=1, most=10_000)


def _names_no_device(entry: FileEntry) -> Iterator[FieldPath]:
    if entry.path.rpartition("/")[2].partition(".")[0].lower() in _DEVICES:
        yield ("path",)


def _lies_where_its_role_lies(entry: FileEntry) -> Iterator[FieldPath]:
    folder = {FileRole.RECORD: "data/records/", FileRole.DOCUMENT: "data/documents/"}
    if entry.role is FileRole.TAG:
        fits = entry.path in TAG_PATHS
    else:
        fits = entry.path.startswith(folder[entry.role])
    if not fits:
        yield ("path",)


def _type_fits_role(entry: FileEntry) -> Iterator[FieldPath]:
    is_schema = entry.type.startswith("sen.")
    fits = {
        FileRole.RECORD: is_schema,
        FileRole.DOCUMENT: not is_schema and entry.type != TAG_TYPE,
        FileRole.TAG: entry.type == TAG_TYPE,
    }
    if not fits[entry.role]:
        yield ("type",)


def _subject_fits_role(entry: FileEntry) -> Iterator[FieldPath]:
    if (entry.subject is None) is not (entry.role is FileRole.TAG):
        yield ("subject",)


class FileEntrySchema(PartSchema):
    """Loads :class:`FileEntry`."""

    MAKES = FileEntry
    RULES = (
        Rule("path-device", "no name that Windows keeps for a device", _names_no_device),
        Rule("path-role", "path lies in the folder of its role", _lies_where_its_role_lies),
        Rule(
            "type-role",
            "type is a schema id for a record, a document type for a document, tag for a tag",
            _type_fits_role,
        ),
        Rule("subject-role", "records and documents have a subject, tags none", _subject_fits_role),
    )

    id = Uuid("Random id of the file.")
    path = Text("Path in the bag.", pattern=PATH, most=MAX_PATH)
    role = Choice(FileRole, "What the file is in the bag.")
    type = Text(
        "Schema id, document type code, or tag.",
        pattern=f"{SCHEMA_FORM.removesuffix('$')}$|^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        most=80,
    )
    media_type = Text("Media type without parameters.", pattern=MEDIA_TYPE, most=127)
    subject = Uuid("The pupil it is about.", required=False)
    title = Line("What a person calls it.", required=False)
    author = Line("Who wrote it.", required=False)
    authored = Day("The day it was written.", required=False)
    issued = Day("The day it was issued.", required=False)
    size = Whole("Bytes.")
    sha256 = Sha256("SHA-256 of its bytes.")


def _expires_later(made: Statement) -> Iterator[FieldPath]:
    if made.expires <= made.issued:
        yield ("expires",)


def _paths_differ(made: Statement) -> Iterator[FieldPath]:
    seen: set[str] = set()
    for index, entry in enumerate(made.files):
        if entry.path.casefold() in seen:
            yield ("files", index, "path")
        seen.add(entry.path.casefold())


def _ids_differ(made: Statement) -> Iterator[FieldPath]:
    seen: set[str] = set()
    for index, entry in enumerate(made.files):
        if entry.id in seen:
            yield ("files", index, "id")
        seen.add(entry.id)


def _one_subject(made: Statement) -> Iterator[FieldPath]:
    for index, entry in enumerate(made.files):
        if entry.subject is not None and entry.subject != made.subject:
            yield ("files", index, "subject")


def _schemas_listed(made: Statement) -> Iterator[FieldPath]:
    for index, entry in enumerate(made.files):
        if entry.role is FileRole.RECORD and entry.type not in made.schemas:
            yield ("files", index, "type")


def _stanza_types_differ(made: Statement) -> Iterator[FieldPath]:
    seen: set[str] = set()
    for index, stanza in enumerate(made.stanzas):
        if stanza.type in seen:
            yield ("stanzas", index, "type")
        seen.add(stanza.type)


def _one_inbox(made: Statement) -> Iterator[FieldPath]:
    wanted = InboxName.DSL if made.kind is BundleKind.CP_FILE else made.recipients[0].inbox
    yield from other_inboxes(made.recipients, wanted)


def _no_guest_of_cp(made: Statement) -> Iterator[FieldPath]:
    if made.protection is not None and made.kind is BundleKind.CP_FILE:
        yield ("protection",)


def _speaks_of_others(made: Statement) -> Iterator[FieldPath]:
    for name in ("supersedes", "in_reply_to"):
        if getattr(made, name) == made.id:
            yield (name,)


class StatementSchema(RecordSchema):
    """Loads :class:`Statement`."""

    SCHEMA_ID = "sen.statement/1.0"
    MAKES = Statement
    RULES = (
        Rule("expires-early", "expires after it was issued", _expires_later),
        Rule("path-repeated", "no path twice, whatever its case", _paths_differ),
        Rule("id-repeated", "no file id twice", _ids_differ),
        Rule("other-subject", "every file is about the statement's subject", _one_subject),
        Rule("schema-unlisted", "the schema of every record is in schemas", _schemas_listed),
        Rule("stanza-repeated", "no stanza type twice", _stanza_types_differ),
        Rule(
            "recipient-repeated",
            "no organisation twice",
            lambda made: repeated_organisations(made.recipients),
        ),
        Rule("key-repeated", "no key twice", lambda made: repeated_keys(made.recipients)),
        Rule("inbox-mixed", "one inbox for all; dsl for a cp-file", _one_inbox),
        Rule(
            "guest-protection",
            "a passphrase is for one guest, and a guest for a passphrase",
            lambda made: unfit_guests(made.recipients, made.protection),
        ),
        Rule("guest-cp", "a cp-file is never a guest copy", _no_guest_of_cp),
        Rule("refers-to-itself", "supersedes and in_reply_to name others", _speaks_of_others),
    )

    id = Uuid("The bundle's id.", v7=True)
    release_id = Uuid("Shared by the bundles of one decision to send.")
    nonce = Sha256("256 random bits.")
    kind = Choice(BundleKind, "What the bundle is sent for.")
    subject = Uuid("The one pupil that the bundle is about.")
    sender = Uuid("The organisation that signs.")
    recipients = Items(Nested[Recipient](RecipientSchema), "Whom it is for.", least=1, most=100)
    stanzas = Items(
        Nested[StanzaCount](StanzaCountSchema), "The age header, counted.", least=1, most=20
    )
    purpose = Code("purpose", "Why it is shared.")
    lawful_basis = Code("lawful-basis", "On what basis in law.")
    issued = Instant("When it was signed, by the sender's clock.")
    expires = Instant("When it is no longer to be collected.")
    supersedes = Uuid("The bundle that this one replaces.", v7=True, required=False)
    in_reply_to = Uuid("The bundle that this one answers.", v7=True, required=False)
    protection = Choice(Protection, "How it is sealed, if not to keys.", required=False)
    directory_version = Whole("Version of the directory that the keys were taken from.")
    directory_sha256 = Sha256("SHA-256 of that directory.")
    schemas = Items(
        Text("A schema id.", pattern=SCHEMA_FORM, most=80),
        "Every schema that the records use.",
        most=100,
        unique=True,
    )
    files = Items(Nested[FileEntry](FileEntrySchema), "Every inner file.", least=1, most=MAX_FILES)
