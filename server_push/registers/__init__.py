"""Stores and their registers: who they are, how a register is enrolled, and what it says of itself."""
