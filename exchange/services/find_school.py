"""Find a school in the open register, and take a new edition of the register in.

The register says who exists; the trust directory says who has joined and by which keys. Nothing
is ever sent on the word of the register.
"""

from __future__ import annotations

from exchange.audit import NODE
from exchange.domain.school_names import parse_query
from exchange.domain.schools import FoundSchool, is_lookalike, open_successors
from exchange.errors import SettingsError
from exchange.ports import Actor
from exchange.ports.schools import RegisterReport, RegisterSource, School, SchoolRegister
from exchange.services.inside import Inside

_MOST_ALIKE = 25


def find_schools(register: SchoolRegister, text: str, limit: int = 20) -> tuple[FoundSchool, ...]:
    """Return the best answers, each with what keeps a person from a mistake.

    :param text: URN, DfE number, UKPRN, or words of name, town, council and postcode.
    :raises UsageError: ``search-empty``, ``search-too-long``.
    :raises NotFound: ``register-missing``.
    """
    found = register.search(parse_query(text), limit)
    return tuple(describe_school(register, one) for one in found)


def describe_school(register: SchoolRegister, school: School) -> FoundSchool:
    """Return a school with its open successors, and whether another is easily taken for it."""
    alike = register.sharing_look(school.look, _MOST_ALIKE)
    return FoundSchool(
        school=school,
        lookalike=is_lookalike(school, alike, register.get),
        successors=open_successors(school, register.get),
    )


def import_register(
    inside: Inside, source: RegisterSource, actor: Actor, *, allow_smaller: bool = False
) -> RegisterReport:
    """Take a register in and note it in the node's book.

    :raises FormatError: the file is no register; the one before stays.
    :raises Refused: ``register-smaller``: it holds much less than the one in place.
    :raises SettingsError: ``register-not-kept``: this node keeps none.
    """
    if inside.register is None:
        raise SettingsError("register-not-kept", "/register", "Ask your administrator.")
    report = inside.register.replace(source, inside.clock.now(), allow_smaller=allow_smaller)
    with inside.store.unit(NODE) as unit:
        unit.audit.record(
            actor,
            "register.import",
            "register",
            report.stamp.sha256,
            detail={"schools": str(report.stamp.schools), "links": str(report.stamp.links)},
        )
        unit.commit()
    return report
