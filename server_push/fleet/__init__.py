"""Sending bundles to registers: what must go where, who works on it, and how each one ended."""
