"""Cleaned copies by kind: PDF, office, pictures.

Law of this room: bytes in, bytes out, all in memory; what a reader sees stays as it was; what
cannot be taken out without guessing is refused, never half done.
"""
