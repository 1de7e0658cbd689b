"""The pitch of a voice over time, found as packs find it: `trainer/model/prosody.py` without torch."""

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

FRAME_S = 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 620.0

RATE = 4000  # Hz; what lies above 1.6 kHz says little about the pitch
HOP = round(RATE * FRAME_S)
WINDOW = 160  # 40 ms, more than two periods of the lowest voice
FOURIER = 256  # at least the window and the longest lag, so that no lag folds onto another
BINS = 103
STEPS = 3  # candidates a semitone
OCTAVE_COST = 0.02  # of the normalised autocorrelation, an octave lower
ROUNDS, LINK, REACH = 4, 0.4, 2
VOICED = 0.5  # the least normalised autocorrelation of a voiced frame
VOICED_DB = 25.0  # a voiced frame is at most so much quieter than the loud ones
SILENT = 1e-9  # of the strongest frequency, added to a power: 90 dB below it
LOW_PASS_TAPS, LOW_PASS_HZ = 64, 900.0
"""The filter of the packs' front end, whose slow slope lets low harmonics decide."""


def pitch(samples: Waveform, should_stop: Callable[[], bool] = lambda: False) -> NDArray[np.float32]:
    """The fundamental frequency in Hz, float32 [frames], one for each FRAME_S; NaN where nothing is voiced.

    The autocorrelation over that of the window (Boersma, 1993), at candidates a third of a semitone apart, refined by
    a parabola. Instead of a search for the cheapest path, each candidate takes in, ROUNDS times, what its neighbours in
    time and pitch have.

    Args:
        samples: float32 [n] at SAMPLE_RATE; frame i is around i * FRAME_S.
        should_stop: True ends it early; all is NaN then.
    """
    slow = soxr.resample(samples, SAMPLE_RATE, RATE)
    n_frames = len(slow) // HOP
    nothing = np.full(n_frames, np.nan, np.float32)
    if n_frames < 3 or not np.any(slow):
        return nothing
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(slow, WINDOW // 2), WINDOW)[::HOP][:n_frames]
    hann = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * hann, FOURIER, axis=1)[:, :BINS])).astype(np.float32) * _low_pass()
    power = power / power.max() + np.float32(SILENT)
    f0, filters = _filters()
    alike = power @ filters.T
    level = 10 * np.log10(alike[:, 0])
    alike = alike[:, 1:] / alike[:, :1]
    score = np.maximum(alike - OCTAVE_COST * np.log2(HIGHEST_HZ / f0, dtype=np.float32), 0)
    best = score
    for _ in range(ROUNDS):
        if should_stop():
            return nothing
        sides = np.pad(best, ((1, 1), (REACH, REACH)))
        near = sides[:, : len(f0)]
        for step in range(1, 2 * REACH + 1):
            near = np.maximum(near, sides[:, step : step + len(f0)])
        best = score + np.float32(LINK) * (near[:-2] + near[2:])
    at = best[:, 1:-1].argmax(axis=1) + 1
    low, peak, high = (np.take_along_axis(alike, at[:, None] + step, axis=1)[:, 0] for step in (-1, 0, 1))
    shift = np.clip(0.5 * (low - high) / np.minimum(low - 2 * peak + high, -1e-4), -1, 1)
    harmonic = (peak - 0.25 * (low - high) * shift > VOICED) & (level > np.percentile(level, 95) - VOICED_DB)
    sides = np.pad(harmonic, 1).astype(np.int8)
    is_voiced = sides[:-2] + sides[1:-1] + sides[2:] >= 2  # no frame alone
    return np.where(is_voiced, f0[at] * 2 ** (shift / STEPS / 12), np.nan).astype(np.float32)


def thinned(hz: NDArray[np.float32], most: int) -> tuple[NDArray[np.float32], float]:
    """At most so many values, and the seconds from one to the next: of each of equal stretches the median of what is
    voiced, NaN where nothing is."""
    size = max(1, -(-len(hz) // max(1, most)))
    whole = np.pad(hz, (0, -len(hz) % size), constant_values=np.nan).reshape(-1, size)
    found = np.full(len(whole), np.nan, np.float32)
    is_voiced = ~np.isnan(whole).all(axis=1)
    found[is_voiced] = np.nanmedian(whole[is_voiced], axis=1)
    return found, size * FRAME_S


def _filters() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The candidates [c] in Hz; and what gives, from the power of BINS, the autocorrelation at lag 0 and at each
    candidate's period, over the window's own (Boersma, 1993, eq. 8 and 9), [1 + c, BINS]."""
    n = int(12 * np.log2(HIGHEST_HZ / LOWEST_HZ)) * STEPS + 1
    f0 = LOWEST_HZ * 2 ** (np.arange(n) / STEPS / 12)
    frequency = np.arange(BINS) * RATE / FOURIER
    heard = np.clip((frequency - 40) / 40, 0, 1)  # nothing below 40 Hz, all from 80 Hz
    lags = np.cos(2 * np.pi * frequency / f0[:, None]) * heard
    share = RATE / f0[:, None] / WINDOW  # of the window that the lag takes
    own = (1 - share) * (2 / 3 + np.cos(2 * np.pi * share) / 3) + np.sin(2 * np.pi * share) / (2 * np.pi)
    return f0.astype(np.float32), np.concatenate([heard[None], lags / own]).astype(np.float32)


def _low_pass() -> NDArray[np.float32]:
    """What a windowed sinc leaves of the power at each of BINS."""
    time = np.arange(LOW_PASS_TAPS + 1) - LOW_PASS_TAPS / 2
    taps = np.sinc(2 * LOW_PASS_HZ / SAMPLE_RATE * time) * np.hanning(LOW_PASS_TAPS + 1)
    frequency = np.arange(BINS) * RATE / FOURIER
    response = np.exp(-2j * np.pi * frequency[:, None] / SAMPLE_RATE * time) @ (taps / taps.sum())
    return np.asarray(np.square(np.abs(response)), np.float32)
