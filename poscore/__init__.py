"""What a register and head office must agree on, to the byte and to the cent.

Rules of this room:
- Pure: no disk, no clock, no network. Time, ids and randomness arrive as arguments.
- A module lives here only while BOTH services import it.
- The formats are stated byte by byte in FORMATS.md, with the golden vectors that the tests use.
"""

# The one place where the version stands; the build reads it here. Asking the installed package for it takes a starting
# register 13 ms, most of them for a parser of e-mail.
__version__ = "0.1.0"
