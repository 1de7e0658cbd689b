"""The progress of a batch, and how long the rest will take."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.batch.sources import Recording, Source
from desktop_app.engine.recognition.answer import Failure

ANALYSIS_SHARE = 0.95
"""The analysis' share of the work for a recording; the rest is the search for neighbours, 1 s per hour of speech."""


@dataclass(frozen=True)
class HowFar:
    """The progress of a batch at one moment.

    Attributes:
        done, files: How many files are done, and how many there are.
        share: The share of all work that is done, by file size, 0 to 1.
        left_s: Estimated seconds for the rest; None while too little is done for an estimate.
        name: The file that was worked on last; "" if it is done.
    """

    done: int
    files: int
    share: float
    left_s: float | None
    name: str


class BatchProgress:
    """Adds up the progress of a batch, weighting each file by its size; thread-safe."""

    def __init__(self, files: Sequence[Recording]) -> None:
        self._bytes = [_size(path) for path in files]
        self._shares = [0.0] * len(files)
        self._total = sum(self._bytes)
        self._done = 0.0  # bytes; a running sum: adding up 20,000 files at every block would take a quarter of the time
        self._lock = threading.Lock()

    def note(self, index: int, share: float) -> None:
        """Notes that the share `share`, 0 to 1, of file number `index` is done."""
        with self._lock:
            self._done += self._bytes[index] * (share - self._shares[index])
            self._shares[index] = share

    def size(self, index: int) -> int:
        """Bytes of file number `index`; 1 if not known."""
        return self._bytes[index]

    def share(self) -> float:
        """The share of the whole batch that is done, 0 to 1."""
        return min(1.0, self._done / self._total) if self._total else 1.0


def _size(path: Recording) -> int:
    """Bytes, at least 1: a file that can't be read counts too."""
    if isinstance(path, Failure):
        return 1
    if isinstance(path, Source):
        if path.is_far:  # its size is not requested just for this
            return 1
        path = path.at or Path(path.address)
    try:
        return max(1, path.stat().st_size)
    except (OSError, ValueError):
        return 1


def time_left_s(elapsed_s: float, done: float) -> float | None:
    """Estimated seconds for the rest, if the share `done` (0 to 1) took `elapsed_s`; None while `done` is too small."""
    if done <= 0 or elapsed_s < 1:
        return None
    return elapsed_s * (1 - min(done, 1.0)) / done
