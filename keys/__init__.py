"""Who may sign and who may read. The only room that imports cryptography; it knows nothing of pupils.

Law of this room: no other room knows an algorithm; this room knows no record.
"""
