"""Which council is responsible for a child: that of the home address, not that of the school.

A pupil may come from another council's area. What a school tells "the local authority" (a request
for an assessment, a pack that was lawfully asked for) goes to the council of the child's home
address. Of a looked-after child somebody asks first: the council that looks after the child need
not be the one of the address.
"""

from __future__ import annotations

from dataclasses import dataclass

from exchange.errors import DestinationRefused
from exchange.ports import UnitOfWork
from exchange.services.inside import Inside
from exchange.services.trust import find_organisation
from keys.directory import Organisation
from schemas.base import load_bytes
from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class Responsible:
    """The council that is responsible for a child.

    :param code: its LA code; :param name: its label in the code list.
    :param org_id: of the organisation in the trust directory; None: it has not joined.
    :param ask: the child is looked after: ask which council is responsible, the record may be
        right and may not.
    """

    code: str
    name: str
    org_id: str | None
    ask: bool = False


def responsible_for(inside: Inside, pupil: Pupil) -> Responsible | None:
    """Return the council of a pupil's home address; None: nobody has recorded it."""
    code = pupil.home_authority
    if code is None:
        return None
    found = council_of_code(inside, code)
    care = pupil.looked_after
    return Responsible(
        code=code,
        name=found.name if found else _label(code),
        org_id=found.org_id if found else None,
        ask=bool(care and care.in_care),
    )


def responsible_council(inside: Inside, unit: UnitOfWork, pupil_id: str) -> Responsible | None:
    """Return the council of a pupil's home address; None: nobody has recorded it.

    :raises NotFound: ``pupil-unknown``.
    """
    return responsible_for(inside, load_bytes(Pupil, unit.pupils.get(pupil_id).record))


def is_another(known: Responsible | None, org_id: str) -> bool:
    """Return whether a council is, by what is recorded, not the one responsible for the child."""
    return known is not None and known.org_id != org_id


def council_of_code(inside: Inside, code: str) -> Organisation | None:
    """Return the council with an LA code that has joined, or None."""
    try:
        found = find_organisation(inside.directory(), code)
    except DestinationRefused:
        return None
    return found if found.kind == "la" and found.status == "open" else None


def _label(code: str) -> str:
    try:
        return code_set("la").lookup(code, importing=True).label
    except CodeSetError:
        return code
