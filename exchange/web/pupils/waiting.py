"""What lies in the tray for one pupil: on the pupil's page it would else be thought to be filed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from exchange.ports import UnitOfWork
from exchange.services.tray.batch import open_folders
from exchange.services.tray.upload import Stage, Upload, in_tray, of_batch
from exchange.web.tray.shown import state_of
from exchange.web.words import plain


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file.

    :param under: what it may be, or the folder in which it came.
    """

    name: str
    href: str
    under: str
    state: str


def waiting_for(unit: UnitOfWork, pupil_id: str) -> list[Waiting]:
    """Return the files that somebody gave to a pupil and nobody has filed, newest first.

    Of a folder also those whose text names this pupil alone.
    """
    found = [_line(one) for one in in_tray(unit) if one.pupil_id == pupil_id]
    for folder in open_folders(unit):
        listed = [one for one in of_batch(unit, folder.batch_id) if _is_theirs(one, pupil_id)]
        href = url_for("tray.batch", batch=folder.batch_id)
        found += [Waiting(one.file_name, href, folder.name, state_of(one)) for one in listed]
    return found


def _is_theirs(one: Upload, pupil_id: str) -> bool:
    if one.archive or one.stage in (Stage.FILED, Stage.UNPACKED):
        return False
    return one.pupil_id == pupil_id or (one.pupil_id is None and set(one.mentions) == {pupil_id})


def _line(one: Upload) -> Waiting:
    href = url_for("tray.file", upload=one.upload_id)
    guess = plain(one.guess.type) if one.guess.type else ""
    return Waiting(one.file_name, href, guess, state_of(one))
