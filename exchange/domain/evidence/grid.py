"""The three lists over one request: points of the Code, advice of reg 6, what a profile wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from exchange.domain.evidence.model import Child, Found, Paper, Point, age_of, months_between
from exchange.domain.la_profiles import LaProfile, Want
from schemas.codes import Code, code_set
from schemas.ehc_request import EhcRequest
from schemas.strict_json import JsonValue


class Grid:
    """One request with its papers."""

    def __init__(
        self,
        request: EhcRequest,
        documents: Sequence[Paper],
        today: date,
        child: Child,
        records: frozenset[str],
    ) -> None:
        self._request, self._papers, self._today = request, documents, today
        self._child = child
        views = {"parent": "parent-views", "carer": "parent-views"}
        voices = {
            views.get(one.voice.value, "pupil-views")
            for one in request.views
            if one.text or one.documents
        }
        self._records = records | voices | ({"costs"} if request.costs is not None else set())

    def points(self) -> Iterator[Point]:
        """Yield the points of 9.14 in their order."""
        said = {one.point: one for one in self._request.evidence}
        for entry in code_set("evidence-point").current(self._today):
            own = said.get(entry.code)
            linked = frozenset(own.documents) if own else frozenset()
            yield Point(
                code=entry.code,
                label=entry.label,
                number=_number(entry),
                source=f"SEND Code of Practice 9.14, point {_number(entry)}",
                found=self._found(_strings(entry, "types"), linked),
                text=own.text if own else None,
                records=self._of_records(_strings(entry, "records")),
                applies=self._old_enough(entry),
            )

    def advice(self) -> Iterator[Point]:
        """Yield the advice of reg 6(1) and (2) in its order."""
        said: dict[str, set[str]] = {}
        for one in self._request.advice:
            if one.document is not None:
                said.setdefault(one.kind, set()).add(one.document)
        for number, entry in enumerate(code_set("ehc-advice").current(self._today), start=1):
            yield Point(
                code=entry.code,
                label=entry.label,
                number=number,
                source=f"SEND Regulations 2014, reg {entry.attributes['reg']}",
                found=self._found(_strings(entry, "types"), frozenset(said.get(entry.code, ()))),
                text=self._known_of(entry.code),
                applies=self._asked(str(entry.attributes.get("when", ""))),
            )

    def wants(self, profile: LaProfile) -> Iterator[Point]:
        """Yield what a profile likes to see, in its order."""
        for number, want in enumerate(profile.wants, start=1):
            yield Point(
                code=want.code,
                label=want.label,
                number=number,
                source=profile.name,
                found=self._found(frozenset(want.any_of), frozenset(), want),
                records=self._of_records(frozenset(want.records)),
                wanted=want.at_least,
            )

    def _known_of(self, kind: str) -> str | None:
        """Return titles of advice that the school knows of and does not have."""
        known = [
            one.title for one in self._request.advice if one.kind == kind and one.document is None
        ]
        return "; ".join(known) or None

    def _of_records(self, kinds: frozenset[str]) -> tuple[str, ...]:
        return tuple(sorted(kinds & self._records))

    def _found(
        self, types: frozenset[str], linked: frozenset[str], want: Want | None = None
    ) -> tuple[Found, ...]:
        oldest = want.oldest_months if want else None
        return tuple(
            Found(
                document_id=one.document_id,
                title=one.title,
                type=one.type,
                age=age_of(one.type, one.authored, self._today, oldest),
                months=None if one.authored is None else months_between(one.authored, self._today),
                linked=one.document_id in linked,
            )
            for one in self._papers
            if one.type in types or one.document_id in linked
        )

    def _old_enough(self, entry: Code) -> bool:
        least, born = entry.attributes.get("from_age"), self._child.born
        if not isinstance(least, int):
            return True
        if born is None:
            return False
        return months_between(born, self._today) >= least * 12

    def _asked(self, when: str) -> bool:
        year = self._child.nc_year or ""
        return {
            "": True,
            "asked": False,
            "year-9": year.isdigit() and int(year) >= 9,
            "hearing": bool(self._child.sen_types & {"HI", "MSI"}),
            "vision": bool(self._child.sen_types & {"VI", "MSI"}),
        }.get(when, True)


def _number(entry: Code) -> int:
    number = entry.attributes["number"]
    return number if isinstance(number, int) else 0


def _strings(entry: Code, name: str) -> frozenset[str]:
    value: JsonValue = entry.attributes.get(name)
    return frozenset(str(one) for one in value) if isinstance(value, list) else frozenset()
