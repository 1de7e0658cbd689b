"""Room on the disk: what will be written is told before it is, and what no run uses any more can be removed.

A folder of the cache that a process uses stays locked until that process ends, however it ends.
"""

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import ReadWriteLock, Timeout

from desktop_app.errors import VoiceKinError
from trainer.data.table import cache_folder

TOLD_FROM = 1e8  # bytes; less is not worth a line
MOST = 0.9  # of what is free: other programs need some, too
PRUNED = ("features", "states")  # folders of the cache
DAY_S = 24 * 60 * 60.0

_held: dict[Path, ReadWriteLock] = {}


class DiskFullError(VoiceKinError):
    """The disk has too little room for what would be written."""


def announce(what: str, size: float, folder: Path, instead: str = "", quiet: bool = False) -> None:
    """Says on standard error how much room something will take.

    Args:
        what: The subject of the sentence, in the plural.
        size: Bytes.
        folder: An existing one.
        instead: What else than more room would help, "lower `KEY`".
        quiet: Only look whether there is room.

    Raises:
        DiskFullError: The disk has too little room for it.
    """
    free = shutil.disk_usage(folder).free
    told = f"{what} will take about {size / 1e9:.1f} GB in {folder}, where {free / 1e9:.1f} GB are free"
    if size > MOST * free:
        raise DiskFullError(
            f"{told}: {f'{instead}, ' if instead else ''}make room (`voicekin-train prune` removes features that no "
            "run has used for a month), or choose another disk with --run or, for features, with VOICEKIN_CACHE."
        )
    if size >= TOLD_FROM and not quiet:
        print(f"{told}.", file=sys.stderr)


def hold(folder: Path) -> None:
    """Makes a folder of the cache, which `prune` leaves alone until this process ends."""
    folder = folder.resolve()
    if folder not in _held:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        lock.acquire_read()
        _held[folder] = lock
    folder.mkdir(exist_ok=True)
    os.utime(folder)  # when it was used last


def _lock(folder: Path) -> ReadWriteLock:
    return ReadWriteLock(folder.with_name(f"{folder.name}.lock"), is_singleton=False)


@dataclass(frozen=True)
class Pruned:
    """What `prune` has done: folders, and their bytes, that are gone, and that stay."""

    folders: int
    size: int
    folders_left: int
    size_left: int

    def __str__(self) -> str:
        told = f"{self.folders} folders of features removed, {self.size / 1e9:.1f} GB"
        if self.folders_left:
            told += f"; {self.folders_left} with {self.size_left / 1e9:.1f} GB stay: they are in use or were lately"
        return f"{told}."


def prune(days: float) -> Pruned:
    """Removes the features and states that no process uses and that none has used for so many days.

    A later run that needs them makes them again.
    """
    gone, left = [0, 0], [0, 0]
    for folder in sorted(path for kind in PRUNED for path in (cache_folder() / kind).glob("*/")):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        count = gone if _removed(folder, time.time() - days * DAY_S) else left
        count[0] += 1
        count[1] += size
    return Pruned(*gone, *left)


def _removed(folder: Path, last: float) -> bool:
    """Removes a folder that is not in use, and was used for the last time before `last`."""
    lock = _lock(folder)
    try:
        with lock.write_lock(blocking=False):
            if folder.stat().st_mtime > last:
                return False
            shutil.rmtree(folder)
            return True
    except Timeout:
        return False
    finally:
        lock.close()
