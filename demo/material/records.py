"""Writes a pupil's records as :mod:`schemas` has them, from the same facts as the documents."""

from __future__ import annotations

from datetime import date, timedelta

from demo.material import documents
from demo.material.charts import STEPS
from demo.material.documents import common
from demo.material.people import Pupil
from demo.material.places import LA_CODE, PRIMARY, Place
from demo.material.texts import conditions, need_text, suspicions
from schemas.base import SubjectRecord
from schemas.codes import code_set
from schemas.ehc import EhcPlan, EhcSection, EhcSectionName, EhcStatus
from schemas.identifiers import Laestab, Ukprn, Urn
from schemas.people import Person
from schemas.school import School
from schemas.sen import (
    Cycle,
    Meeting,
    Need,
    OnePageProfile,
    Outcome,
    OutcomeStatus,
    Provision,
    ProvisionPeriod,
    Review,
    SenRegister,
    SenSupportPlan,
    Specialist,
    Strategy,
    SuspectedNeed,
    TransitionPlan,
    Visit,
)
from schemas.sen.plan import Per

LAST_CHANGED = date(2026, 7, 1)
STATUS = {4: OutcomeStatus.ACHIEVED, 3: OutcomeStatus.PARTLY_ACHIEVED}
SENCO = Person(
    name=PRIMARY.senco,
    role="SENCO",
    organisation=PRIMARY.name,
    phone=PRIMARY.phone,
    email=PRIMARY.email("senco"),
)


def records_for(pupil: Pupil, subject: str | None = None) -> dict[str, SubjectRecord]:
    """Return a pupil's records by file name.

    :param subject: the pupil's id in the node that will send them; by default the material's own.
    """
    subject = subject or pupil.pupil_id
    found: dict[str, SubjectRecord] = {
        "sen-register.json": register_entry(pupil, subject),
        "one-page-profile.json": profile(pupil, subject),
        "transition-plan.json": transition_plan(pupil, subject),
    }
    if pupil.status != "N":
        found["sen-support-plan.json"] = support_plan(pupil, subject)
    if pupil.status == "E":
        found["ehc-plan.json"] = ehc_plan(pupil, subject)
    return found


def ehc_plan(pupil: Pupil, subject: str) -> EhcPlan:
    """Return the reference to the EHC plan: its sections, and the school that section I names."""
    return EhcPlan(
        subject=subject,
        authority=LA_CODE,
        status=EhcStatus.AMENDED,
        issued=documents.WRITERS["ehc-plan"](pupil).written,
        names_school=_school(pupil.destination),
        sections=tuple(EhcSection(section=each) for each in EhcSectionName),
    )


def _school(place: Place) -> School:
    return School(
        name=place.name,
        urn=Urn.parse(place.urn or ""),
        laestab=Laestab.parse(place.laestab or ""),
        ukprn=Ukprn.parse(place.ukprn or ""),
    )


def register_entry(pupil: Pupil, subject: str) -> SenRegister:
    """Return the SEN register entry with ranked needs, history and what is only suspected."""
    history = list(pupil.provision)
    ends = [start - timedelta(days=1) for start, _ in history[1:]] + [None]
    suspected = []
    if pupil.suspected:
        words = suspicions()[pupil.suspected]
        suspected.append(
            SuspectedNeed(
                area=words["area"],
                noticed=pupil.say(words["noticed"]),
                noticed_by="class teacher and SENCO, with the family",
                since=date(2025, 10, 6),
                tried=pupil.say(words["tried"]),
                next_step=pupil.say(words["next_step"]),
            )
        )
    return SenRegister(
        subject=subject,
        provision=pupil.status,
        provision_starts=history[-1][0],
        provision_history=tuple(
            ProvisionPeriod(provision=code, starts=start, ends=end)
            for (start, code), end in zip(history, ends, strict=True)
        ),
        needs=tuple(
            Need(
                rank=need.rank,
                type=need.code,
                starts=need.since,
                notes=pupil.say(need_text(need.code)["summary"][0]),
            )
            for need in pupil.needs
        ),
        suspected_needs=tuple(suspected),
        written=LAST_CHANGED,
    )


def profile(pupil: Pupil, subject: str) -> OnePageProfile:
    """Return the one-page profile; it says what the printed one says."""
    words = common.texts(pupil)
    printed = documents.WRITERS["profile"](pupil)
    alert = None
    if pupil.condition:
        label = conditions()[pupil.condition]["label"]
        alert = f"{label}: see the healthcare plan before the first lesson."
    return OnePageProfile(
        subject=subject,
        known_as=pupil.known_as,
        written=printed.written,
        strengths=tuple(common.some(pupil, "strengths", words["strengths"], 3)),
        important=(pupil.say("{interest}, family and friends"),),
        support=tuple(common.some(pupil, "helps", words["helps"], 4)),
        avoid=tuple(common.some(pupil, "hinders", words["hinders"], 3)),
        hopes=f"To have one good friend, to do {pupil.interest}, and to be asked.",
        medical_alert=alert,
        written_with=("key adult", "parent or carer"),
    )


def support_plan(pupil: Pupil, subject: str) -> SenSupportPlan:
    """Return the SEN support plan with its three cycles."""
    words, goals, reviews = common.texts(pupil), common.outcomes(pupil), common.cycle_dates(pupil)
    area = code_set("sen-type").lookup(pupil.need).attributes.get("area_of_need")
    numbers = tuple(range(1, len(goals) + 1))
    return SenSupportPlan(
        subject=subject,
        written=reviews[-1],
        author=SENCO,
        outcomes=tuple(
            Outcome(
                number=number,
                outcome=goal.target,
                measure=goal.measure,
                by=date(2026, 7, 22),
                area=str(area) if area else None,
                baseline=goal.baseline,
                status=STATUS.get(goal.steps[-1], OutcomeStatus.UNDER_WAY),
            )
            for number, goal in enumerate(goals, 1)
        ),
        provision=tuple(
            Provision(
                what=item.what,
                who=item.who,
                times=item.times,
                per=Per.WEEK,
                minutes=item.minutes,
                group_size=item.group,
                weeks=item.weeks,
                outcomes=numbers,
            )
            for item in common.provisions(pupil)
        ),
        strategies=tuple(
            Strategy(helps=pupil.say(helps), where="every lesson") for helps in words["strategies"]
        ),
        cycles=_cycles(pupil),
        specialists=tuple(
            Specialist(
                person=Person(
                    name=part["service"], role=part["role"], organisation=part["service"]
                ),
                involvement=pupil.say(part["reason"]),
            )
            for need in pupil.needs
            for part in need_text(need.code)["specialists"]
        ),
        agreed_with_parents=reviews[-1],
        next_review=date(2026, 10, 14),
    )


def _cycles(pupil: Pupil) -> tuple[Cycle, ...]:
    summary = common.texts(pupil)["summary"]
    found = []
    for at, (starts, held) in enumerate(common.cycles(pupil)):
        progress = [
            f"Outcome {number} ({STEPS[goal.steps[at]]}): {goal.note(at)}"
            for number, goal in enumerate(common.outcomes(pupil), 1)
        ]
        review = Review(
            held=held,
            progress="\n".join(progress),
            attended=(
                Person(name=pupil.contacts[0].name, role="parent or carer"),
                Person(name=pupil.teacher, role="class teacher", organisation=PRIMARY.name),
                SENCO,
            ),
            parent_view=pupil.say(common.texts(pupil)["parent"][at % 2]),
            pupil_view=pupil.say(common.texts(pupil)["pupil"][at]),
        )
        found.append(
            Cycle(
                number=at + 1,
                starts=starts,
                ends=held,
                assess=pupil.say(summary[at % len(summary)]),
                plan=common.planned(pupil, at),
                do=common.done(pupil),
                review=review,
            )
        )
    return tuple(found)


def transition_plan(pupil: Pupil, subject: str) -> TransitionPlan:
    """Return the plan of the move: visits, key adults, the first day."""
    there = pupil.destination
    visits = tuple(
        Visit(day=when, purpose=what, made=went is not None, how_it_went=went)
        for when, what, _, went in common.visits(pupil)
    )
    receiving = Person(name=there.senco, role="SENCO", organisation=there.name, phone=there.phone)
    return TransitionPlan(
        subject=subject,
        written=LAST_CHANGED,
        moves_to=_school(there),
        moves_on=date(2026, 9, 3),
        key_adults=(receiving,),
        visits=visits,
        meetings=(
            Meeting(
                held=date(2026, 6, 17),
                notes=pupil.say("Both SENCOs and the family met; {name} came for the second half."),
                attended=(SENCO, receiving),
                agreed=tuple(common.FIRST_DAY),
            ),
        ),
        first_day=" ".join(common.FIRST_DAY),
        worries=common.some(pupil, "open", common.texts(pupil)["pupil"], 1)[0],
        arrangements=tuple(
            common.some(pupil, "first-half-term", common.texts(pupil)["strategies"], 5)
        ),
    )
