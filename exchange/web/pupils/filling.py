"""Between a form and a record: fill the one from the other, and say at the field what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from exchange.web.forms import PageForm
from exchange.web.pupils.inputs import Spec, refuse_at
from schemas.base import Problem
from schemas.parts import Part
from schemas.people import Address, Person
from schemas.pupil import LookedAfter, Names
from schemas.school import School
from schemas.sen import Review

P = TypeVar("P", bound=Part)

WITHIN: Mapping[str, type[Part]] = {
    "address": Address,
    "author": Person,
    "looked_after": LookedAfter,
    "names": Names,
    "names_school": School,
    "person": Person,
    "review": Review,
}
"""What a field ``<name>-...`` is a field of."""

_FLAGS = {"yes": True, "no": False}

_SENTENCES = {
    "address-twice": "Give an address of their own, or say that they live with the pupil, not both",
    "blank": "Write something that can be read",
    "day-before-plans": "Check the year: EHC plans began on 1 September 2014",
    "day-to-come": "Give a day that has come",
    "ends-early": "The last day cannot be before the first",
    "identifier-invalid": "Check the number: a character of it is wrong",
    "missing": "Answer this question",
    "not-a-day": "Enter a real day, such as 27 3 2026",
    "not-in-set": "Choose one of the list",
    "number-repeated": "This number is used twice",
    "order-repeated": "This place in the order is used twice",
    "out-of-range": "This number is too small or too large",
    "outcome-unknown": "There is no outcome with one of these numbers",
    "rank-repeated": "Another current need has this rank",
    "sessions-exceed": "Attended and absent together cannot be more than the sessions possible",
    "too-long": "This is too long. Use fewer words",
    "too-short": "This is too short",
    "upn-check-letter": "Check the UPN: its first letter does not fit its digits",
    "upn-or-reason": "Give the UPN, or the reason why there is none, not both",
    "visit-not-made": "How it went can only be said of a visit that took place",
    "wrong-form": "Check this: it is not written as it should be",
    "wrong-type": "Answer this question",
}


def sentence_of(code: str) -> str:
    """Return what a person reads of a code of the schemas."""
    return _SENTENCES.get(code, "Check this answer")


def filled(part: Part | None, specs: Iterable[Spec]) -> dict[str, Any]:
    """Return the values of a part by the names of its fields."""
    return {one.name: _read(part, one.name) for one in specs} if part is not None else {}


def _read(part: Part, name: str) -> Any:
    outer, dash, inner = name.partition("-")
    value = getattr(part, outer)
    if dash:
        value = None if value is None else getattr(value, inner)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def made(
    kind: type[P],
    before: P | None,
    specs: Sequence[Spec],
    told: Mapping[str, Any],
    **start: Any,
) -> P:
    """Return a part with what was answered; what no field asks for stays as it was.

    :param start: what a new one has besides.
    """
    values: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for spec in specs:
        outer, dash, name = spec.name.partition("-")
        value = _FLAGS.get(told[spec.name], told[spec.name]) if spec.choices else told[spec.name]
        if dash:
            inner.setdefault(outer, {})[name] = value
        else:
            values[outer] = value
    for outer, parts in inner.items():
        old = getattr(before, outer) if before is not None else None
        values[outer] = _within(WITHIN[outer], old, parts)
    whole = _without_nothing(kind, values)
    if before is None:
        return kind(**{**_blank(kind), **start, **whole})
    return replace(before, **_all(kind, values))


def _within(kind: type[Part], before: Any, parts: Mapping[str, Any]) -> Part | None:
    """Return a part within a part; None where it says nothing at all."""
    if before is not None:
        changed = replace(before, **_all(kind, parts))
    else:
        changed = kind(**{**_blank(kind), **_without_nothing(kind, parts)})
    said = (getattr(changed, name) for name in kind.__dataclass_fields__)
    return changed if any(value not in (None, "", (), {}) for value in said) else None


def _without_nothing(kind: type[Part], values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not answered where the record has its own value for that."""
    return {
        name: value for name, value in values.items() if value is not None or _required(kind, name)
    }


def _all(kind: type[Part], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was not answered the value that the record has for nothing."""
    fields = kind.__dataclass_fields__
    return {
        name: fields[name].default if value is None and not _required(kind, name) else value
        for name, value in values.items()
    }


def _required(kind: type[Part], name: str) -> bool:
    field = kind.__dataclass_fields__[name]
    missing = field.default is field.default_factory  # both are dataclasses.MISSING
    return missing


def _blank(kind: type[Part]) -> dict[str, Any]:
    """Return None for what the record needs, so that its schema names it as missing."""
    return {name: None for name in kind.__dataclass_fields__ if _required(kind, name)}


def show_problems(
    form: PageForm, problems: Sequence[Problem], specs: Sequence[Spec], at: str = ""
) -> None:
    """Show what is wrong with a record at the fields of a form.

    :param at: where in the record the form's part stands; problems elsewhere stand above the form.
    """
    names = {one.name for one in specs}
    for code, path in problems:
        if at and not path.startswith(f"{at}/") and path != at:
            form.form_errors.append(f"Another part of this record needs care: {sentence_of(code)}")
            continue
        steps = path.removeprefix(at).strip("/").split("/")
        candidates = ("-".join(steps[:2]), steps[0])
        name = next((one for one in candidates if one in names), None)
        if name is None:
            name = next((one for one in sorted(names) if one.startswith(f"{steps[0]}-")), "")
        refuse_at(form, name, sentence_of(code))
