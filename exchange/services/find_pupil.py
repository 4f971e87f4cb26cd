"""Find a pupil by what a person types: the reference, the beginning of it, or the UPN."""

from __future__ import annotations

import re

from exchange.errors import Conflict, NotFound
from exchange.ports import StoredPupil, UnitOfWork
from schemas.errors import IdentifierError
from schemas.identifiers import Upn

_REFERENCE = re.compile(r"[0-9a-f-]{6,36}")


def find_pupil(unit: UnitOfWork, typed: str) -> StoredPupil:
    """Return the pupil.

    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``pupil-ambiguous``: the beginning of more than one reference.
    """
    text = typed.strip()
    if _REFERENCE.fullmatch(text.lower()):
        found = [one for one in unit.pupils.all() if one.pupil_id.startswith(text.lower())]
        if len(found) > 1:
            raise Conflict("pupil-ambiguous", "/pupil", "Type more of the reference.")
        if found:
            return found[0]
    try:
        upn = str(Upn.parse(text))
    except IdentifierError:
        raise NotFound("pupil-unknown", "/pupil", "Look it up with `senx pupils`.") from None
    pupil = unit.pupils.by_upn(upn)
    if pupil is None:
        raise NotFound("pupil-unknown", "/pupil", "Look it up with `senx pupils`.")
    return pupil
