"""The head of every page of a pupil: the name they go by, and what tells them from others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchange.domain.access import Role
from exchange.ports import UnitOfWork
from exchange.services.edit_record import current_pupil
from exchange.services.protect import hidden
from exchange.web.here import inside, may, org_id, visitor
from exchange.web.words import day
from schemas.codes import code_set
from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class Child:
    """What the head of a page shows.

    :param secret: where the child goes is not for this person to see.
    """

    pupil_id: str
    known_as: str
    first: str
    full_name: str
    born: str
    year: str
    upn: str
    secret: bool

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Return pairs of label and text."""
        told = [("Born", self.born), ("Year group", self.year), ("UPN", self.upn)]
        return [(label, text) for label, text in told if text]


def child_of(unit: UnitOfWork, pupil_id: str) -> Child:
    """Return the head of a pupil's pages.

    :raises NotFound: ``pupil-unknown``: none here, whoever else may have one with this id.
    """
    pupil = current_pupil(unit, pupil_id)
    names = pupil.names
    full = " ".join(one for one in (names.forename, names.middle_names, names.surname) if one)
    return Child(
        pupil_id=pupil_id,
        known_as=names.display,
        first=names.known_as or names.forename,
        full_name=full,
        born=day(pupil.date_of_birth),
        year=year_of(pupil),
        upn=str(pupil.upn) if pupil.upn else "",
        secret=hidden(unit, pupil_id, visitor().account_id),
    )


def year_of(pupil: Pupil) -> str:
    """Return the year group as people say it."""
    return label_of("nc-year", pupil.nc_year) if pupil.nc_year else ""


def label_of(name: str, code: str) -> str:
    """Return the label of a code; the code itself where the set has none."""
    codes = code_set(name)
    return codes.lookup(code, importing=True).label if code in codes else code


def page(pupil_id: str, **more: Any) -> Mapping[str, Any]:
    """Return what every template of a pupil is given."""
    with inside().store.reading(org_id()) as unit:
        shared = {"may_send": may_send(), "may_prepare": may_prepare()}
        return {"child": child_of(unit, pupil_id), **shared, **more}


def may_prepare() -> bool:
    """Return whether the person writes and files."""
    return may(Role.SENCO, Role.SEN_ADMINISTRATOR)


def may_send() -> bool:
    """Return whether the person sends, or only prepares and reads."""
    return may(Role.SENCO)
