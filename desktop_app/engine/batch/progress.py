"""How far a batch is, and how long it will still take."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.batch.sources import Recording, Source
from desktop_app.engine.recognition.answer import Failure

ANALYSIS_SHARE = 0.95
"""Of the work for a recording; the rest is looking for neighbours, a second for an hour of speech."""


@dataclass(frozen=True)
class HowFar:
    """How far a batch is at a moment.

    Attributes:
        done, files: Of so many files so many are done.
        share: The whole, by size, 0 to 1.
        left_s: Seconds still to go; None while too little is done to tell.
        name: The file that was worked on last, "" where that is done.
    """

    done: int
    files: int
    share: float
    left_s: float | None
    name: str


class BatchProgress:
    """How far a batch is, each file by its size; may be told from several threads."""

    def __init__(self, files: Sequence[Recording]) -> None:
        self._bytes = [_size(path) for path in files]
        self._shares = [0.0] * len(files)
        self._total = sum(self._bytes)
        self._done = 0.0  # bytes; kept, since adding up 20,000 files at every block would take a quarter of the time
        self._lock = threading.Lock()

    def note(self, index: int, share: float) -> None:
        """File number `index` is done to `share`, 0 to 1."""
        with self._lock:
            self._done += self._bytes[index] * (share - self._shares[index])
            self._shares[index] = share

    def size(self, index: int) -> int:
        """Bytes of file number `index`, 1 where nobody knows."""
        return self._bytes[index]

    def share(self) -> float:
        """The whole batch, 0 to 1."""
        return min(1.0, self._done / self._total) if self._total else 1.0


def _size(path: Recording) -> int:
    """Bytes, at least 1: a file that can't be read is something to be done as well."""
    if isinstance(path, Failure):
        return 1
    if isinstance(path, Source):
        if path.is_far:  # nobody is asked for it alone
            return 1
        path = path.at or Path(path.address)
    try:
        return max(1, path.stat().st_size)
    except (OSError, ValueError):
        return 1


def time_left_s(elapsed_s: float, done: float) -> float | None:
    """Seconds still to go when the share `done` (0 to 1) took `elapsed_s`; None while too little is done to tell."""
    if done <= 0 or elapsed_s < 1:
        return None
    return elapsed_s * (1 - min(done, 1.0)) / done
