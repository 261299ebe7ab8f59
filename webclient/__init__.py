"""The browser client of the till and of the technician, as files that travel in the wheel.

There is no build and no library: what is reviewed here is what runs, joined into one file a page when it is served
(`joining.py`). Nothing here imports anything of ours; the services ask `static_files()` where the files are and serve
them below `/static/`.
"""

from pathlib import Path


def static_files() -> Path:
    """The folder whose `index.html` is the till and whose `technician.html` is the phone page."""
    return Path(__file__).parent / "static"
