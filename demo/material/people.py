"""The invented people: who they are, before anything is written about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from demo.material.places import Place


@dataclass(frozen=True, slots=True)
class Contact:
    """A grown-up of a pupil, as a CTF names one."""

    order: int
    title: str
    forename: str
    surname: str
    relationship: str
    responsibility: bool
    phone: str
    email: str
    at_home: bool = True

    @property
    def name(self) -> str:
        """Title and full name."""
        return f"{self.title} {self.forename} {self.surname}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a pupil lives."""

    number: str
    street: str
    town: str
    postcode: str

    @property
    def line(self) -> str:
        """The address on one line."""
        return f"{self.number} {self.street}, {self.town}, Marlshire, {self.postcode}"


@dataclass(frozen=True, slots=True)
class Need:
    """One ranked need of the SEN register."""

    code: str
    rank: int
    since: date


@dataclass(frozen=True, slots=True)
class YearAttendance:
    """A school year's sessions; ``marks`` has one character a session from ``start`` on."""

    year: int
    start: date
    marks: str

    @property
    def possible(self) -> int:
        """Sessions on which the school was open to pupils."""
        return sum(mark not in "#" for mark in self.marks)

    @property
    def attended(self) -> int:
        """Sessions marked present, morning or afternoon."""
        return sum(mark in "/\\L" for mark in self.marks)

    @property
    def unauthorised(self) -> int:
        """Sessions of unauthorised absence."""
        return self.marks.count("O")

    @property
    def authorised(self) -> int:
        """Sessions of authorised absence."""
        return self.possible - self.attended - self.unauthorised

    @property
    def percent(self) -> float:
        """Attendance in per cent, one decimal."""
        return round(100 * self.attended / self.possible, 1)


@dataclass(frozen=True, slots=True)
class Pupil:
    """An invented leaver with everything that the documents and records draw on."""

    number: int
    pupil_id: str
    seed: int
    upn: str | None
    no_upn_reason: str | None
    forename: str
    surname: str
    known_as: str
    preferred_surname: str
    middle: str
    sex: str
    birth: date
    ethnicity: str
    languages: tuple[str, ...]
    address: Address
    contacts: tuple[Contact, ...]
    phone: str
    needs: tuple[Need, ...]
    provision: tuple[tuple[date, str], ...]
    attendance: tuple[YearAttendance, ...]
    joined: date
    previous: tuple[str, str | None] | None
    destination: Place
    by_folder: bool
    interest: str
    teacher: str
    key_adult: str
    condition: str | None = None
    suspected: str | None = None
    looked_after: bool = False
    service_child: bool = False
    twin: str | None = None
    scores: dict[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The pupil's folder in the material: a number, never a name."""
        return f"pupil-{self.number:02d}"

    @property
    def full_name(self) -> str:
        """Legal forename and surname."""
        return f"{self.forename} {self.surname}"

    @property
    def status(self) -> str:
        """The present SEN provision code: N, K or E."""
        return self.provision[-1][1]

    @property
    def need(self) -> str:
        """The code of the first need, or ``NONE``."""
        return self.needs[0].code if self.needs else "NONE"

    @property
    def words(self) -> dict[str, str]:
        """What the templates of the texts may say about this pupil."""
        he, him, his = ("she", "her", "her") if self.sex == "F" else ("he", "him", "his")
        return {
            "name": self.known_as,
            "he": he,
            "him": him,
            "his": his,
            "himself": him + "self",
            "He": he.capitalize(),
            "His": his.capitalize(),
            "interest": self.interest,
        }

    def say(self, text: str) -> str:
        """Fill a template such as ``{name} likes {his} book``."""
        return text.format(**self.words)
