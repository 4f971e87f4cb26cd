"""What the head looks at: families who disagree, packs that went wrong, decisions to take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import due, london_day
from exchange.domain.disclosure import PARTS, Said, Wish, class_of
from exchange.errors import NotFound
from exchange.ports import StoredDocument, StoredPupil, UnitOfWork
from exchange.services.boards.kept import Board
from exchange.services.boards.leaver_packs import Packs
from exchange.services.boards.leavers import LeaversSource
from exchange.services.given_by_hand import given_by_pupil, given_to
from exchange.services.inside import Inside
from exchange.services.protect import protected_pupils, protection_of
from exchange.services.second_registration import second_registrations, seconds_of
from exchange.services.weigh import RECORD_TYPES
from schemas.errors import SchemaError

PACK = "pack"
"""What the pages call a pupil's whole pack where they name what a decision is about."""
_ANSWERS = frozenset({"objection-answered", "statutory-duty", "head-withholds", "safeguarding"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Somebody does not want something to go.

    :param speaker: ``family`` or ``pupil``.
    :param ref: what to decide about: a document's id, ``<record>``, or ``pack``: all of it.
    :param title: of a document; empty: the whole pack, or a record.
    :param due: by when it is answered with reasons; None: it is theirs to decide, and stays.
    """

    speaker: str
    ref: str
    title: str
    due: date | None


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One pupil about whom the head should know something.

    :param attention: codes of what went wrong with the newest pack.
    """

    pupil_id: str
    name: str
    sort: tuple[str, str]
    attention: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


class HeadSource(LeaversSource):
    """Makes the head's rows; a pupil about whom there is nothing to say has none."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, HeadRow]:  # type: ignore[override]
        """Return all rows by pupil id."""
        pupils = list(unit.pupils.all())
        packs = unit.transfers.glances(one.pupil_id for one in pupils)
        hidden, seconds = protected_pupils(unit), second_registrations(unit)
        given = given_by_pupil(unit)
        rows = {}
        for pupil in pupils:
            key = pupil.pupil_id
            sent = Packs(packs[key], seconds.get(key, ()), given.get(key, ()))
            row = self._head_row(unit, pupil, sent, today, key in hidden)
            if row is not None:
                rows[pupil.pupil_id] = row
        return rows

    def row(self, unit: UnitOfWork, key: str, today: date) -> HeadRow | None:  # type: ignore[override]
        """Return one pupil's row, or None."""
        try:
            pupil = unit.pupils.get(key)
        except NotFound:
            return None
        protected = protection_of(unit, key) is not None
        glances = unit.transfers.glances([key])[key]
        packs = Packs(glances, seconds_of(unit, key), given_to(unit, key))
        return self._head_row(unit, pupil, packs, today, protected)

    def _head_row(
        self,
        unit: UnitOfWork,
        pupil: StoredPupil,
        packs: Packs,
        today: date,
        protected: bool,
    ) -> HeadRow | None:
        made = self._made(unit, pupil, packs, today, protected)
        refused = tuple(_disagreements(pupil, unit.documents.of_pupil(pupil.pupil_id), today))
        if not made.attention and not refused:
            return None
        return HeadRow(pupil.pupil_id, made.name, made.sort, made.attention, refused)


class HeadBoard:
    """The head's rows of every organisation of this node; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._board: Board[HeadRow] = Board(inside, lambda _: HeadSource())

    def is_ready(self, org_id: str, patience: float = 0.7) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on."""
        return self._board.is_ready(org_id, patience)

    def rows(self, org_id: str) -> list[HeadRow]:
        """Return the rows of an organisation by surname.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return sorted(self._board.rows(org_id), key=lambda row: row.sort)


def _disagreements(
    pupil: StoredPupil, documents: Iterable[StoredDocument], on: date
) -> Iterator[Disagreement]:
    for key, said in pupil.said.items():
        slot, _, part = key.partition("/")
        type_ = part if part in PARTS.get(slot, ()) else RECORD_TYPES.get(slot, "other")
        for wish in _unanswered(said):
            yield Disagreement(wish.speaker, key or PACK, "", _due(wish, type_, on))
    for one in documents:
        if one.compartment == "general":
            for wish in _unanswered(one.said):
                yield Disagreement(
                    wish.speaker, one.document_id, one.title, _due(wish, one.type, on)
                )


def _unanswered(said: Said) -> list[Wish]:
    """Return the last word of each who refuses, where nobody has answered it since."""
    last = {one.speaker: one for one in said.wishes}
    return [
        wish
        for wish in last.values()
        if wish.wants == "refuses"
        and not any(one.reason in _ANSWERS and one.at >= wish.at for one in said.judgements)
    ]


def _due(wish: Wish, type_: str, on: date) -> date | None:
    """Return the last day of the month within which an objection is answered."""
    try:
        if class_of(type_, on)[0] == "family-own":
            return None
    except SchemaError:  # a type that is none any more: somebody looks at it all the same
        pass
    return due("subject-access", london_day(wish.at))  # UK GDPR, article 12(3), is of both
