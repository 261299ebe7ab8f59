"""The two WSGI apps of a register. A route parses, calls one function, answers."""
