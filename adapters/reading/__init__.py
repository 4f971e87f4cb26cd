"""The text of documents, by kind: PDF, office, RTF, plain.

Law of this room: bytes in, text out, in a process of its own that can write no file; whatever
goes wrong there, the worker goes on.
"""
