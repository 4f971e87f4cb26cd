"""The leavers' folder: what is to come, what has come, and whose it may be.

A folder is one item: its name and the list of its files, with digests. What was received stays
with it, so that after a broken connection only what is missing is sent. What was thrown away, or
filed so long ago that its row went, is remembered as done with: it came, and is not sent again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.tray.limits import FOLDER_BYTES, LONGEST_NAME, MOST_IN_FOLDER
from exchange.services.tray.upload import Stage, Upload, of_batch
from schemas.strict_json import JsonValue

KIND = "upload-folder"
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".localized", "ehthumbs.db"})
_HEX = frozenset("0123456789abcdef")
_DAMAGED = "document-unreadable"
"""The refusal that asks for the same file once more: it may come again."""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """One file that is to come: its place in the folder, its bytes, its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Folder:
    """One leavers' folder.

    :param name: as it is called on the person's machine; sealed.
    :param expected: what the browser said that it holds; empty for a ZIP.
    :param done: place and SHA-256 of what came and is no longer kept here; sealed as all of it.
    """

    batch_id: str
    name: str
    by: str
    begun_at: datetime
    expected: tuple[Expected, ...]
    done: tuple[tuple[str, str], ...] = ()
    state: str = "open"
    version: int = 1
    lookup: str | None = None

    def item(self, now: datetime) -> Item:
        """Return it as it is stored."""
        listed: list[JsonValue] = [[one.path, one.size, one.sha256] for one in self.expected]
        return Item(
            KIND,
            self.batch_id,
            self.state,
            {
                "name": self.name,
                "by": self.by,
                "expected": listed,
                "done": [[path, sha256] for path, sha256 in self.done],
            },
            created_at=self.begun_at,
            updated_at=now,
            lookup=self.lookup,
            version=self.version,
        )


def folder_of(item: Item) -> Folder:
    """Return the folder that an item keeps."""
    content: Any = item.content or {}
    return Folder(
        batch_id=item.item_id,
        name=content["name"],
        by=content["by"],
        begun_at=item.created_at,
        expected=tuple(Expected(*one) for one in content["expected"]),
        done=tuple((path, sha256) for path, sha256 in content.get("done", ())),  # not kept at first
        state=item.state,
        version=item.version,
        lookup=item.lookup,
    )


def get_folder(unit: UnitOfWork, batch_id: str) -> Folder:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return folder_of(unit.items.get(KIND, batch_id))


def require_open(unit: UnitOfWork, batch_id: str) -> None:
    """Refuse a file for a folder that somebody was done with meanwhile: nobody would look there.

    :raises Refused: ``folder-ended``.
    """
    try:
        folder = get_folder(unit, batch_id)
    except NotFound:
        return  # what comes with a report has no folder
    if folder.state != "open":
        hint = "Somebody was done with this folder meanwhile. Choose the folder again."
        raise Refused("folder-ended", "/folder", hint)


def open_folders(unit: UnitOfWork) -> tuple[Folder, ...]:
    """Return the folders that are not done with, newest first."""
    return tuple(reversed([folder_of(item) for item in unit.items.all(KIND, "open")]))


def announce(
    inside: Inside, org_id: str, name: str, files: Sequence[Expected], actor: Actor
) -> tuple[Folder, tuple[Expected, ...]]:
    """Begin a folder, or go on with the one of this name; return what of it is still missing.

    :param files: what it holds; files that programs make for themselves are left out.
    :raises Refused: ``folder-too-many``, ``folder-too-large``, ``folder-empty``,
        ``document-too-large``.
    :raises UsageError: ``file-name-invalid``, ``digest-invalid``.
    """
    wanted = tuple(sorted(one for one in map(_checked, files) if not is_junk(one.path)))
    _check_amount(inside, wanted)
    compartment = inside.vault.compartment(org_id, "general")
    lookup = compartment.tag("upload-folder", name.encode("utf-8", "surrogatepass"))
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        found = unit.items.find(KIND, lookup)
        if found is None:
            folder = Folder(str(uuid.uuid4()), name, actor.name, now, wanted, lookup=lookup)
            unit.items.add(folder.item(now))
            _record(unit, actor, "folder.begun", folder)
        else:
            folder = folder_of(found)
            folder = replace(folder, expected=_joined(folder, wanted), state="open")
            unit.items.update(folder.item(now))
            _record(unit, actor, "folder.resumed", folder)
        have = {*folder.done, *(one.came for one in of_batch(unit, folder.batch_id))}
        unit.commit()
    return folder, tuple(one for one in wanted if (one.path, one.sha256) not in have)


def _joined(folder: Folder, wanted: tuple[Expected, ...]) -> tuple[Expected, ...]:
    """Return what is to come now: at one place, what was said last; nothing that is done with."""
    joined = {one.path: one for one in (*folder.expected, *wanted)}
    done = frozenset(folder.done)
    return tuple(sorted(one for one in joined.values() if (one.path, one.sha256) not in done))


def done_in(unit: UnitOfWork, batch_id: str) -> frozenset[tuple[str, str]]:
    """Return place and SHA-256 of what of a folder came and is done with."""
    return frozenset(get_folder(unit, batch_id).done)


def be_done_with(unit: UnitOfWork, upload: Upload, now: datetime) -> None:
    """Note, as the row of a folder's file goes, that it came: else it would be thought missing."""
    if upload.batch_id is None or upload.archive:
        return
    try:
        folder = get_folder(unit, upload.batch_id)
    except NotFound:
        return  # it came with a report
    if folder.state != "open":
        return
    left = tuple(one for one in folder.expected if (one.path, one.sha256) != upload.came)
    damaged = upload.stage is Stage.REFUSED and upload.code == _DAMAGED
    done = folder.done if damaged else tuple(sorted({*folder.done, upload.came}))
    unit.items.update(replace(folder, expected=left, done=done).item(now))


def begin_archive(inside: Inside, org_id: str, name: str, actor: Actor) -> Folder:
    """Begin a folder that comes as one ZIP, or go on with the one of this name."""
    compartment = inside.vault.compartment(org_id, "general")
    lookup = compartment.tag("upload-folder", name.encode("utf-8", "surrogatepass"))
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        found = unit.items.find(KIND, lookup)
        if found is not None:
            return folder_of(found)
        folder = Folder(str(uuid.uuid4()), name, actor.name, now, (), lookup=lookup)
        unit.items.add(folder.item(now))
        _record(unit, actor, "folder.begun", folder)
        unit.commit()
    return folder


def close_folder(inside: Inside, org_id: str, batch_id: str, actor: Actor) -> None:
    """Be done with a folder of which nothing is left to file.

    :raises Refused: ``folder-not-done``.
    """
    with inside.store.unit(org_id) as unit:
        folder = get_folder(unit, batch_id)
        if any(one.waits or one.stage is Stage.READY for one in of_batch(unit, batch_id)):
            hint = "File the documents that are left, or throw them away."
            raise Refused("folder-not-done", "/folder", hint)
        # Its list has done its work; the names in it are children's.
        ended = replace(folder, state="done", lookup=None, expected=(), done=())
        unit.items.update(ended.item(inside.clock.now()))
        _record(unit, actor, "folder.done", folder)
        unit.commit()


def _record(unit: UnitOfWork, actor: Actor, action: str, folder: Folder) -> None:
    detail = {"files": str(len(folder.expected) + len(folder.done))}
    unit.audit.record(actor, action, "folder", folder.batch_id, detail=detail)


def _checked(one: Expected) -> Expected:
    if len(one.sha256) != 64 or not _HEX.issuperset(one.sha256) or one.size < 0:
        raise UsageError("digest-invalid", "/files", "Load this page again, then try again.")
    return replace(one, path=safe_path(one.path))


def _check_amount(inside: Inside, files: Sequence[Expected]) -> None:
    if not files:
        raise Refused("folder-empty", "/files", "There is no document in this folder.")
    if len(files) > MOST_IN_FOLDER:
        hint = f"The most is {MOST_IN_FOLDER} files. Upload one class at a time."
        raise Refused("folder-too-many", "/files", hint)
    if sum(one.size for one in files) > FOLDER_BYTES:
        raise Refused("folder-too-large", "/files", "Upload one class at a time.")


def safe_path(path: str) -> str:
    """Return a place in a folder, as people see it; never used as a path of ours.

    :raises UsageError: ``file-name-invalid``: it leads elsewhere, or is no name.
    """
    parts = path.split("/")
    drive = len(parts[0]) == 2 and parts[0][1] == ":"
    bad = any(one in ("", ".", "..") or "\0" in one for one in parts)
    if bad or drive or len(path) > LONGEST_NAME:
        raise UsageError("file-name-invalid", "/files", "Give the file another name.")
    return path


def is_junk(path: str) -> bool:
    """Return whether a program put this file there for itself."""
    *folders, name = path.split("/")
    low = name.casefold()
    own = low in _JUNK or low.startswith(("~$", "._", ".~lock."))
    return own or any(one == "__MACOSX" for one in folders)
