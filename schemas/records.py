"""The one visible table of what this version reads: records, and the signed documents."""

from __future__ import annotations

from schemas.advice import AdviceAnswerSchema, AdviceAskedSchema
from schemas.annual_review import AnnualReviewSchema
from schemas.attainment import AttainmentSchema
from schemas.attendance import AttendanceSchema
from schemas.base import Registry
from schemas.consultation import ConsultationAnswerSchema
from schemas.ehc import EhcPlanSchema
from schemas.ehc_decision import EhcDecisionSchema
from schemas.ehc_request import EhcRequestSchema
from schemas.envelope import EnvelopeSchema
from schemas.message import MessageSchema
from schemas.pupil import PupilSchema
from schemas.receipt import ReceiptSchema
from schemas.report import SpecialistReportSchema
from schemas.review_decision import ReviewDecisionSchema
from schemas.safeguarding import SafeguardingFlagSchema
from schemas.sen import (
    OnePageProfileSchema,
    SenRegisterSchema,
    SenSupportPlanSchema,
    TransitionPlanSchema,
)
from schemas.statement import StatementSchema

RECORDS = Registry(
    PupilSchema,
    SenRegisterSchema,
    SenSupportPlanSchema,
    OnePageProfileSchema,
    TransitionPlanSchema,
    SpecialistReportSchema,
    AttendanceSchema,
    AttainmentSchema,
    SafeguardingFlagSchema,
    EhcPlanSchema,
    AnnualReviewSchema,
    EhcRequestSchema,
    EhcDecisionSchema,
    AdviceAskedSchema,
    AdviceAnswerSchema,
    ConsultationAnswerSchema,
    ReviewDecisionSchema,
    MessageSchema,
)
"""What a file under ``data/records/`` may be."""

DOCUMENTS = Registry(StatementSchema, EnvelopeSchema, ReceiptSchema)
"""What is signed."""
