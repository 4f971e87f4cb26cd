"""The safeguarding lead's own area: unlocked by their passphrase, for one session alone.

What is child protection is opened through a room (:class:`exchange.services.safeguarding.rooms.
Rooms`) and never through the pages' own collaborators, whose keys do not open it.
"""
