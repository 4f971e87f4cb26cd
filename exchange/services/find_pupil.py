"""Find a pupil by what a person types: the reference, the beginning of it, or the UPN."""

from __future__ import annotations

import re

from exchange.errors import Conflict, NotFound
from exchange.ports import StoredPupil, UnitOfWork
from schemas.errors import IdentifierError
from schemas.identifiers import Upn

_WHOLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BEGINNING = re.compile(r"[0-9a-f-]{6,35}")


def find_pupil(unit: UnitOfWork, typed: str) -> StoredPupil:
    """Return the pupil.

    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``pupil-ambiguous``: the beginning of more than one reference.
    """
    text = typed.strip()
    if _WHOLE.fullmatch(text.lower()):
        return unit.pupils.get(text.lower())
    found = _beginning_with(unit, text.lower()) or _with_upn(unit, text)
    if found is None:
        raise NotFound("pupil-unknown", "/pupil", "Look it up with `senx pupils`.")
    return found


def _beginning_with(unit: UnitOfWork, text: str) -> StoredPupil | None:
    """Look through all: a person types a beginning once in a while, a program never does."""
    if not _BEGINNING.fullmatch(text):
        return None
    found = [one for one in unit.pupils.all() if one.pupil_id.startswith(text)]
    if len(found) > 1:
        raise Conflict("pupil-ambiguous", "/pupil", "Type more of the reference.")
    return found[0] if found else None


def _with_upn(unit: UnitOfWork, text: str) -> StoredPupil | None:
    try:
        return unit.pupils.by_upn(str(Upn.parse(text)))
    except IdentifierError:
        return None
