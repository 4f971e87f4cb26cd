"""What else is known of a pupil: whom to reach, and results of statutory assessments."""

from __future__ import annotations

from exchange.web.pupils.described import YES_NO, PartPage, RecordPage, codes
from exchange.web.pupils.inputs import Spec
from schemas.attainment import Attainment, StageResult
from schemas.contact import Contact
from schemas.pupil import Pupil

CONTACTS = RecordPage(
    "contacts",
    "Contacts",
    Pupil,
    (),
    (
        PartPage(
            "contacts",
            "contact",
            "Parents, carers and others to reach",
            Contact,
            (
                Spec("title", "Title", "line", width="govuk-input--width-5"),
                Spec("forename", "Forename", "line"),
                Spec("surname", "Surname", "line", needed=True),
                Spec(
                    "relationship",
                    "What they are to the pupil",
                    "select",
                    choices=codes("contact-relationship"),
                ),
                Spec("order", "Whom to try first", "number", "1 is tried first.", needed=True),
                Spec(
                    "responsibility",
                    "Do they have parental responsibility?",
                    "radio",
                    choices=YES_NO,
                ),
                Spec(
                    "court_order",
                    "Does a court order limit contact, or what may be shared?",
                    "radio",
                    choices=YES_NO,
                ),
                Spec(
                    "arrangements",
                    "How to reach them safely",
                    "prose",
                    "For example: never by post; ring before noon.",
                ),
                Spec("phones", "Telephone numbers", "phones", "One a line.", rows=3),
                Spec("email", "Email address", "line"),
                Spec("address_as_pupil", "Do they live with the pupil?", "radio", choices=YES_NO),
                Spec("address-lines", "Their address", "lines", "Only if it is another.", rows=4),
                Spec("address-post_code", "Postcode", "line", width="govuk-input--width-10"),
            ),
            "surname",
            counts="order",
        ),
    ),
    hint="They go with the pupil's own record. Whom the family links are for is kept on the "
    "family's page.",
    dated=None,
)

_SHORT = "govuk-input--width-5"

ATTAINMENT = RecordPage(
    "attainment",
    "Attainment",
    Attainment,
    (),
    (
        PartPage(
            "results",
            "result",
            "Results of statutory assessments",
            StageResult,
            (
                Spec(
                    "subject",
                    "Subject",
                    "line",
                    "For example MAT or ENG.",
                    needed=True,
                    width=_SHORT,
                ),
                Spec("stage", "Key stage", "line", "For example KS2.", needed=True, width=_SHORT),
                Spec(
                    "result", "Result", "line", "For example 104 or EXS.", needed=True, width=_SHORT
                ),
                Spec("year", "Year", "line", "Of the assessment, such as 2026.", width=_SHORT),
                Spec(
                    "method", "How it was assessed", "line", "For example TA or TT.", width=_SHORT
                ),
                Spec("component", "Part of the subject", "line", width=_SHORT),
                Spec("result_date", "Day of the result", "day"),
            ),
            "subject",
            "In the codes of the common transfer file, as your system shows them.",
        ),
    ),
    dated=None,
)
