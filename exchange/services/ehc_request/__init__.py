"""A school's request for an EHC needs assessment, from the first line to the council's decision.

============= =========================================================================
module        what it does
============= =========================================================================
model         a request as it is kept
keeping       read and change requests
preparing     begin one, filled in from the pupil's records (filling)
writing       section by section; the council; the papers that go
renewing      take over what was written in the support plan since
councils      whose child it is, whether the council has joined, what may go to it
gone          what is still possible where a council left after a pack went to it
outlook       exactly what would go now, and what it shows
approving     the head teacher's word, where the school wants it
requester     whose request it is: the school's, or the family's, with the school's help
sending       to a council that has joined; what is added later; taking it back
papers        the form as a PDF, and what goes beside it
handing_in    index and numbered files for one that has not; the day it was submitted
answers       what the council decided
following     receipts, answers and clocks
told          the request in words
============= =========================================================================

An incomplete request may go, and starts the clock: nothing here refuses for what is missing,
but a family's request that nobody of the family has made.
"""
