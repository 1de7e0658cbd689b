"""Functions that tests run on workers; a separate module, so that a worker need not import torch for them."""

import os
from pathlib import Path


def fails(item: int) -> int:
    """Twice the item, but an error at 2."""
    if item == 2:
        raise OSError("the disk is full")
    return 2 * item


def dies(marks: Path, times: int, item: int) -> int:
    """Twice the item, but at 2 the process ends, as often as `times`; each time leaves a file in `marks`."""
    deaths = len(list(marks.iterdir()))
    if item == 2 and deaths < times:
        (marks / str(deaths)).touch()
        os._exit(1)
    return 2 * item
