"""How strong each frequency of a sound is over time, as a picture's values."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

HIGHEST_HZ = 5000.0
"""Above it speech has little that is told apart by eye."""

LEAST_DB = -70.0
"""Under the strongest of all: what is weaker is 0."""

WINDOW = 512
"""Samples at SAMPLE_RATE, 32 ms: what Praat calls narrow to wide, in which both pitch and formants are seen."""

MOST_FRAMES = 4
"""Frames whose mean power one column is, where a column is longer than a frame."""


def spectrogram(samples: Waveform, n_columns: int, n_rows: int) -> NDArray[np.uint8]:
    """Levels uint8 [n_rows, n_columns], the highest frequency first: 0 for LEAST_DB and less, 255 for the strongest.

    Args:
        samples: float32 [n] at SAMPLE_RATE.
        n_columns, n_rows: Equal stretches of time, and of frequency from HIGHEST_HZ down to 0.
    """
    frames = max(1, min(MOST_FRAMES, len(samples) // (n_columns * WINDOW)))
    padded = np.pad(samples, WINDOW // 2)
    middles = (np.arange(n_columns * frames) + 0.5) * len(samples) / (n_columns * frames)
    starts = middles.astype(np.int64)
    window = np.hanning(WINDOW).astype(np.float32)
    power = np.empty((n_columns * frames, WINDOW // 2 + 1), np.float32)
    for first in range(0, len(starts), 1024):
        chunk = padded[starts[first : first + 1024, None] + np.arange(WINDOW)] * window
        power[first : first + 1024] = np.square(np.abs(np.fft.rfft(chunk)))
    power = power.reshape(n_columns, frames, -1).mean(axis=1)
    bins = np.linspace(HIGHEST_HZ, 0.0, n_rows) * WINDOW / SAMPLE_RATE
    below = np.floor(bins).astype(np.int64)
    share = (bins - below).astype(np.float32)
    rows = power[:, below] * (1 - share) + power[:, below + 1] * share
    if not rows.any():
        return np.zeros((n_rows, n_columns), np.uint8)
    levels = 10 * np.log10(np.maximum(rows / rows.max(), 10 ** (LEAST_DB / 10)))
    picture: NDArray[np.uint8] = np.rint(255 * (1 - levels / LEAST_DB)).astype(np.uint8).T
    return picture
