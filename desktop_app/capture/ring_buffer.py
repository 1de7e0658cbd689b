"""The last seconds of sound, written by the audio thread and read by others without a lock."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.capture.source import Block


class RingBuffer:
    """Holds the last `capacity` samples; one writer, any number of readers.

    Every sample is written twice, `capacity` apart, so that any window is one contiguous slice. `total` is raised after
    the samples are in place, so a reader never gets a sample that is not written yet; a reader that falls more than
    `capacity` behind is told how many it lost.

    Attributes:
        capacity: Samples held.
        total: Samples written since the start.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.total = 0
        self._twice: NDArray[np.float32] = np.zeros(2 * capacity, dtype=np.float32)

    def write(self, block: Block) -> None:
        """Appends a copy of float32 [n]; never waits."""
        end = self.total + len(block)
        block = block[-self.capacity :]
        n = len(block)
        at = (end - n) % self.capacity
        first = min(n, self.capacity - at)
        for offset in (0, self.capacity):
            self._twice[offset + at : offset + at + first] = block[:first]
            self._twice[offset : offset + n - first] = block[first:]
        self.total = end

    def since(self, position: int) -> tuple[Block, int]:
        """The samples from `position` on, float32 [n], a copy; and how many of them were overwritten already."""
        block, lost = self._copy(position, self.total)
        # samples that the writer overwrote during the copy are lost as well
        overrun = max(0, self.total - self.capacity - (position + lost))
        return (block[overrun:], lost + overrun) if overrun else (block, lost)

    def latest(self, n: int) -> Block:
        """The last n samples, fewer near the start: float32 [<= n], a copy."""
        end = self.total
        return self._copy(max(0, end - n), end)[0]

    def _copy(self, start: int, end: int) -> tuple[Block, int]:
        oldest = max(0, end - self.capacity)
        lost = max(0, oldest - start)
        start = max(start, oldest)
        at = start % self.capacity
        return self._twice[at : at + end - start].copy(), lost
