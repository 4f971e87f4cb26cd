"""One file of an agency under way: sealed to the organisation's public key while it streams in."""

from __future__ import annotations

import hashlib
import time
import uuid
from contextlib import ExitStack
from types import TracebackType

from exchange.errors import Refused, UsageError
from exchange.ports import Actor, Limits, UnitOfWork
from exchange.ports.items import Item
from exchange.services.links.agency_files import KIND, MOST_FILES, NEW, files_of
from exchange.services.links.door import Door
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import LinkState
from exchange.services.links.visiting import Visit, ended
from keys.age import encrypt
from schemas import strict_json

FACE = Actor("share", "face")
LONGEST_NAME = 255
_ASK_EVERY_BYTES = 1024 * 1024
_ASK_EVERY_SECONDS = 1.0


class AgencyReceiving:
    """One file under way: a sink for its bytes; unless it is finished, nothing of it stays."""

    def __init__(self, door: Door, visit: Visit, limits: Limits) -> None:
        self._door, self._visit, self._limit = door, visit, limits.document_bytes
        self._blob = uuid.uuid4().hex
        self._digest, self.size = hashlib.sha256(), 0
        self._asked_at, self._asked_size = time.monotonic(), 0
        recipients = door.keys(visit.org_id)
        self._stack = ExitStack()
        self._writer = self._stack.enter_context(door.blobs.create(visit.org_id, self._blob))
        self._sealed = encrypt(self._writer.file, recipients)

    def __enter__(self) -> AgencyReceiving:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def close(self) -> None:
        """Leave nothing behind, unless it was finished."""
        self._stack.close()

    def write(self, data: bytes) -> int:
        """Seal more of it.

        :raises Refused: ``document-too-large``.
        :raises NotFound: ``link-ended``: it was revoked meanwhile.
        """
        self.size += len(data)
        if self.size > self._limit:
            raise too_large(self._limit)
        now = time.monotonic()
        due = now - self._asked_at >= _ASK_EVERY_SECONDS
        if due or self.size - self._asked_size >= _ASK_EVERY_BYTES:
            self._asked_at, self._asked_size = now, self.size
            self._door.require_open(self._visit)
        self._digest.update(data)
        return self._sealed.write(data)

    def finish(self, name: str) -> None:
        """Keep it.

        :param name: as the browser has it; shown to people, never used as a path.
        :raises UsageError: ``file-name-invalid``, ``document-empty``.
        :raises Refused: ``files-too-many``.
        :raises NotFound: ``link-ended``.
        """
        shown = plain_name(name)
        if self.size == 0:
            raise UsageError("document-empty", "/files", "The file has no contents.")
        self._door.require_open(self._visit)
        self._sealed.close()
        self._writer.commit()
        label = ""
        try:
            told = {"name": shown, "size": self.size, "sha256": self._digest.hexdigest()}
            label = seal_to_link(self._door, self._visit, strict_json.dumps(dict(told)))
            self._add(label)
        except BaseException:
            for one in (self._blob, label):
                if one:
                    self._door.blobs.delete(self._visit.org_id, one)
            raise

    def _add(self, label: str) -> None:
        visit, now = self._visit, self._door.clock.now()
        with self._door.store.unit(visit.org_id) as unit:
            if count_of(unit, visit) >= MOST_FILES:
                raise too_many()
            if not _is_open(unit, visit):
                raise ended()
            unit.items.add(
                Item(
                    KIND,
                    str(uuid.uuid4()),
                    NEW,
                    None,
                    created_at=now,
                    updated_at=now,
                    clear={
                        "link": visit.link_id,
                        "blob": self._blob,
                        "blobs": [label],
                        "size": self.size,
                    },
                )
            )
            unit.audit.record(FACE, "agency.file-received", "link", visit.link_id)
            unit.commit()


def seal_to_link(door: Door, visit: Visit, content: bytes) -> str:
    """Seal something to the visitor's own link; return the blob's name."""
    name = uuid.uuid4().hex
    with door.blobs.create(visit.org_id, name) as writer:
        with encrypt(writer.file, [visit.secret.recipient]) as sealed:
            sealed.write(content)
        writer.commit()
    return name


def plain_name(name: str) -> str:
    """Return the last part of a name, as people see it; folders of the sender's are dropped.

    :raises UsageError: ``file-name-invalid``.
    """
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    if not last or last in (".", "..") or len(last) > LONGEST_NAME or not last.isprintable():
        hint = "Give the file another name, then add it again."
        raise UsageError("file-name-invalid", "/files", hint)
    return last


def too_large(limit: int) -> Refused:
    """Return the refusal of a file that is larger than we take."""
    most = f"{limit // (1024 * 1024)} MB" if limit >= 1024 * 1024 else f"{limit} bytes"
    hint = f"The most is {most}. Save it with smaller pictures, or split it."
    return Refused("document-too-large", "/files", hint)


def count_of(unit: UnitOfWork, visit: Visit) -> int:
    """Return how many files of a link were not sent yet."""
    return sum(1 for _ in files_of(unit, visit.link_id))


def _is_open(unit: UnitOfWork, visit: Visit) -> bool:
    return unit.items.get(LINK, visit.link_id).state == LinkState.OPEN


def too_many() -> Refused:
    """Return the refusal of one file more than a link may hold."""
    hint = f"The most is {MOST_FILES} files. Send these first, or take some back."
    return Refused("files-too-many", "/files", hint)
