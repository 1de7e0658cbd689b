"""The waveform's peaks, gathered block by block, for drawing."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.sound.audio import SAMPLE_RATE, read_blocks

PEAK_S = 0.02
"""Seconds that one peak of the waveform stands for: 180,000 peaks an hour, 720 KB."""


class Peaks:
    """The waveform's peaks, one every PEAK_S seconds, gathered block by block.

    Args:
        sample_rate: Hz of the samples that `feed` gets.
    """

    def __init__(self, sample_rate: int) -> None:
        self._size = round(sample_rate * PEAK_S)
        self._found: list[NDArray[np.float32]] = []
        self._rest = np.zeros(0, np.float32)

    def feed(self, block: NDArray[np.float32]) -> None:
        """Takes the next samples, float32 [n], -1 to 1."""
        samples = np.concatenate([self._rest, block])
        whole = len(samples) // self._size
        self._found.append(np.abs(samples[: whole * self._size]).reshape(whole, self._size).max(axis=1))
        self._rest = samples[whole * self._size :].copy()

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
    return np.maximum.reduceat(peaks, _starts(len(peaks), n_columns)).astype(np.float32, copy=False)


def means(peaks: NDArray[np.float32], n_columns: int) -> NDArray[np.float32]:
    """The mean of the peaks within each of n_columns equal stretches, float32 [n_columns]: how loud it was there."""
    if len(peaks) == 0 or n_columns < 1:
        return np.zeros(max(n_columns, 0), np.float32)
    starts = _starts(len(peaks), n_columns)
    counts = np.maximum(np.diff(np.append(starts, len(peaks))), 1)
    return (np.add.reduceat(peaks, starts) / counts).astype(np.float32, copy=False)


def _starts(n_peaks: int, n_columns: int) -> NDArray[np.int64]:
    """The first peak of each of n_columns equal stretches."""
    return np.linspace(0, n_peaks, n_columns, endpoint=False).astype(np.int64)


def envelope_of(path: Path, n_peaks: int) -> tuple[float, ...]:
    """The largest magnitude, 0 to 1, in each of `n_peaks` equal stretches of a recording of any length.

    Raises:
        AudioError: As `audio.read_blocks`.
    """
    peaks = peaks_of(read_blocks(path, SAMPLE_RATE), SAMPLE_RATE)
    return tuple(columns(peaks, n_peaks).tolist())
