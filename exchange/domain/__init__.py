"""The pure rules: organisations, transfers, disclosure, retry times.

Law of this room: no I/O, no clock of its own, no Flask, SQL, requests or lxml. What it needs to
know is handed in; what it decides is returned.
"""
