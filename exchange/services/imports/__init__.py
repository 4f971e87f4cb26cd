"""Pupils from files of other systems: from upload to records, one step at a time.

``model``      an import as it is kept: sealed files, what was said of them, who was chosen
``begin``      files come in, sealed; and go, when it is over
``mapping``    what the columns are, and what is remembered of them for the next time
``shelf``      the pupils of an import, read once, in memory for a while
``difference`` what a file says otherwise than our records, and what a person said to that
``keep``       whoever was chosen is kept; the rest is nowhere

Files lie sealed in the blobs of the organisation for some hours at most. Who is not chosen is
stored in no record.
"""
