"""The way home: every record that a register wrote, accepted exactly once, whatever the wire did to it.

- A record is durable before the answer says so; the bytes are kept as they were received.
- Bad records are set aside for a person and never hold up those behind them.
- Nothing is decided by a clock: records are in the order of their seq.
"""
