"""What outsiders touch: the delivery face; later the upload and pick-up faces.

Law of this room: a face can seal but cannot open. It never imports the opening of bundles or the
keyring, not even indirectly, and runs as its own process without private keys. What it says to
strangers is a code; what it logs is a code, a method and a status.
"""
