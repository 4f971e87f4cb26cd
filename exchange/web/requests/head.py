"""What every page of a request is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.services.ehc_request.councils import Council, council_of
from exchange.services.ehc_request.gone import (
    can_be_handed_in,
    has_left,
    successor_of,
    untold,
)
from exchange.services.ehc_request.keeping import request_file
from exchange.services.ehc_request.model import FileState, RequestFile
from exchange.web.here import inside, may, org_id
from exchange.web.pupils.child import Child, child_of
from exchange.web.pupils.described import councils

OVER = frozenset({FileState.CLOSED, FileState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Desk:
    """One request as it lies before somebody.

    :param titles: of the pupil's documents, by id.
    """

    file: RequestFile
    child: Child
    council: Council
    titles: Mapping[str, str]

    def shared(self, **more: Any) -> dict[str, Any]:
        """Return what every template is given."""
        return {
            "child": self.child,
            "file": self.file,
            "council": self.council,
            "may_prepare": may(Role.SENCO, Role.SEN_ADMINISTRATOR) and not self.over,
            "may_send": may(Role.SENCO) and not self.over,
            "may_decide": may(Role.HEAD) and not self.over,
            "may_hand_in": may(Role.SENCO) and self.may_hand_in,
            "left": self.left,
            "untold": untold(self.file),
            "may_enter": may(Role.SENCO) and self.may_be_answered,
            **more,
        }

    @property
    def may_be_answered(self) -> bool:
        """Return whether a letter of the council can be entered: after a no another may come."""
        return bool(self.file.editions) and self.file.state is not FileState.WITHDRAWN

    @property
    def may_hand_in(self) -> bool:
        """Return whether files can be handed in: not beside a pack that this council has."""
        return not self.over and can_be_handed_in(self.file, self.council)

    @property
    def left(self) -> bool:
        """Return whether a pack went to this council, and it has left since."""
        return has_left(self.file, self.council)

    @property
    def successor(self) -> Council | None:
        """Return who has joined in the place of a council that left, as the directory says."""
        return successor_of(inside(), self.council)

    @property
    def over(self) -> bool:
        """Return whether nothing more is written."""
        return self.file.state in OVER


def desk_of(request_id: str) -> Desk:
    """Return a request of this organisation.

    :raises NotFound: ``request-unknown``: it is none of this organisation's.
    """
    with inside().store.reading(org_id()) as unit:
        file = request_file(unit, request_id)
        child = child_of(unit, file.pupil_id)
        titles = {
            one.document_id: one.title or one.file_name
            for one in unit.documents.of_pupil(file.pupil_id)
            if one.compartment == "general"
        }
    return Desk(file, child, council_of(inside(), file.record.authority), titles)


def council_choices(*known: str | None) -> Sequence[tuple[str, str]]:
    """Return the councils that can be asked: those of England, and those chosen already."""
    listed = dict(councils("ENG")())
    for code in known:
        if code and code not in listed:
            listed[code] = council_of(inside(), code).name
    return sorted(((code, f"{name} ({code})") for code, name in listed.items()), key=_name)


def _name(choice: tuple[str, str]) -> str:
    return choice[1]


def today() -> date:
    """Return the legal day."""
    return london_day(inside().clock.now())
