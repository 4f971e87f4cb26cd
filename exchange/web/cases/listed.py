"""The papers of a case, one by one: which are in the child's record, and which are not, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from exchange.domain.access import may_see
from exchange.domain.transfer import State
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.cases import Case
from exchange.services.cases.contents import CaseContents, papers_of
from exchange.services.summarise_pack import PaperView
from exchange.web.cases import shown
from exchange.web.here import role
from exchange.web.words import plain


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper as a case lists it.

    :param tag: code of what a person must know of it: being checked, infected; or empty.
    :param why: why it could not be used, in words, or empty.
    :param apart: it is not in the child's record.
    :param read_at: when somebody opened it here first, or None.
    """

    title: str
    type: str
    url: str
    author: str
    authored: date | None
    tag: str = ""
    why: str = ""
    apart: bool = False
    read_at: datetime | None = None


def lines_of(unit: UnitOfWork, held: Case, inner: CaseContents | None) -> list[PaperLine]:
    """Return the papers that the person's role may see: the record's first, then the others."""
    today = shown.today()
    stored = [one for one in papers_of(unit, held) if may_see(role(), one.type, today)]
    read = _read_at(unit, stored)
    found = [_of_record(held, one, read.get(one.document_id)) for one in stored]
    if inner is not None:
        found += [_of_pack(held, inner, one) for one in _apart(inner, stored, today)]
    return found


def _read_at(unit: UnitOfWork, stored: Sequence[StoredDocument]) -> dict[str, datetime]:
    """Return when each was opened first, as the book says."""
    if not stored:
        return {}
    found: dict[str, datetime] = {}
    for one in unit.audit.about([each.document_id for each in stored]):
        if one.action == "document.opened":
            found.setdefault(one.object_id, one.at)
    return found


def _apart(inner: CaseContents, stored: Collection[StoredDocument], today: date) -> list[PaperView]:
    """Return the papers of the newest pack that are in no record of ours.

    Where the pack was taken in, these are what could not be used. Where it was not, all that is
    new in it; without a record, all of it.
    """
    taken_in = inner.page.arrival.state is State.IMPORTED
    seen = [one for one in inner.page.documents if may_see(role(), one.type, today)]
    if taken_in:
        return [one for one in seen if one.exception or not one.check.may_be_shown]
    return [one for one in seen if one.new or not stored]


def _of_record(held: Case, one: StoredDocument, read_at: datetime | None) -> PaperLine:
    return PaperLine(
        title=one.title or plain(one.type),
        type=one.type,
        url=url_for("cases.paper", case=held.case_id, document=one.document_id),
        author=one.author,
        authored=one.authored,
        tag="unscanned" if "unscanned" in one.warnings else "",
        read_at=read_at,
    )


def _of_pack(held: Case, inner: CaseContents, one: PaperView) -> PaperLine:
    bundle = inner.page.arrival.bundle_id
    return PaperLine(
        title=one.title or plain(one.type),
        type=one.type,
        url=url_for("cases.document", case=held.case_id, bundle=bundle, document=one.id),
        author=one.author,
        authored=one.authored,
        tag=one.check.verdict if one.check.verdict != "clean" else "",
        why=plain(one.exception) if one.exception else "",
        apart=True,
        read_at=one.used_at,
    )
