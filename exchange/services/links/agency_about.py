"""What an author says of a report: type, standing, days, and who may read it. No I/O.

The same few fields are asked on the page behind a link, on a practitioner's own page, and where
staff file what came by mail. Here they are checked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from exchange.errors import UsageError, Wrapped
from schemas.base import dump
from schemas.codes import code_set
from schemas.errors import CodeSetError, SchemaError
from schemas.report import (
    Author,
    Reader,
    ReaderWishes,
    Registration,
    RegistrationBody,
    ReportStatus,
    SpecialistReport,
)
from schemas.strict_json import JsonValue

EVERYBODY, ONLY, NOT_THESE = "usual", "only", "not"
"""Who may read it: whom the rules name; only these; not these."""

READERS = (
    (Reader.SENCO, "SENCOs"),
    (Reader.DSL, "safeguarding leads"),
    (Reader.HEAD, "head teachers"),
    (Reader.STAFF, "staff who teach the pupil"),
    (Reader.LOCAL_AUTHORITY, "the local authority"),
    (Reader.PARENTS, "parents and carers"),
    (Reader.YOUNG_PERSON, "the young person"),
    (Reader.HEALTH, "health services"),
    (Reader.SOCIAL_CARE, "social care"),
)
REGISTERS = (
    (RegistrationBody.HCPC, "HCPC"),
    (RegistrationBody.GMC, "General Medical Council"),
    (RegistrationBody.NMC, "Nursing and Midwifery Council"),
    (RegistrationBody.GPHC, "General Pharmaceutical Council"),
    (RegistrationBody.SOCIAL_WORK_ENGLAND, "Social Work England"),
    (RegistrationBody.PATOSS, "Patoss"),
    (RegistrationBody.BPS, "British Psychological Society"),
    (RegistrationBody.TRA, "Teaching Regulation Agency"),
    (RegistrationBody.OTHER, "another"),
)
TYPES = (
    "ep-report",
    "slt-report",
    "ot-report",
    "physio-report",
    "sensory-report",
    "specialist-teacher-report",
    "camhs-report",
    "paediatric-report",
    "diagnosis-letter",
    "screening",
    "standardised-scores",
    "social-care-advice",
    "access-arrangements",
    "early-help",
    "healthcare-plan",
    "other",
)
"""Types that somebody outside may say a report is."""

_LONGEST = 200
_MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a report.

    :param register: code of the register that its author stands in, or empty.
    :param seen: days on which the pupil was seen; ``written`` when it was written.
    :param readers: :data:`EVERYBODY`, :data:`ONLY` or :data:`NOT_THESE`, of ``whom``.
    :param parents_have_seen: ``yes``, ``no`` or empty: nobody said.
    """

    type: str
    author: str
    role: str
    written: date
    organisation: str = ""
    register: str = ""
    number: str = ""
    register_name: str = ""
    seen: tuple[date, ...] = ()
    readers: str = EVERYBODY
    whom: tuple[str, ...] = ()
    parents_have_seen: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        values: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        return values | {
            "written": self.written.isoformat(),
            "seen": [one.isoformat() for one in self.seen],
            "whom": list(self.whom),
        }


def about_from_json(told: Mapping[str, Any]) -> About:
    """Return what :meth:`About.as_json` wrote.

    :raises UsageError: ``about-unclear``: it did not write this.
    """
    try:
        values = {one.name: told[one.name] for one in fields(About)}
        texts = [each for name, each in values.items() if name not in ("seen", "whom")]
        if not all(isinstance(each, str) for each in (*texts, *values["seen"], *values["whom"])):
            raise TypeError
        return About(
            **values
            | {
                "written": date.fromisoformat(values["written"]),
                "seen": tuple(date.fromisoformat(one) for one in values["seen"]),
                "whom": tuple(values["whom"]),
            }
        )
    except (KeyError, TypeError, ValueError):
        raise UsageError("about-unclear", "/about", "Fill the form in again.") from None


def check_about(about: About, today: date) -> About:
    """Return it as it can be kept.

    :raises UsageError: ``type-missing``, ``line-unclear``, ``day-unclear``, ``number-missing``,
        ``readers-missing``; the path is the field's.
    :raises Wrapped: another rule of the record.
    """
    if about.type not in types_on(today):
        raise UsageError("type-missing", "/type", "Choose what kind of report it is.")
    for name, least in (("author", 1), ("role", 1), ("organisation", 0), ("register_name", 0)):
        _line(getattr(about, name), f"/{name}", least)
    if about.written > today:
        raise UsageError("day-unclear", "/written", "The day of the report has not come yet.")
    if any(one > today for one in about.seen) or len(about.seen) > _MOST_DAYS:
        raise UsageError("day-unclear", "/seen", "Give days that have passed, one on each line.")
    if bool(about.register) is not bool(about.number.strip()):
        where = "/number" if about.register else "/register"
        raise UsageError("number-missing", where, "Give both, the register and the number in it.")
    if about.readers not in (EVERYBODY, ONLY, NOT_THESE):
        raise UsageError("readers-missing", "/readers", "Say who may read it.")
    if about.readers != EVERYBODY and not about.whom:
        raise UsageError("readers-missing", "/whom", "Tick at least one.")
    try:
        dump(record_of(about, "00000000-0000-4000-8000-000000000000", "Report"))
    except SchemaError as error:
        raise Wrapped.of(error) from None
    return about


def types_on(today: date) -> dict[str, str]:
    """Return code -> label of the types that a report may be."""
    codes = code_set("document-type")
    found: dict[str, str] = {}
    for one in TYPES:
        try:
            found[one] = codes.lookup(one, on=today).label
        except CodeSetError:
            continue
    return found


def record_of(
    about: About,
    subject: str,
    title: str,
    *,
    document: str | None = None,
    replaces: str | None = None,
    question: str | None = None,
) -> SpecialistReport:
    """Return the record that lies beside the report's file.

    :raises UsageError: ``readers-missing``: a reader is none.
    """
    return SpecialistReport(
        subject=subject,
        type=about.type,
        title=title,
        authors=(
            Author(
                name=about.author,
                role=about.role,
                organisation=about.organisation or None,
                registration=_registration(about),
            ),
        ),
        written=about.written,
        status=ReportStatus.AMENDED if replaces else ReportStatus.FINAL,
        seen=tuple(sorted(set(about.seen))),
        document=document,
        replaces=replaces,
        question=question,
        readers=wishes_of(about),
    )


def wishes_of(about: About) -> ReaderWishes:
    """Return the author's wishes about readers."""
    try:
        whom = tuple(Reader(one) for one in about.whom)
    except ValueError:
        raise UsageError("readers-missing", "/whom", "Choose from the list.") from None
    seen = {"yes": True, "no": False}.get(about.parents_have_seen)
    return ReaderWishes(
        may_read=whom if about.readers == ONLY else (),
        may_not_read=whom if about.readers == NOT_THESE else (),
        parents_have_seen=seen,
        reason=about.reason.strip() or None,
    )


_AUDIENCES: Mapping[Reader, Sequence[str]] = {
    Reader.SENCO: ("senco",),
    Reader.DSL: ("dsl",),
    Reader.HEAD: ("head",),
    Reader.STAFF: ("staff",),
    Reader.LOCAL_AUTHORITY: ("la",),
    Reader.PARENTS: ("family",),
    Reader.YOUNG_PERSON: ("family",),
    Reader.HEALTH: ("health",),
    Reader.SOCIAL_CARE: ("social-worker",),
}
"""Audiences of exchange.domain.disclosure for each reader; the family's page is one."""


def not_for(about: About) -> tuple[str, ...]:
    """Return for whom a report is not, as marks name audiences, where its author said so."""
    whom = {Reader(one) for one in about.whom}
    if about.readers == NOT_THESE:
        barred = whom
    elif about.readers == ONLY:
        # Parents and young person read one page: naming either opens it to the family.
        family = {Reader.PARENTS, Reader.YOUNG_PERSON}
        kept = whom | (family if whom & family else set())
        barred = {one for one, _ in READERS} - kept
    else:
        barred = set()
    return tuple(
        dict.fromkeys(who for one, _ in READERS if one in barred for who in _AUDIENCES[one])
    )


def _registration(about: About) -> Registration | None:
    if not about.register:
        return None
    try:
        body = RegistrationBody(about.register)
    except ValueError:
        raise UsageError("number-missing", "/register", "Choose from the list.") from None
    named = about.register_name.strip() if body is RegistrationBody.OTHER else ""
    return Registration(body=body, number=about.number.strip(), name_of_body=named or None)


def _line(text: str, path: str, least: int) -> None:
    told = text.strip()
    if len(told) < least or len(told) > _LONGEST or not text.isprintable():
        raise UsageError("line-unclear", path, "Write it on one line.")
