"""Disk space: announces large files before they are written, and deletes cached files that no run uses any more.

A folder of the cache stays locked while a process uses it, until that process ends in any way.
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

TOLD_FROM = 1e8  # bytes; less is not announced
MOST = 0.9  # of the free space; the rest is left to other programs
PRUNED = ("features", "states")  # folders of the cache
DAY_S = 24 * 60 * 60.0

_held: dict[Path, ReadWriteLock] = {}


class DiskFullError(VoiceKinError):
    """The disk has too little free space for what would be written."""


def announce(what: str, size: float, folder: Path, instead: str = "", quiet: bool = False) -> None:
    """Says on standard error how much disk space something will take.

    Args:
        what: The subject of the sentence, in the plural.
        size: Size in bytes.
        folder: An existing folder on the disk.
        instead: What would help besides more space, such as "lower `KEY`".
        quiet: Only check that there is enough space.

    Raises:
        DiskFullError: The disk has too little free space.
    """
    free = shutil.disk_usage(folder).free
    told = f"{what} will take about {size / 1e9:.1f} GB in {folder}, where {free / 1e9:.1f} GB are free"
    if size > MOST * free:
        raise DiskFullError(
            f"{told}: {f'{instead}, ' if instead else ''}free some space (`voicekin-train prune` deletes features that "
            "no run has used for a month), or choose another disk with --run or, for features, with VOICEKIN_CACHE."
        )
    if size >= TOLD_FROM and not quiet:
        print(f"{told}.", file=sys.stderr)


def hold(folder: Path) -> None:
    """Makes a folder of the cache that `prune` won't delete until this process ends."""
    folder = folder.resolve()
    if folder not in _held:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        lock.acquire_read()
        _held[folder] = lock
    folder.mkdir(exist_ok=True)
    os.utime(folder)  # the time of its last use


def _lock(folder: Path) -> ReadWriteLock:
    return ReadWriteLock(folder.with_name(f"{folder.name}.lock"), is_singleton=False)


@dataclass(frozen=True)
class Pruned:
    """What `prune` did: numbers of folders and bytes that were deleted, and that are left."""

    folders: int
    size: int
    folders_left: int
    size_left: int

    def __str__(self) -> str:
        told = f"{self.folders} folders of features deleted, {self.size / 1e9:.1f} GB"
        if self.folders_left:
            told += f"; {self.folders_left} with {self.size_left / 1e9:.1f} GB are left: they were used recently"
        return f"{told}."


def prune(days: float) -> Pruned:
    """Deletes features and states that were not used for `days` days. A run that needs them computes them again."""
    gone, left = [0, 0], [0, 0]
    for folder in sorted(path for kind in PRUNED for path in (cache_folder() / kind).glob("*/")):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        count = gone if _removed(folder, time.time() - days * DAY_S) else left
        count[0] += 1
        count[1] += size
    return Pruned(*gone, *left)


def _removed(folder: Path, last: float) -> bool:
    """Deletes a folder if it is not in use and was last used before the time `last`."""
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
