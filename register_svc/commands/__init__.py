"""The console script's commands, one module for each; `__main__` mounts them and imports each only when it is used."""
