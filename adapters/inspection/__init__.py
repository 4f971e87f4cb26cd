"""What documents from outside really are, by kind: PDF, office, pictures, text.

Law of this room: nothing is believed that a name or a sender says; nothing is unpacked beyond a
limit; what is found is said in codes.
"""
