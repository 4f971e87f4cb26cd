"""A leavers' folder sorted by children: how far it is, and whose each of its files may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exchange.domain.folder_match import Match, Matcher
from exchange.domain.roster import Roster
from exchange.errors import NotFound
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.roster_of import roster_of
from exchange.services.tray.batch import Folder, get_folder
from exchange.services.tray.upload import Stage, Upload, of_batch, open_upload

NOBODY = "nobody"
"""In place of a pupil: a person said that it is not whose it was thought to be."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a folder is."""

    folder: Folder
    uploads: tuple[Upload, ...]

    @property
    def total(self) -> int:
        """Return how many files it holds, as far as is known; what was thrown away is gone."""
        return self.received + self.missing

    @property
    def missing(self) -> int:
        """Return how many files are still to come: a place may come twice, with other bytes."""
        came = {one.came for one in self.uploads}
        return sum((one.path, one.sha256) not in came for one in self.folder.expected)

    @property
    def received(self) -> int:
        """Return how many files have come."""
        return sum(not one.archive for one in self.uploads)

    @property
    def checked(self) -> int:
        """Return how many files were looked at."""
        return sum(not one.waits and not one.archive for one in self.uploads)

    @property
    def left(self) -> int:
        """Return how many are neither filed nor refused."""
        return sum(one.waits or one.stage is Stage.READY for one in self.uploads)

    @property
    def busy(self) -> bool:
        """Return whether something is still to come or to be looked at."""
        return self.missing > 0 or any(one.waits for one in self.uploads)


def progress_of(unit: UnitOfWork, folder: Folder) -> Progress:
    """Return how far a folder is."""
    return Progress(folder, of_batch(unit, folder.batch_id))


@dataclass(frozen=True, slots=True)
class OfChild:
    """What of a folder may be one child's.

    :param uploads: with why each is thought to be theirs.
    """

    pupil_id: str
    name: str
    uploads: tuple[tuple[Upload, Match], ...]

    @property
    def left(self) -> int:
        """Return how many are not filed yet."""
        return sum(one.waits or one.stage is Stage.READY for one, _ in self.uploads)


@dataclass(frozen=True, slots=True)
class Sorted(Progress):
    """A folder, sorted by children.

    :param unmatched: sub-folder -> what nobody can be proposed for.
    """

    children: tuple[OfChild, ...]
    unmatched: Mapping[str, tuple[tuple[Upload, Match], ...]]
    roster: Roster

    @property
    def refused(self) -> tuple[Upload, ...]:
        """Return what cannot be taken."""
        return tuple(one for one in self.uploads if one.stage is Stage.REFUSED)


def sort_folder(inside: Inside, unit: UnitOfWork, batch_id: str) -> Sorted:
    """Return a folder with whose each document may be; a person's choice comes first.

    :raises NotFound: ``item-unknown``.
    """
    folder, uploads = get_folder(unit, batch_id), of_batch(unit, batch_id)
    roster = roster_of(inside, unit)
    matcher = Matcher(roster)
    children: dict[str, list[tuple[Upload, Match]]] = {}
    unmatched: dict[str, list[tuple[Upload, Match]]] = {}
    for one in uploads:
        if one.archive or one.stage is Stage.REFUSED:
            continue
        match = _match(one, roster, matcher)
        if match.pupil_id is not None:
            children.setdefault(match.pupil_id, []).append((one, match))
        elif one.stage is not Stage.FILED:
            unmatched.setdefault(one.path.rpartition("/")[0], []).append((one, match))
    of_children = [
        OfChild(pupil_id, roster.children[pupil_id].display, tuple(found))
        for pupil_id, found in children.items()
    ]
    return Sorted(
        folder,
        uploads,
        tuple(sorted(of_children, key=lambda one: one.name.casefold())),
        {place: tuple(found) for place, found in sorted(unmatched.items())},
        roster,
    )


def _match(one: Upload, roster: Roster, matcher: Matcher) -> Match:
    if one.pupil_id in roster.children:
        return Match(one.pupil_id)
    if one.pupil_id == NOBODY:
        return Match(None)
    return matcher.match(one.path, one.mentions)


def release(inside: Inside, org_id: str, batch_id: str, upload_id: str, actor: Actor) -> None:
    """Say that an upload of a folder is not the child's whose it was thought to be.

    :raises NotFound: ``item-unknown``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        upload = open_upload(unit, upload_id)
        if upload.batch_id != batch_id:
            raise NotFound("item-unknown")
        unit.items.update(replace(upload, pupil_id=NOBODY, updated_at=now).item())
        unit.audit.record(actor, "upload.released", "upload", upload_id)
        unit.commit()


def assign(
    inside: Inside, org_id: str, batch_id: str, choice: Mapping[str, str], actor: Actor
) -> None:
    """Say whose uploads of a folder are: upload id -> pupil id.

    :raises NotFound: ``item-unknown``, ``pupil-unknown``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        listed = {one.upload_id: one for one in of_batch(unit, batch_id)}
        for upload_id, pupil_id in choice.items():
            upload = listed.get(upload_id)
            if upload is None:
                raise NotFound("item-unknown")
            unit.pupils.get(pupil_id)
            changed = replace(upload, pupil_id=pupil_id, updated_at=now)
            unit.items.update(changed.item())
            detail = {"pupil": pupil_id}
            unit.audit.record(actor, "upload.assigned", "upload", upload_id, detail=detail)
        unit.commit()
