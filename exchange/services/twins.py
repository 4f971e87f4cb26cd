"""The twin check: before sending, a person says whom each doubtful document is about.

What they said is kept sealed beside the document, and holds for what was in doubt then: a child
who joins later, or a document that was changed, is a new question.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from exchange.domain.roster import Roster
from exchange.domain.twins import Doubt, codes, doubts_in
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor, Item, StoredDocument, UnitOfWork
from exchange.services.document_texts import text_of
from exchange.services.inside import Inside
from exchange.services.roster_of import roster_of

KIND = "twin-answer"
DOUBTED = "twin-check-open"
"""The code of what is not sent until a person said whom its documents are about."""
About = Literal["this-pupil", "both"]
"""What can be confirmed: it is this pupil's, or of several children and may go with this one."""


@dataclass(frozen=True, slots=True)
class TwinDoubt:
    """One document that may be about another pupil.

    :param codes: why (:class:`exchange.domain.twins.Doubt`).
    :param others: ids of the pupils whom it may be about.
    """

    document: StoredDocument
    codes: tuple[str, ...]
    others: tuple[str, ...]
    sure: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def document_id(self) -> str:
        """Return the document's id."""
        return self.document.document_id


def unconfirmed(
    inside: Inside, unit: UnitOfWork, pupil_id: str, refs: Collection[str] | None = None
) -> tuple[TwinDoubt, ...]:
    """Return the documents of a pupil of which a person must still say whom they are about.

    :param refs: only these documents; None: all of the pupil's.
    :raises NotFound: ``pupil-unknown``.
    """
    return tuple(
        doubt for doubt in doubts(inside, unit, pupil_id, refs) if not _is_answered(unit, doubt)
    )


def doubts(
    inside: Inside, unit: UnitOfWork, pupil_id: str, refs: Collection[str] | None = None
) -> tuple[TwinDoubt, ...]:
    """Return every document of a pupil that may be about another, confirmed or not."""
    listed = [
        one for one in unit.documents.of_pupil(pupil_id) if refs is None or one.document_id in refs
    ]
    if not listed:
        return ()
    roster = roster_of(inside, unit)
    if pupil_id not in roster.children:
        raise NotFound("pupil-unknown")
    found = (_doubt(inside, unit, one, roster) for one in listed)
    return tuple(one for one in found if one is not None)


def _doubt(
    inside: Inside, unit: UnitOfWork, document: StoredDocument, roster: Roster
) -> TwinDoubt | None:
    read = text_of(inside, unit, document)
    name = document.file_name.replace("_", " ")
    told = "\n".join((read.text, name, document.title, document.author))
    found = doubts_in(told, document.pupil_id, roster, whole=read.whole)
    if not found:
        return None
    ranked = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    why = tuple((who, tuple(sorted(each))) for who, each in ranked)
    return TwinDoubt(document, codes(found), tuple(sorted(found)), why)


def doubts_of_text(
    text: str, pupil_id: str, roster: Roster, *, whole: bool
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return whom else something may be about that is not filed yet: pupil id, reasons."""
    found = doubts_in(text, pupil_id, roster, whole=whole)
    return tuple((who, tuple(sorted(each))) for who, each in sorted(found.items()))


def _is_answered(unit: UnitOfWork, doubt: TwinDoubt) -> bool:
    try:
        content: Any = unit.items.get(KIND, doubt.document_id).content
    except NotFound:
        return False
    document = doubt.document
    same = (content["sha256"], content["pupil"]) == (document.sha256, document.pupil_id)
    return (
        same
        and set(doubt.others) <= set(content["others"])
        and set(doubt.codes) <= set(content["codes"])
    )


def confirm(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    document_id: str,
    seen: Collection[str],
    actor: Actor,
    about: About = "this-pupil",
) -> None:
    """Record that a person looked, and whom a document is about.

    :param seen: the pupils whom they were asked about: if there are others by now, ask again.
    :raises NotFound: ``document-unknown``: none of this pupil's, or in no doubt.
    :raises UsageError: ``twin-doubt-changed``.
    """
    now = inside.clock.now()
    with inside.store.reading(org_id) as unit:  # a text that must be read takes a while
        found = doubts(inside, unit, pupil_id, {document_id})
    if not found:
        raise NotFound("document-unknown")
    doubt = found[0]
    if set(doubt.others) - set(seen):
        hint = "Another pupil may be meant. Look again, then confirm."
        raise UsageError("twin-doubt-changed", "/document", hint)
    with inside.store.unit(org_id) as unit:
        unit.items.remove(KIND, document_id)
        unit.items.add(
            Item(
                KIND,
                document_id,
                "confirmed",
                {
                    "pupil": pupil_id,
                    "sha256": doubt.document.sha256,
                    "others": list(doubt.others),
                    "codes": list(doubt.codes),
                    "about": about,
                    "by": actor.name,
                    "role": actor.role,
                },
                created_at=now,
                updated_at=now,
                about=pupil_id,
                compartment=doubt.document.compartment,
            )
        )
        unit.audit.record(
            actor,
            "document.confirmed-whose",
            "document",
            document_id,
            detail={"codes": ",".join(doubt.codes), "about": about},
        )
        unit.commit()


def require_no_doubt(
    inside: Inside, unit: UnitOfWork, pupil_id: str, refs: Collection[str]
) -> None:
    """Refuse to send documents of which nobody said yet whom they are about.

    :raises Refused: ``twin-check-open``.
    """
    left = unconfirmed(inside, unit, pupil_id, refs)
    if left:
        named = "; ".join(one.document_id for one in left)
        hint = (
            f"{named}. Each may be about another pupil. Look at them, then confirm whom they are"
            " about, or move them."
        )
        raise Refused(DOUBTED, "/documents", hint)


__all__ = [
    "DOUBTED",
    "About",
    "Doubt",
    "TwinDoubt",
    "confirm",
    "doubts",
    "doubts_of_text",
    "require_no_doubt",
    "unconfirmed",
]
