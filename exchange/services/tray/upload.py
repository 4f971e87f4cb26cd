"""One upload, as it is kept: clear what says nothing, sealed what people and documents say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from exchange.domain.guessing import NOTHING, Confidence, TypeGuess
from exchange.domain.roster import Sign
from exchange.errors import NotFound
from exchange.ports import Item, UnitOfWork
from schemas.strict_json import JsonValue

KIND = "upload"


class Stage(StrEnum):
    """How far an upload is; the codes are its item's state."""

    RECEIVED = "received"
    CHECKING = "checking"
    HELD = "held"
    """No scanner can be asked: it waits, it never passes."""
    READY = "ready"
    REFUSED = "refused"
    FILED = "filed"
    UNPACKED = "unpacked"


WAITING = (Stage.RECEIVED, Stage.CHECKING, Stage.HELD)
"""What the worker still has to look at."""

ACTIVE = frozenset(
    {
        "pdf-javascript",
        "pdf-launch",
        "pdf-automatic-action",
        "pdf-embedded-files",
        "pdf-rich-media",
        "pdf-xfa",
        "office-macros",
        "office-active-content",
        "office-embedded-files",
        "office-external-link",
        "office-dde",
        "rtf-embedded-files",
        "rtf-external-link",
        "document-polyglot",
    }
)
"""What acts or hides in a document: it is kept as a cleaned copy, or not at all."""

TELLS_TOO_MUCH = frozenset(
    {"image-location", "office-comments", "office-tracked-changes", "pdf-comments"}
)
"""What a person may wish to have stripped."""

NOT_CLEANABLE = "document-not-cleanable"
"""Why no cleaned copy was made; what does not act may still be kept as it is."""

LOCKED = frozenset({"pdf-password", "office-encrypted"})
"""Nobody can look inside, neither we nor who gets it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload.

    Sealed: all but ``upload_id``, ``stage``, times, ``blob``, ``attempts``, ``code``.

    :param path: its place in the leavers' folder; empty: it came by itself.
    :param batch_id: the folder that it came in, or None.
    :param pupil_id: whose a person said it is: None: nobody said so yet.
    :param by: who uploaded it, in which ``role``.
    :param archive: a whole folder as one ZIP, to be unpacked.
    :param warnings: codes of what was seen in it; ``removed`` of what its cleaned copy lost.
    :param code: why it was refused or is held; ``hint`` says what to do.
    :param guess: what type it may be.
    :param mentions: whom its text names: pupil id -> signs.
    :param title: as its properties say; likewise ``author``.
    :param wants_cleaning: a person asked for a cleaned copy.
    :param filed_as: the document that it became.
    :param sent_as: SHA-256 of what was sent, where a cleaned copy took its place.
    """

    upload_id: str
    stage: Stage
    file_name: str
    by: str
    role: str
    received_at: datetime
    updated_at: datetime
    blob: str
    size: int
    sha256: str
    crc32: int
    path: str = ""
    batch_id: str | None = None
    pupil_id: str | None = None
    archive: bool = False
    media_type: str = ""
    warnings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    code: str = ""
    hint: str = ""
    guess: TypeGuess = NOTHING
    mentions: Mapping[str, tuple[Sign, ...]] = field(default_factory=dict, hash=False)
    text_whole: bool = False
    title: str = ""
    author: str = ""
    authored: date | None = None
    wants_cleaning: bool = False
    filed_as: str | None = None
    sent_as: str = ""
    attempts: int = 0
    compartment: Literal["general", "cp"] = "general"
    lookup: str | None = None
    due_at: datetime | None = None
    version: int = 1

    @property
    def active(self) -> tuple[str, ...]:
        """Return what acts or hides in it."""
        return tuple(code for code in self.warnings if code in ACTIVE)

    @property
    def tells(self) -> tuple[str, ...]:
        """Return what it tells that its reader need not know."""
        return tuple(code for code in self.warnings if code in TELLS_TOO_MUCH)

    @property
    def came(self) -> tuple[str, str]:
        """Return its place in the folder and the SHA-256 of what was sent, cleaned since or not."""
        return self.path, self.sent_as or self.sha256

    @property
    def waits(self) -> bool:
        """Return whether the worker still has to look at it."""
        return self.stage in WAITING

    def at(self, stage: Stage, now: datetime, due_at: datetime | None, **more: Any) -> Upload:
        """Return it at another stage."""
        return replace(self, stage=stage, updated_at=now, due_at=due_at, **more)

    def item(self) -> Item:
        """Return it as it is stored."""
        clear: dict[str, JsonValue] = {"attempts": self.attempts, "code": self.code}
        if self.blob:
            clear["blob"] = self.blob
        return Item(
            KIND,
            self.upload_id,
            self.stage.value,
            _content(self),
            created_at=self.received_at,
            updated_at=self.updated_at,
            clear=clear,
            due_at=self.due_at,
            lookup=self.lookup,
            about=self.batch_id or self.pupil_id,
            compartment=self.compartment,
            version=self.version,
        )


_TEXTS = ("file_name", "by", "role", "sha256", "path", "media_type", "hint", "title", "author")
_PLAIN = ("size", "crc32", "batch_id", "pupil_id", "archive", "text_whole", "wants_cleaning")


def _content(upload: Upload) -> dict[str, JsonValue]:
    return {
        **{name: getattr(upload, name) for name in (*_TEXTS, *_PLAIN)},
        "filed_as": upload.filed_as,
        "sent_as": upload.sent_as,
        "warnings": list(upload.warnings),
        "removed": list(upload.removed),
        "guess": [upload.guess.type, upload.guess.confidence.value],
        "mentions": {who: [sign.value for sign in signs] for who, signs in upload.mentions.items()},
        "authored": upload.authored and upload.authored.isoformat(),
    }


def upload_of(item: Item) -> Upload:
    """Return the upload that an item keeps."""
    content: Any = item.content or {}
    guessed, confidence = content["guess"]
    authored = content["authored"]
    clear: Any = item.clear
    return Upload(
        upload_id=item.item_id,
        stage=Stage(item.state),
        received_at=item.created_at,
        updated_at=item.updated_at,
        blob=clear.get("blob", ""),
        attempts=clear["attempts"],
        code=clear["code"],
        warnings=tuple(content["warnings"]),
        removed=tuple(content["removed"]),
        guess=TypeGuess(guessed, Confidence(confidence)),
        mentions={
            who: tuple(Sign(sign) for sign in signs) for who, signs in content["mentions"].items()
        },
        authored=date.fromisoformat(authored) if authored else None,
        filed_as=content["filed_as"],
        sent_as=content.get("sent_as", ""),  # was not kept at first
        compartment=item.compartment,
        lookup=item.lookup,
        due_at=item.due_at,
        version=item.version,
        **{name: content[name] for name in (*_TEXTS, *_PLAIN)},
    )


def get_upload(unit: UnitOfWork, upload_id: str) -> Upload:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return upload_of(unit.items.get(KIND, upload_id))


def open_upload(unit: UnitOfWork, upload_id: str) -> Upload:
    """Return one that is neither filed nor unpacked.

    :raises NotFound: ``item-unknown``.
    """
    found = get_upload(unit, upload_id)
    if found.stage in (Stage.FILED, Stage.UNPACKED):
        raise NotFound("item-unknown")
    return found


def in_tray(unit: UnitOfWork) -> tuple[Upload, ...]:
    """Return what lies in the tray by itself, newest first; folders are apart."""
    found = (
        upload_of(item)
        for stage in (*WAITING, Stage.READY, Stage.REFUSED)
        for item in unit.items.all(KIND, stage.value)
    )
    alone = [one for one in found if one.batch_id is None]
    return tuple(sorted(alone, key=lambda one: one.received_at, reverse=True))


def of_pupil(unit: UnitOfWork, pupil_id: str) -> tuple[Upload, ...]:
    """Return what was uploaded on a pupil's page and waits there, newest first."""
    return tuple(one for one in in_tray(unit) if one.pupil_id == pupil_id)


def of_batch(unit: UnitOfWork, batch_id: str) -> tuple[Upload, ...]:
    """Return what came in one folder, by its place there."""
    found = [upload_of(item) for item in unit.items.about(KIND, batch_id)]
    return tuple(sorted(found, key=lambda one: one.path.casefold()))
