"""Fields whose values stand in a dated code set or are identifiers with rules of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas.codes import code_set
from schemas.errors import IdentifierError
from schemas.fields import Also, Definitions, RecordField, T, compiled, reads_newer_minor
from schemas.identifiers import Laestab, NhsNumber, Ukprn, Uln, Upn, Urn
from schemas.strict_json import JsonValue
from schemas.texts import Text

CODE_FORM = "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"
CBDS_FORM = "^[A-Z0-9]{1,6}$"


class Code(RecordField[str]):
    """A code of a dated set, of any period; a set that grows raises the schema's minor version.

    A record of a newer minor version may hold a code that this reader's set does not know yet:
    it is kept if it has a code's form, like an unknown field, and shown as not understood.
    """

    def __init__(
        self, name: str, about: str = "", *, history: bool = False, required: bool = True
    ) -> None:
        """Describe a code of the set ``name``; ``history`` takes codes of the past as well."""
        super().__init__(about, required=required)
        entries = tuple(code_set(name))
        usable = [each.code for each in entries if history or not each.import_only]
        self.name_of_set = name
        self.codes = tuple(dict.fromkeys(usable))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if type(value) is not str:
            raise self.wrong("wrong-type")
        has_form = len(value) <= 64 and compiled(CODE_FORM).fullmatch(value) is not None
        if value not in self.codes and not (has_form and reads_newer_minor()):
            raise self.wrong("not-in-set")
        return value

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return str(value) if isinstance(value, str) else value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the codes and the name of their set."""
        codes: list[JsonValue] = [*self.codes]
        return {"type": "string", "enum": codes, "x-code-set": self.name_of_set}


class CbdsCode(Text):
    """A code held to its form alone: its list here is unconfirmed, and files bring others.

    Labels for it are in the code set that is named; writers choose from that.
    """

    def __init__(self, name: str | None, about: str = "", *, required: bool = True) -> None:
        """Describe a code of the Common Basic Data Set, and the set with its labels, if any."""
        super().__init__(about, pattern=CBDS_FORM, most=6, required=required)
        self.name_of_set = name

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the form and the name of the set."""
        named: dict[str, JsonValue] = {"x-code-set": self.name_of_set} if self.name_of_set else {}
        return super().shape(defs) | named


class Identified(RecordField[T]):
    """An identifier, parsed once and typed afterwards; ``str`` of it is what is written."""

    def __init__(
        self,
        parse: Callable[[str], T],
        pattern: str,
        about: str = "",
        *,
        rule: str | None = None,
        required: bool = True,
    ) -> None:
        """Describe an identifier.

        :param parse: makes the typed value, raises ``IdentifierError``.
        :param pattern: its form as far as a pattern goes.
        :param rule: what ``parse`` asks beyond that, for the exported schema.
        """
        super().__init__(about, required=required)
        self.parse, self.pattern = parse, pattern
        if rule:
            self.also = (Also("identifier-invalid", rule),)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> T:
        if type(value) is not str:
            raise self.wrong("wrong-type")
        if compiled(self.pattern).fullmatch(value) is None:
            raise self.wrong("wrong-form")
        try:
            return self.parse(value)
        except IdentifierError as error:
            raise self.wrong(error.code) from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else str(value)

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the form; check characters are beyond a pattern."""
        return {"type": "string", "pattern": self.pattern}


def upn_field(about: str = "", *, required: bool = True) -> Identified[Upn]:
    """Return a field for a unique pupil number."""
    return Identified(
        Upn.parse,
        "^[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]$",
        about,
        rule="check letter right, LA code of a council that is or was",
        required=required,
    )


def uln_field(about: str = "", *, required: bool = True) -> Identified[Uln]:
    """Return a field for a unique learner number."""
    rule = "check digit right, not the temporary 9999999999"
    return Identified(Uln.parse, "^[0-9]{10}$", about, rule=rule, required=required)


def nhs_number_field(about: str = "", *, required: bool = True) -> Identified[NhsNumber]:
    """Return a field for an NHS number."""
    rule = "check digit right, no placeholder"
    return Identified(NhsNumber.parse, "^[0-9]{10}$", about, rule=rule, required=required)


def urn_field(about: str = "", *, required: bool = True) -> Identified[Urn]:
    """Return a field for a school's unique reference number."""
    return Identified(Urn.parse, "^[1-9][0-9]{5}$", about, required=required)


def laestab_field(about: str = "", *, required: bool = True) -> Identified[Laestab]:
    """Return a field for a DfE number, seven digits."""
    return Identified(Laestab.parse, "^[0-9]{7}$", about, required=required)


def ukprn_field(about: str = "", *, required: bool = True) -> Identified[Ukprn]:
    """Return a field for a UK provider reference number."""
    return Identified(Ukprn.parse, "^1[0-9]{7}$", about, required=required)
