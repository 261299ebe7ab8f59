"""What a store's registers are sent: its catalogue as a file, the keys and metadata that let them trust it."""
