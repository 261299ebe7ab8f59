"""Goods that come back: who may give back what of whose receipt, over all registers of the chain."""
