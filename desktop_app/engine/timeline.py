"""A recording over time: the share of each label, ticks of the time axis, the waveform's peaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.audio import SAMPLE_RATE, read_blocks
from desktop_app.engine.recognition import Recognition

PEAK_S = 0.02
"""Seconds that one peak of the waveform stands for: 180,000 peaks an hour, 720 KB."""

ENVELOPE_BLOCK_S = 10.0
"""Seconds read at once for an envelope."""

TICK_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, seconds from its start."""

    start_s: float
    end_s: float


def share_of_time(recognition: Recognition) -> dict[str, float]:
    """Label -> its share of the analysed time, 0 to 1, in the pack's label order; all 0 where nothing was analysed."""
    seconds = dict.fromkeys(recognition.probabilities, 0.0)
    for segment in recognition.segments:
        seconds[segment.label] = seconds.get(segment.label, 0.0) + segment.end_s - segment.start_s
    total = sum(seconds.values())
    return {label: s / total if total > 0 else 0.0 for label, s in seconds.items()}


def ticks(start_s: float, end_s: float, at_most: int) -> tuple[float, ...]:
    """Round times from start_s to end_s, as many as fit under `at_most`."""
    step = next((s for s in TICK_STEPS_S if (end_s - start_s) / s <= at_most), TICK_STEPS_S[-1])
    while (end_s - start_s) / step > at_most:
        step *= 2
    first = int(np.ceil(start_s / step - 1e-9))
    last = int(np.floor(end_s / step + 1e-9))
    return tuple(round(n * step, 3) for n in range(first, last + 1))


def clock(seconds: float) -> str:
    """63.5 -> "1:03.5", 3663 -> "1:01:03"."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:" if hours else f"{minutes}:"
    text += f"{tenths // 10:02d}"
    return f"{text}.{tenths % 10}" if tenths % 10 else text


@dataclass
class Peaks:
    """The waveform's peaks, one every PEAK_S seconds, gathered block by block.

    Attributes:
        sample_rate: Hz of the samples that `feed` gets.
    """

    sample_rate: int
    _found: list[NDArray[np.float32]] = field(default_factory=list, repr=False)
    _rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)

    def feed(self, block: NDArray[np.float32]) -> None:
        """Takes the next samples, float32 [n], -1 to 1."""
        size = round(self.sample_rate * PEAK_S)
        samples = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(samples) // size
        if whole:
            self._found.append(np.abs(samples[: whole * size]).reshape(whole, size).max(axis=1))
        self._rest = samples[whole * size :].copy()

    def array(self) -> NDArray[np.float32]:
        """All peaks so far, float32 [n], 0 to 1."""
        last = [np.abs(self._rest).max(keepdims=True)] if len(self._rest) else []
        return np.concatenate([np.zeros(0, np.float32), *self._found, *last])


def peaks_of(blocks: Iterable[NDArray[np.float32]], sample_rate: int) -> NDArray[np.float32]:
    """The peaks of a whole recording that comes in blocks."""
    peaks = Peaks(sample_rate)
    for block in blocks:
        peaks.feed(block)
    return peaks.array()


def columns(peaks: NDArray[np.float32], n_columns: int) -> NDArray[np.float32]:
    """The largest peak within each of n_columns equal stretches, float32 [n_columns], for drawing."""
    if len(peaks) == 0 or n_columns < 1:
        return np.zeros(max(n_columns, 0), np.float32)
    edges = np.linspace(0, len(peaks), n_columns + 1)
    starts = np.minimum(edges[:-1].astype(np.int64), len(peaks) - 1)
    return np.maximum.reduceat(peaks, starts).astype(np.float32, copy=False)


def envelope_of(path: Path, n_peaks: int) -> tuple[float, ...]:
    """The largest magnitude, 0 to 1, in each of `n_peaks` equal stretches of a recording of any length.

    Raises:
        AudioError: As `audio.read_blocks`.
    """
    peaks = peaks_of(read_blocks(path, SAMPLE_RATE, ENVELOPE_BLOCK_S), SAMPLE_RATE)
    return tuple(float(p) for p in np.minimum(columns(peaks, n_peaks), 1.0))
