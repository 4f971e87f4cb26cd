"""Reviews of EHC plans: at the school from the plan to the report, at the authority from there on.

========== ==========================================================================
module     what it does
========== ==========================================================================
model      a review as a school keeps it
keeping    read and write reviews
planning   the meeting, who is invited, what is sent round before it
inviting   invitations and papers go by links and requests; what became of them
reporting  the report as it is written, and as a record
sending    the report to the authority as a sealed pack; anew where the first was lost
undelivered which reports went and are not at the authority
noting     handed over, given to those invited, decided by letter: as a person notes it
timing     the clocks of a review; what is next, and by when
due        by when a plan must be reviewed; which of its days cannot be right
plan_dates every date of every plan, kept or not, as the numbers count them
answers    the authority's decision that came as a pack is filed at its review
board      every pupil with an EHC plan: what is due, needs attention first
received   at the authority: a report as it is kept, with its clocks
reports    at the authority: reports that arrived, and what it decided by when
placing    at the authority: the case of the child whom a report is about
telling    at the authority: the school is told by a pack what was decided
moves      at the authority: plans that came over from another, or went there
========== ==========================================================================
"""
