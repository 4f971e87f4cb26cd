"""The published language: what is said, and nothing about who says it or how it travels.

Law of this room: marshmallow and the standard library only; nothing of ours is imported.
"""
