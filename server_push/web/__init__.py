"""Head office over HTTP: a route parses, calls one function of the office, answers."""
