"""What speaks for a request: points of the Code's 9.14, advice of reg 6, rounds so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.coded import Code
from schemas.fields import Day, Items, Whole
from schemas.parts import FieldPath, Part, PartSchema, Rule
from schemas.texts import Kebab, Line, Prose, Uuid


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PointEvidence(Part):
    """What the school says to one point of the Code's 9.14, and where it stands.

    :ivar documents: ids of files in the bundle.
    """

    point: str
    text: str | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AdviceThere(Part):
    """Advice of reg 6(1) that exists already; whether it suffices is decided by reg 6(4).

    :ivar kind: whose advice it is, such as ``psychology``.
    :ivar document: id of the file in the bundle; none where the school only knows of it.
    """

    kind: str
    title: str
    author: str | None = None
    authored: date | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CycleSummary(Part):
    """One round of assess, plan, do, review, in short."""

    number: int
    starts: date
    did: str
    ends: date | None = None
    reviewed: date | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer(Part):
    """The answer to a question of the authority's own form."""

    question: str
    code: str
    text: str


def _ends_after_start(made: CycleSummary) -> Iterator[FieldPath]:
    if made.ends is not None and made.ends < made.starts:
        yield ("ends",)


class PointEvidenceSchema(PartSchema):
    """Loads :class:`PointEvidence`."""

    MAKES = PointEvidence

    point = Code("evidence-point", "The point of the Code's 9.14.")
    text = Prose("What the school says to it.", required=False)
    documents = Items(Uuid(), "Files that show it.", most=200, unique=True, required=False)


class AdviceThereSchema(PartSchema):
    """Loads :class:`AdviceThere`."""

    MAKES = AdviceThere

    kind = Code("ehc-advice", "Whose advice of reg 6 it is.")
    title = Line("What it is.")
    author = Line("Who wrote it.", required=False)
    authored = Day("When it was written.", required=False)
    document = Uuid("The file.", required=False)


class CycleSummarySchema(PartSchema):
    """Loads :class:`CycleSummary`."""

    MAKES = CycleSummary
    RULES = (Rule("ends-early", "ends is not before starts", _ends_after_start),)

    number = Whole("Which round.", least=1, most=100)
    starts = Day("When it began.")
    did = Prose("What was planned and done.")
    ends = Day("When it ended.", required=False)
    reviewed = Day("When it was reviewed.", required=False)
    result = Prose("What came of it.", required=False)


class AnswerSchema(PartSchema):
    """Loads :class:`Answer`."""

    MAKES = Answer

    question = Line("The question.", most=400)
    code = Kebab("The question's code in the profile.")
    text = Prose("The answer.")
