"""The read-only price book over the active snapshot."""
