"""What a school says about a pupil's special educational needs.

``register``  the SEN register entry: provision, ranked needs, suspected needs
``plan``      the SEN support plan: outcomes, provision, strategies, cycles, reviews
``profile``   the one-page profile
``transition`` the plan for the move to the next school
"""

from __future__ import annotations

from schemas.sen.plan import (
    Cycle,
    Outcome,
    OutcomeStatus,
    Per,
    Provision,
    Review,
    SenSupportPlan,
    SenSupportPlanSchema,
    Specialist,
    Strategy,
)
from schemas.sen.profile import OnePageProfile, OnePageProfileSchema
from schemas.sen.register import (
    Need,
    ProvisionPeriod,
    SenRegister,
    SenRegisterSchema,
    SuspectedNeed,
)
from schemas.sen.transition import Meeting, TransitionPlan, TransitionPlanSchema, Visit

__all__ = [
    "Cycle",
    "Meeting",
    "Need",
    "OnePageProfile",
    "OnePageProfileSchema",
    "Outcome",
    "OutcomeStatus",
    "Per",
    "Provision",
    "ProvisionPeriod",
    "Review",
    "SenRegister",
    "SenRegisterSchema",
    "SenSupportPlan",
    "SenSupportPlanSchema",
    "Specialist",
    "Strategy",
    "SuspectedNeed",
    "TransitionPlan",
    "TransitionPlanSchema",
    "Visit",
]
