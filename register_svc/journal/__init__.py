"""The durable truth of a register: records, drafts, shifts, counters and idempotent answers. One writer."""
