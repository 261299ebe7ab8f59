"""The console script's commands, one module for each room they speak to; `__main__` mounts them."""
