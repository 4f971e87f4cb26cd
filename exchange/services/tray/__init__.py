"""The tray: what people upload, sealed as it arrives, until they file it or throw it away.

An upload is an item of kind ``upload``. Its bytes are a blob that was sealed to the
organisation's key while they came; the inner worker opens it in memory, says what it is, has it
scanned, reads its text and guesses whose it is. Only a person files it.
"""
