"""The pure rules of the cashier's day.

Nothing here reads the clock, the disk or the network, logs, or draws lots: time, articles and rules arrive as
arguments, decisions leave as values, and a refusal is `poscore.errors.Refused` with nothing changed.
"""
