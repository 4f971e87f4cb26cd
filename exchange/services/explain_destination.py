"""Say better why a destination was refused, by what the open register knows of it.

Names and numbers of schools are public, so that a hint may hold them; whose pack it is it never
says.
"""

from __future__ import annotations

from collections.abc import Sequence

from exchange.domain.school_names import school_numbers
from exchange.domain.schools import SchoolStatus, open_successors
from exchange.errors import DestinationRefused, ExchangeError
from exchange.ports import Directory
from exchange.ports.schools import School, SchoolQuery, SchoolRegister
from keys.errors import KeysError
from schemas.errors import IdentifierError
from schemas.identifiers import parse_any

_MOST_NAMED = 3


def explained(
    refused: DestinationRefused,
    register: SchoolRegister | None,
    directory: Directory,
    identifier: str,
) -> DestinationRefused:
    """Return the refusal, with a better hint where the register has one; the code stays.

    :param identifier: as it was typed.
    """
    if register is None:
        return refused
    try:
        hint = _hint(refused.code, register, directory, identifier)
    except ExchangeError:
        return refused  # no register here, or a damaged one: what was known before still holds
    return DestinationRefused(refused.code, refused.path, hint) if hint else refused


def _hint(code: str, register: SchoolRegister, directory: Directory, identifier: str) -> str | None:
    school = _school(register, identifier)
    if code == "destination-closed":
        return _closed(school, register, directory) if _has_moved(school) else None
    if code != "destination-unknown":
        return None
    if school is not None:
        return _not_joined(school, register, directory)
    register.stamp()  # without a register nothing can be looked up in it
    if school_numbers(identifier):
        return "The school register has no such number either. Look it up: `senx schools find`."
    return None if _is_number(identifier) else "Look up its number: `senx schools find NAME`."


def _school(register: SchoolRegister, identifier: str) -> School | None:
    """Return the school that a number means: the open one, where a closed one had it before."""
    numbers = school_numbers(identifier)
    found = register.search(SchoolQuery(numbers=numbers), 1) if numbers else ()
    return found[0] if found else None


def _is_number(identifier: str) -> bool:
    try:
        parse_any(identifier)
    except IdentifierError:
        return False
    return True


def _has_moved(school: School | None) -> bool:
    return school is not None and school.status is SchoolStatus.CLOSED and bool(school.successors)


def _not_joined(school: School, register: SchoolRegister, directory: Directory) -> str:
    if school.status is SchoolStatus.CLOSED:
        return _closed(school, register, directory)
    if school.status is SchoolStatus.PROPOSED:
        return f"{_named(school)} is not open yet, and has not joined."
    return f"{_named(school)} has not joined. Ask it to; until then nothing can be sent to it here."


def _closed(school: School | None, register: SchoolRegister, directory: Directory) -> str:
    if school is None:
        return ""
    after = open_successors(school, register.get)
    if not after:
        return (
            f"{_named(school)} is closed; the register names no open successor. "
            "Ask its council where its pupils went."
        )
    named = "; ".join(_successor(one, directory) for one in after[:_MOST_NAMED])
    verb = "its successor is" if len(after) == 1 else "its successors are"
    return f"{_named(school)} is closed; {verb} {named}."


def _successor(school: School, directory: Directory) -> str:
    return f"{_named(school)}, which {_joined(directory, school.urn)}"


def _joined(directory: Directory, urn: str) -> str:
    try:
        found = directory.find(urn)
    except KeysError:
        return "has not joined"
    return "has joined: confirm it and send there" if found.status == "open" else "has left again"


def _named(school: School) -> str:
    return ", ".join(_parts(school)) + f" (URN {school.urn})"


def _parts(school: School) -> Sequence[str]:
    return [school.name, school.town] if school.town else [school.name]
