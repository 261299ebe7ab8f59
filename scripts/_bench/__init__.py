"""What scripts/bench measures, and how.

figures.py says which figures there are and their bars; each of the other modules measures those that share their data.
Nothing is compared across runs: both sides of a ratio are taken in turns, so that whatever else the machine does hits
both.
"""
