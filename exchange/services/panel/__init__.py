"""The panel of a local authority: its meetings, the packs that it reads, what it advises.

========= ==========================================================================
module    what it does
========= ==========================================================================
model     meetings, packs, and what a panel advised
codec     the same as they are kept
choosing  which papers of a case may go into its pack: what is marked never does
fronting  what stands before the papers: summary, evidence grid, age flags
ordering  order a pack; what was ordered, and whether it still may be read
making    put a pack together and keep it sealed (a chore of the worker)
meetings  plan a meeting, its members and its list of cases; circulate; record advice
reading   who may read which pack until when; each look is in the book
sheet     the decision sheet of a meeting
========= ==========================================================================
"""
