"""What a register and head office must agree on, to the byte and to the cent.

Rules of this room:
- Pure: no disk, no clock, no network. Time, ids and randomness arrive as arguments.
- A module lives here only while BOTH services import it.
- The formats are stated byte by byte in FORMATS.md, with the golden vectors that the tests use.
"""
