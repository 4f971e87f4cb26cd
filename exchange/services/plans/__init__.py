"""EHC plans on the authority's side: written section by section, consulted about, sent back.

========== =========================================================================
module     what it does
========== =========================================================================
writing    read and change the plan of a case, one section at a time
editions   what a school gets of it: the whole plan, or the consultation edition
sending    seal an edition and queue it; once, however often it is asked
model      a consultation as it is kept, on both sides
consulting ask a school whether to name it; note its answer
asked      the school's side: what it was asked, and its answer
========== =========================================================================
"""
