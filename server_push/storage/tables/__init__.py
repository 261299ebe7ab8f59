"""The tables, one module for each room that owns them. Nobody writes another room's tables."""
