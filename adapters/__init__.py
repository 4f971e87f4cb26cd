"""How it reaches other organisations: transports move sealed bytes, formats translate documents.

Law of this room: transports never read; formats never speak.
"""
