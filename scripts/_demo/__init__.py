"""The demo: a shop on this machine that a person can use, and the same shop checking itself."""
