"""Identifiers of a pupil: UPN, ULN, NHS number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from schemas.codes import code_set
from schemas.errors import IdentifierError
from schemas.identifiers.base import compact, weighted_sum_mod_11

UPN_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The 23 letters of a UPN, in the order of their values: no I, O or S."""

_UPN = re.compile(f"[{UPN_ALPHABET}][0-9]{{11}}[0-9{UPN_ALPHABET}]")
_UPN_BODY = re.compile(f"[0-9]{{11}}[0-9{UPN_ALPHABET}]")
_TEN_DIGITS = re.compile("[0-9]{10}")

_UPN_HINT = "Compare the UPN with the pupil's record; it has 13 characters, the first a letter."
_ULN_HINT = "Compare the ULN with the learner's record; it has ten digits."
_NHS_HINT = "Compare the NHS number with its source; it has ten digits."


def upn_check_letter(body: str) -> str:
    """Return the check letter for the other twelve characters of a UPN.

    Each character counts its value times its position in the whole UPN, 2 to 13; the sum modulo
    23 is the letter's place in :data:`UPN_ALPHABET`. In a temporary UPN the last character is a
    letter, worth its place. (DfE, Unique pupil numbers: guide for schools and LAs.)

    :param body: characters 2 to 13: LA (3), establishment (4), year (2), serial (3).
    :raises IdentifierError: ``upn-form``.
    """
    if not _UPN_BODY.fullmatch(body):
        raise IdentifierError("upn-form", hint=_UPN_HINT)
    values = (int(c) if c.isdigit() else UPN_ALPHABET.index(c) for c in body)
    total = sum(weight * value for weight, value in enumerate(values, start=2))
    return UPN_ALPHABET[total % 23]


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Upn:
    """A unique pupil number, permanent or temporary.

    :ivar value: thirteen characters in upper case.
    """

    value: str

    @classmethod
    def parse(cls, text: str, *, on: date | None = None, path: str = "") -> Upn:
        """Read a UPN.

        A UPN keeps the code of the LA that gave it, so an LA that is no more is good as well;
        with ``on``, an LA that was not there yet on that day is not.

        :raises IdentifierError: ``upn-form``, ``upn-check-letter``, ``upn-la-unknown``.
        """
        value = compact(text)
        if not _UPN.fullmatch(value):
            raise IdentifierError("upn-form", path, _UPN_HINT)
        if upn_check_letter(value[1:]) != value[0]:
            raise IdentifierError("upn-check-letter", path, _UPN_HINT)
        if not _la_was_there(value[1:4], on):
            raise IdentifierError("upn-la-unknown", path, _UPN_HINT)
        return cls(value)

    @classmethod
    def compose(cls, *, la: str, establishment: str, year: int, serial: str) -> Upn:
        """Build a UPN with its check letter.

        :param year: the year of allocation; its last two digits are used.
        :param serial: three digits, or two digits and a letter for a temporary UPN.
        :raises IdentifierError: as :meth:`parse`.
        """
        body = f"{la}{establishment}{year % 100:02d}{serial}"
        return cls.parse(upn_check_letter(body) + body)

    @property
    def la(self) -> str:
        """The LA that gave it: three digits."""
        return self.value[1:4]

    @property
    def establishment(self) -> str:
        """The school that gave it: four digits."""
        return self.value[4:8]

    @property
    def temporary(self) -> bool:
        """Whether it is a temporary UPN, which a school gives until it knows the permanent one."""
        return self.value[-1].isalpha()

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return "Upn(hidden)"


def _la_was_there(la: str, on: date | None) -> bool:
    if la not in code_set("la"):
        return False
    since = code_set("la").lookup(la, importing=True).since
    return on is None or since is None or since <= on


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Uln:
    """A unique learner number, ten digits."""

    value: str

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> Uln:
        """Read a ULN.

        :raises IdentifierError: ``uln-form``, ``uln-temporary`` (9999999999 says that the number
            is not known), ``uln-check-digit``.
        """
        value = compact(text)
        if not _TEN_DIGITS.fullmatch(value):
            raise IdentifierError("uln-form", path, _ULN_HINT)
        if value == "9999999999":
            raise IdentifierError("uln-temporary", path, "Leave the ULN out until it is known.")
        remainder = weighted_sum_mod_11(value)
        if remainder == 0 or 10 - remainder != int(value[9]):
            raise IdentifierError("uln-check-digit", path, _ULN_HINT)
        return cls(value)

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return "Uln(hidden)"


@dataclass(frozen=True, slots=True, order=True, repr=False)
class NhsNumber:
    """An NHS number, ten digits."""

    value: str

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> NhsNumber:
        """Read an NHS number, also one written 3-3-4 with spaces or hyphens.

        :raises IdentifierError: ``nhs-number-form``, ``nhs-number-check-digit``,
            ``nhs-number-placeholder`` (all zeros or all nines, which pass the check).
        """
        value = re.sub(r"^([0-9]{3})-([0-9]{3})-([0-9]{4})$", r"\1\2\3", compact(text))
        if not _TEN_DIGITS.fullmatch(value):
            raise IdentifierError("nhs-number-form", path, _NHS_HINT)
        if value in ("0" * 10, "9" * 10):
            raise IdentifierError("nhs-number-placeholder", path, _NHS_HINT)
        check = (11 - weighted_sum_mod_11(value)) % 11
        if check != int(value[9]):  # a check of 10 is no digit, so it never matches
            raise IdentifierError("nhs-number-check-digit", path, _NHS_HINT)
        return cls(value)

    @property
    def for_tests(self) -> bool:
        """Whether it is of the range 999 xxx xxxx, which is never given to a person."""
        return self.value.startswith("999")

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return "NhsNumber(hidden)"
