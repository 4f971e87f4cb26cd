"""Who may sign and who may read: the only room that imports cryptography.

Law of this room: no other room knows an algorithm; this room knows no record and no pupil.
"""
