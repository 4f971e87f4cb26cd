"""A copy of what is kept of a pupil, for somebody who is entitled to it (UK GDPR Art 15).

``model``: who asked, on what authority, and by when. ``contents``: what may be given, decided as
for the family, and what is left out. ``giving``: the decision, and the copy as one locked PDF.
"""
