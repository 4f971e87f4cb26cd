"""Form fields that take in what people type: lines, prose, days, numbers, people."""

from __future__ import annotations

from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovTextArea, GovTextInput
from wtforms import Field, StringField, TextAreaField

from schemas.people import Person, Phone


class LineField(StringField):  # type: ignore[misc]
    """One line; nothing but spaces is no answer."""

    data: Any
    widget = GovTextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the line in."""
        told = " ".join(valuelist[0].split()) if valuelist else ""
        self.data = told or None


class ProseField(TextAreaField):  # type: ignore[misc]
    """Text with line breaks."""

    widget = GovTextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text in; browsers send CR LF."""
        told = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip() if valuelist else ""
        self.data = told or None


class LinesField(TextAreaField):  # type: ignore[misc]
    """Several short texts, one a line."""

    data: Any
    widget = GovTextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the lines in; empty ones are none."""
        lines = valuelist[0].splitlines() if valuelist else []
        self.data = tuple(told for line in lines if (told := line.strip()))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(" ".join(str(one).splitlines()) for one in self.data or ())


class PeopleField(LinesField):
    """People, "name, role" a line."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the people in.

        :raises ValueError: a line without a role.
        """
        super().process_formdata(valuelist)
        people = []
        for line in self.data or ():
            name, comma, role = (part.strip() for part in str(line).partition(","))
            if not (name and comma and role):
                raise ValueError("Write each person as name, role: Jo Brown, class teacher")
            people.append(Person(name=name, role=role))
        self.data = tuple(people)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{one.name}, {one.role}" for one in self.data or ())


class PhonesField(LinesField):
    """Telephone numbers, one a line; of which kind a number is stays as it came."""

    object_data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the numbers in."""
        super().process_formdata(valuelist)
        known = {one.number: one for one in self.object_data or ()}
        self.data = tuple(known.get(one, Phone(number=one)) for one in self.data)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(one.number for one in self.data or ())


class DayField(Field):  # type: ignore[misc]
    """A day in three boxes; all empty is no answer, half filled is a mistake."""

    raw_data: Any
    widget = GovDateInput()

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the day in; whatever number of boxes was sent, three are shown again."""
        super().process(formdata, data, extra_filters)
        if self.raw_data is not None and len(self.raw_data) != 3:
            self.raw_data = None if not self.raw_data else [*self.raw_data, "", "", ""][:3]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read day, month and year.

        :raises ValueError: no calendar has it.
        """
        parts = [one.strip() for one in valuelist]
        self.data = None
        if not any(parts):
            return
        try:
            if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts):
                raise ValueError
            day, month, year = (int(one) for one in parts)
            self.data = date(year, month, day)
            if not 1900 <= year <= 2199:
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError("Enter a real day, such as 27 3 2026") from None

    def _value(self) -> str:
        return ""


class NumberField(LineField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number.

        :raises ValueError: it is none.
        """
        super().process_formdata(valuelist)
        told, self.data = self.data, None
        if told is None:
            return
        if not (told.isascii() and told.isdigit() and len(told) < 10):
            raise ValueError("Enter a whole number, such as 12")
        self.data = int(told)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class NumbersField(LineField):
    """Whole numbers with commas between them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the numbers.

        :raises ValueError: one of them is none.
        """
        super().process_formdata(valuelist)
        told, self.data = self.data, ()
        parts = str(told).replace(",", " ").split() if told else []
        if not all(one.isascii() and one.isdigit() and len(one) < 4 for one in parts):
            raise ValueError("Enter numbers with commas between them, such as 1, 3")
        self.data = tuple(dict.fromkeys(int(one) for one in parts))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(str(one) for one in self.data or ())
