"""Identifiers of an organisation: URN, DfE number (LAESTAB), UKPRN, ODS code, LA code, org_id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self, TypeAlias

from schemas.codes import CodeSet, code_set
from schemas.errors import CodeSetError, IdentifierError
from schemas.identifiers.base import compact


@dataclass(frozen=True, slots=True, order=True)
class _Plain:
    """An identifier without a check digit: a scheme and a form."""

    value: str

    SCHEME: ClassVar[str]
    FORM: ClassVar[re.Pattern[str]]
    HINT: ClassVar[str]

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> Self:
        """Read the identifier, forgiving spaces and case.

        :raises IdentifierError: ``<scheme>-form``.
        """
        value = compact(text)
        if not cls.FORM.fullmatch(value):
            raise IdentifierError(f"{cls.SCHEME.replace('_', '-')}-form", path, cls.HINT)
        return cls(value)

    @property
    def scheme(self) -> str:
        """The name of the scheme, as the directory writes it."""
        return self.SCHEME

    def __str__(self) -> str:
        return self.value


class Urn(_Plain):
    """A school's unique reference number in the open register (GIAS): six digits."""

    __slots__ = ()
    SCHEME = "urn"
    FORM = re.compile("[1-9][0-9]{5}")
    HINT = "A URN has six digits; look it up on Get Information about Schools."


class Laestab(_Plain):
    """A school's DfE number: LA (3 digits) and establishment (4 digits), kept as seven digits."""

    __slots__ = ()
    SCHEME = "laestab"
    FORM = re.compile("[0-9]{7}")
    HINT = "A DfE number has seven digits, such as 123/4567."

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> Self:
        """Read ``1234567``, ``123/4567``, ``123-4567`` or ``123 4567``.

        :raises IdentifierError: ``laestab-form``.
        """
        return super().parse(re.sub(r"^(\s*[0-9]{3}\s*)[/-]", r"\1", text), path=path)

    @property
    def la(self) -> str:
        """The LA's three digits."""
        return self.value[:3]

    @property
    def establishment(self) -> str:
        """The establishment's four digits."""
        return self.value[3:]

    @property
    def with_slash(self) -> str:
        """The form that people know: ``123/4567``."""
        return f"{self.la}/{self.establishment}"


class Ukprn(_Plain):
    """A UK provider reference number: eight digits, the first a 1."""

    __slots__ = ()
    SCHEME = "ukprn"
    FORM = re.compile("1[0-9]{7}")
    HINT = "A UKPRN has eight digits and begins with 1."


class OdsCode(_Plain):
    """A health organisation's ODS code: three to six letters and digits."""

    __slots__ = ()
    SCHEME = "ods"
    FORM = re.compile("[A-Z0-9]{3,6}")
    HINT = "An ODS code has three to six letters and digits; look it up in the ODS portal."


class OrgId(_Plain):
    """An organisation's id in the exchange: a UUID in lower case, given once and for ever."""

    __slots__ = ()
    SCHEME = "org_id"
    FORM = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    HINT = "An organisation's id is a UUID, such as the directory shows it."

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> Self:
        """Read a UUID in its usual form with hyphens.

        :raises IdentifierError: ``org-id-form``.
        """
        value = compact(text).lower()
        if not cls.FORM.fullmatch(value):
            raise IdentifierError("org-id-form", path, cls.HINT)
        return cls(value)


class LaCode(_Plain):
    """A local authority's three-digit code."""

    __slots__ = ()
    SCHEME = "la"
    FORM = re.compile("[0-9]{3}")
    HINT = "An LA code has three digits; choose the council from the list."

    @classmethod
    def parse(cls, text: str, *, on: date | None = None, path: str = "") -> Self:
        """Read an LA code; with ``on``, one in force on that day.

        :raises IdentifierError: ``la-form``, ``la-unknown``, ``la-not-yet``, ``la-closed``.
        """
        code = super().parse(text, path=path)
        try:
            _las().lookup(code.value, on, path=path)
        except CodeSetError as error:
            raise IdentifierError(_LA_ERRORS[error.code], path, cls.HINT) from None
        return code

    @property
    def name(self) -> str:
        """The council's name."""
        return _las().lookup(self.value, importing=True).label


def _las() -> CodeSet:
    return code_set("la")


_LA_ERRORS = {
    "code-unknown": "la-unknown",
    "code-not-yet": "la-not-yet",
    "code-expired": "la-closed",
}

OrganisationIdentifier: TypeAlias = Urn | Laestab | Ukprn | OdsCode | LaCode | OrgId

# In the order in which a person most likely means them.
_SCHEMES: tuple[type[OrganisationIdentifier], ...] = (OrgId, Urn, Laestab, Ukprn, LaCode, OdsCode)
_BY_NAME: dict[str, type[OrganisationIdentifier]] = {
    **{kind.SCHEME: kind for kind in _SCHEMES},
    "dfe": Laestab,
    "org": OrgId,
}
_PREFIXED = re.compile(r"\s*([A-Za-z_]{2,8})\s*[:#]\s*(.+)", re.DOTALL)


def parse_any(text: str, *, path: str = "") -> tuple[OrganisationIdentifier, ...]:
    """Read what somebody typed to find an organisation.

    :param text: an identifier of any scheme, or one with its scheme before it
        (``urn:123456``, ``DfE: 123/4567``).
    :returns: every identifier that it can be, the likeliest first; seldom more than one: three
        digits are an LA code, and may be the ODS code of a council.
    :raises IdentifierError: ``organisation-identifier-unknown``, or the scheme's own code
        where the scheme was named.
    """
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed and (named := _BY_NAME.get(prefixed[1].lower())):
        return (named.parse(prefixed[2], path=path),)
    found = tuple(each for kind in _SCHEMES if (each := _try(kind, text)) is not None)
    if not found:
        raise IdentifierError(
            "organisation-identifier-unknown",
            path,
            "Type a URN, DfE number, UKPRN, ODS code, LA code or organisation id.",
        )
    return found


def _try(kind: type[OrganisationIdentifier], text: str) -> OrganisationIdentifier | None:
    """Parse, or say no; digits alone are an ODS code only where there are three (a council)."""
    bare = compact(text)
    if kind is OdsCode and bare.isdigit() and len(bare) != 3:
        return None
    try:
        return kind.parse(text)
    except IdentifierError:
        return None
