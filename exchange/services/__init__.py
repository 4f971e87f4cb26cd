"""The use cases, one file per verb.

Law of this room: it joins rules, bundles and ports, and nothing else. It knows no Flask, no SQL, no
HTTP and no algorithm; keys, transports and stores are handed in.
"""
