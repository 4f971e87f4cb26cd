"""The bundle: its container, how it is sealed, how it is opened. Streams in, streams out.

Law of this room: nothing that came from outside is believed before its signature holds, nothing is
released before its digest matches, nothing plain is written to disk, and no more than a few
megabytes are held in memory. The format is in docs/bundle-format.md.
"""
