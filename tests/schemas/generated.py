"""Hypothesis strategies for records as JSON values, made by walking the marshmallow fields.

What single fields cannot know (one of two is there, numbers differ) is repaired afterwards, part
by part, in :data:`REPAIRS`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from schemas import fields as f
from schemas import texts as t
from schemas.base import RecordSchema, schema_of
from schemas.coded import Code, Identified
from schemas.identifiers import Laestab, NhsNumber, Ukprn, Uln, Upn, Urn
from schemas.parts import Nested, PartSchema, instance
from schemas.statement import PATH

Value = dict[str, Any]
Strategy = st.SearchStrategy[Any]

_LETTERS = st.characters(
    codec="utf-8",
    exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"],
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def _written(field: t.Line | t.Prose) -> Strategy:
    text = st.text(_LETTERS, min_size=0, max_size=min(field.most, 12) - 1)
    return st.tuples(text, st.sampled_from("aZ9é語🦊")).map("".join)


def _pattern(field: t.Text) -> Strategy:
    if field.pattern == PATH:
        return st.from_regex("[a-z0-9]{1,8}", fullmatch=True).map("data/documents/{}".format)
    texts = st.from_regex(field.pattern.replace("$|^", "|"), fullmatch=True)
    return texts.filter(lambda text: field.least <= len(text) <= field.most)


def _ten_digits(parse: Callable[[str], object]) -> st.SearchStrategy[str]:
    def checked(nine: str) -> str | None:
        for last in "0123456789":
            try:
                return str(parse(nine + last))
            except ValueError:
                continue
        return None

    nine = st.from_regex("[1-8][0-9]{8}", fullmatch=True)
    return nine.map(checked).filter(lambda text: text is not None)  # type: ignore[return-value]


_IDENTIFIERS: dict[Any, Strategy] = {
    Upn: st.builds(
        Upn.compose,
        la=st.sampled_from(["801", "330", "202"]),
        establishment=st.from_regex("[0-9]{4}", fullmatch=True),
        year=st.integers(1997, 2030),
        serial=st.from_regex("[0-9]{2}[0-9ABC]", fullmatch=True),
    ).map(str),
    Uln: _ten_digits(Uln.parse),
    NhsNumber: _ten_digits(NhsNumber.parse),
    Urn: st.from_regex("[1-9][0-9]{5}", fullmatch=True),
    Laestab: st.from_regex("[0-9]{7}", fullmatch=True),
    Ukprn: st.from_regex("1[0-9]{7}", fullmatch=True),
}


def _items(field: f.Items[Any]) -> Strategy:
    most = min(field.most, field.least + 2)
    unique = repr if field.unique else None
    return st.lists(_of_field(field.item), min_size=field.least, max_size=most, unique_by=unique)


def _days(first: int, last: int) -> st.SearchStrategy[str]:
    days = st.dates(min_value=date(first, 1, 1), max_value=date(last, 12, 31))
    return days.map(date.isoformat)


_KINDS: dict[type[f.RecordField[Any]], Callable[[Any], Strategy]] = {
    f.Items: _items,
    Nested: lambda field: of_part(field.part),
    t.Line: _written,
    t.Prose: _written,
    t.Text: _pattern,
    f.Whole: lambda field: st.integers(field.least, field.most),
    f.Flag: lambda field: st.booleans(),
    f.Day: lambda field: _days(1900, 2199),
    f.Instant: lambda field: _days(2000, 2100).map("{}T23:59:59Z".format),
    f.Choice: lambda field: st.sampled_from([str(code) for code in field.codes]),
    Code: lambda field: st.sampled_from(field.codes),
    Identified: lambda field: _IDENTIFIERS[field.parse.__self__],
}


def _of_field(field: f.RecordField[Any]) -> Strategy:
    kind = next(each for each in type(field).__mro__ if each in _KINDS)
    made = _KINDS[kind](field)
    return st.none() | made if field.allow_none else made


@cache
def of_part(schema: type[PartSchema]) -> Strategy:
    """Return a strategy for the JSON objects that ``schema`` takes."""
    known = dict(instance(schema).fields)
    del known["critical"]
    required: dict[str, Strategy] = {}
    if issubclass(schema, RecordSchema):
        del known["schema"]
        required["schema"] = st.just(schema.SCHEMA_ID)
    required |= {name: _of_field(each) for name, each in known.items() if each.required}
    optional = {name: _of_field(each) for name, each in known.items() if not each.required}
    made: Strategy = st.fixed_dictionaries(required, optional=optional)
    repair = REPAIRS.get(schema.__name__)
    return made.map(repair) if repair else made


def _drop(value: Value, *names: str) -> Value:
    return {name: each for name, each in value.items() if name not in names}


def _later(first: str, second: str) -> Callable[[Value], Value]:
    def repair(value: Value) -> Value:
        if first in value and second in value:
            value[first], value[second] = sorted((value[first], value[second]))
        return value

    return repair


def _numbered(name: str, items: str) -> Callable[[Value], Value]:
    def repair(value: Value) -> Value:
        for number, each in enumerate(value.get(items, ()), start=1):
            each[name] = number
        return value

    return repair


def _recipients(value: Value, inbox: str) -> None:
    value["recipients"] = value["recipients"][:1]
    value["recipients"][0]["inbox"] = inbox
    if "protection" in value and value.get("kind") != "cp-file":
        value["recipients"][0] |= {
            "guest": "R. Hill, SENCO, Hill School",
            "keys": value["recipients"][0]["keys"][:1],
        }
    else:
        value.pop("protection", None)
        value["recipients"][0].pop("guest", None)


def _statement(value: Value) -> Value:
    value["issued"], value["expires"] = "2026-06-20T09:30:00Z", "2026-09-20T09:30:00Z"
    _recipients(value, "dsl" if value["kind"] == "cp-file" else "general")
    value["stanzas"] = value["stanzas"][:1]
    value["id"] = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
    for number, each in enumerate(value["files"]):
        each["id"] = f"{number:08x}-3333-4333-8333-333333333333"
        each["path"] = f"data/documents/{number}.pdf"
        each["subject"] = value["subject"]
    return value


def _envelope(value: Value) -> Value:
    _recipients(value, value["inbox"])
    return value


def _receipt(value: Value) -> Value:
    value["previous"] = None if value["seq"] == 1 else "0f" * 32
    value = _drop(value, *(["exceptions", "used"] if value["kind"] != "imported" else []))
    value["exceptions"] = value.get("exceptions", [])[:1]
    if value["kind"] == "rejected":
        return {**value, "code": "expired"}
    return _drop(value, "code")


def _message(value: Value) -> Value:
    if value["kind"] == "records-answer":
        value = {**value, "answer": "send"}
    elif value["kind"] == "records-request":
        child = {"surname": "Ray", "forename": "Cy", "date_of_birth": "2015-03-09"}
        value = _drop({**value, "child": child}, "answer")
    else:
        value = _drop({**value, "text": "What helps?"}, "answer")
    return value


def _file_entry(value: Value) -> Value:
    return {**value, "role": "document", "type": "other", "subject": value["sha256"]}


def _pupil(value: Value) -> Value:
    value = _drop(value, "upn_unknown" if "upn" in value else "upn")
    if "upn" not in value:
        value["upn_unknown"] = "UN2"
    value["nhs_number_reason"] = "health-referral" if "nhs_number" in value else "not-known"
    return _numbered("order", "contacts")(value)


def _plan(value: Value) -> Value:
    value = _numbered("number", "cycles")(_numbered("number", "outcomes")(value))
    for each in value.get("provision", ()):
        each["outcomes"] = [outcome["number"] for outcome in value["outcomes"]][:1]
    return value


def _year(value: Value) -> Value:
    parts = [value.get(name, 0) for name in ("attended", "authorised", "unauthorised")]
    if sum(parts) > value["possible"]:
        value |= {"possible": 1_000, "attended": 300, "authorised": 20, "unauthorised": 10}
    return value


def _registration(value: Value) -> Value:
    value = _drop(value, "name_of_body")
    return {**value, "name_of_body": "x"} if value["body"] == "other" else value


def _wishes(value: Value) -> Value:
    may = value.get("may_read", [])
    barred = [each for each in value.get("may_not_read", []) if each not in may]
    named = ["A. Person"] if "named-people" in may else []
    return {**value, "may_not_read": barred, "named": named}


def _ehc_plan(value: Value) -> Value:
    for name, each in zip("ABC", value.get("sections", ()), strict=False):
        each["section"] = name
    return value


def _ehc_request(value: Value) -> Value:
    value["source"] = "2" if value["requested_by"] == "school" else "1"
    value = _drop(value, "status", "edition", "withdrawn_because")
    for point, each in zip(("needs", "action"), value.get("evidence", ()), strict=False):
        each["point"] = point
    return _numbered("number", "cycles")(value)


def _ehc_decision(value: Value) -> Value:
    answered = value["what"] in ("assess", "plan")
    value = {**value, "yes": True} if answered else _drop(value, "yes")
    return {**value, "decided": max(value["decided"], value["reached"])}


def _review_decision(value: Value) -> Value:
    amended = value["outcome"] == "amend"
    wanted = {**value, "notice": max(value.get("notice", ""), value["meeting"])}
    value = wanted if amended else _drop(value, "notice", "final")
    if "final" in value:
        value["final"] = max(value["final"], value["notice"])
    return {**value, "told": max(value["told"], value["meeting"])}


def _costs(value: Value) -> Value:
    return {**value, "total_pence": sum(each["yearly_pence"] for each in value["lines"])}


def _declaration(value: Value) -> Value:
    whole = "approved_by" in value and "approved_on" in value
    return value if whole else _drop(value, "approved_by", "approved_on")


def _contact(value: Value) -> Value:
    return _drop(value, "address") if value.get("address_as_pupil") else value


def _visit(value: Value) -> Value:
    return {**value, "made": True} if "how_it_went" in value else value


REPAIRS: dict[str, Callable[[Value], Value]] = {
    "StatementSchema": _statement,
    "EnvelopeSchema": _envelope,
    "ReceiptSchema": _receipt,
    "FileEntrySchema": _file_entry,
    "PupilSchema": _pupil,
    "ContactSchema": _contact,
    "AddressSchema": lambda value: {**value, "paon": "1"},
    "SchoolAttendedSchema": lambda value: _later("entry_date", "leaving_date")(
        {**value, "name": "A school"}
    ),
    "ProvisionPeriodSchema": _later("starts", "ends"),
    "NeedSchema": _later("starts", "ends"),
    "SenRegisterSchema": _numbered("rank", "needs"),
    "ProvisionSchema": _later("starts", "ends"),
    "CycleSchema": _later("starts", "ends"),
    "SenSupportPlanSchema": _plan,
    "VisitSchema": _visit,
    "YearAttendanceSchema": _year,
    "DslContactSchema": lambda value: {**value, "phone": "020 7946 0019"},
    "RegistrationSchema": _registration,
    "ReaderWishesSchema": _wishes,
    "ConsentSchema": lambda value: {**value, "note": "It is a duty."},
    "AdviceAskedSchema": _later("asked", "due"),
    "AdviceAnswerSchema": lambda value: {**value, "reason": "Not in our area."},
    "SpecialistReportSchema": _later("written", "issued"),
    "EhcPlanSchema": _ehc_plan,
    "AnnualReviewSchema": _later("meeting", "written"),
    "EhcRequestSchema": _ehc_request,
    "EhcDecisionSchema": _ehc_decision,
    "ConsultationAnswerSchema": lambda value: {**value, "text": "We have no place."},
    "ReviewDecisionSchema": _review_decision,
    "CostsSchema": _costs,
    "DeclarationSchema": _declaration,
    "CycleSummarySchema": _later("starts", "ends"),
    "MessageSchema": _message,
}


def of_record(kind: type[Any]) -> Strategy:
    """Return a strategy for valid records of the dataclass ``kind``."""
    return of_part(schema_of(kind))
