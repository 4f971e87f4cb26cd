"""A request for an EHC needs assessment (Children and Families Act 2014, s.36(1)).

What the school tells the local authority, in the order in which the authority weighs it: the
legal test (s.36(8)), the evidence of the SEND Code of Practice 2015, 9.14, advice that exists
(SEND Regulations 2014, reg 6), what was done and what it costs. The child's identity is in the
pupil's record, which travels in the same bundle: name, birth date, sex, UPN or the reason for
none. With ``source``, ``submitted`` and ``youth_accommodation`` that is the SEN2 person-level
block of a request, so that nobody has to type it again.
"""

from __future__ import annotations

from schemas.ehc_request.costs import Costs, ProvisionLine
from schemas.ehc_request.evidence import AdviceThere, Answer, CycleSummary, PointEvidence
from schemas.ehc_request.people import (
    Consent,
    ConsentTo,
    Declaration,
    Professional,
    View,
    Voice,
)
from schemas.ehc_request.request import (
    EhcRequest,
    EhcRequestSchema,
    Requester,
    RequestStatus,
    source_of,
)

__all__ = [
    "AdviceThere",
    "Answer",
    "Consent",
    "ConsentTo",
    "Costs",
    "CycleSummary",
    "Declaration",
    "EhcRequest",
    "EhcRequestSchema",
    "PointEvidence",
    "Professional",
    "ProvisionLine",
    "RequestStatus",
    "Requester",
    "View",
    "Voice",
    "source_of",
]
