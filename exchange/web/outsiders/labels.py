"""The papers about which a family is asked, as staff tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from exchange.domain.access import may_see
from exchange.domain.clocks import london_day
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.links.pack_view import label_of
from exchange.web.here import inside, role
from exchange.web.words import day


@dataclass(frozen=True, slots=True)
class Choice:
    """One paper among others of its kind.

    :param page: where staff read it; empty: a record, of which there is one.
    """

    ref: str
    label: str
    page: str


def told_apart(unit: UnitOfWork, pupil: str, papers: Iterable[tuple[str, str]]) -> list[Choice]:
    """Return papers so that staff give nobody the wrong one of two; families see no titles.

    :param papers: reference and type of each.
    """
    documents = {one.document_id: one for one in unit.documents.of_pupil(pupil)}
    listed = [(ref, type_, documents.get(ref)) for ref, type_ in papers]
    labels = [_label(*one) for one in listed]
    often = Counter(labels)
    return [
        Choice(
            ref,
            f"{label}, came as {found.file_name}" if found and often[label] > 1 else label,
            url_for("pupils.document", pupil=pupil, document=ref) if found else "",
        )
        for label, (ref, _, found) in zip(labels, listed, strict=True)
    ]


def _label(ref: str, type_: str, found: StoredDocument | None) -> str:
    kind = label_of(type_, ref)
    if found is None or not may_see(role(), type_, london_day(inside().clock.now())):
        return kind
    told = dict.fromkeys([kind, found.title, found.author, day(found.authored)])
    return ", ".join(one for one in told if one)
