"""Where exactly a voice begins and ends, by its level: the detector says it to 32 ms and hears soft ends late or not.

A border is where the level comes within DEPTH_DB of the stretch's loudest moment, as `librosa.effects.trim` takes it.
On 240 clips of four corpora, joined with pauses of digital silence or of their own room, both are within 100 ms
of the clip trimmed so in 97 and 94 % of the stretches; the detector's own borders are in 83 and 64 %.
"""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

FRAME = SAMPLE_RATE // 100  # 10 ms
DEPTH_DB = 30.0
OVER_NOISE_DB = 6.0
"""In a noisy room the border is where the voice comes out of the noise ..."""
LEAST_DEPTH_DB = 15.0
"""... but never closer to the loudest moment than this."""
LOUDEST_FRAME = 2
"""The loudest moment is the second loudest frame: beside a click of 10 ms the voice is still no silence."""
PAUSE_FRAMES = 30
"""A pause this long (0.3 s) is a border, what is heard beyond it belongs to something else."""

Levels = npt.NDArray[np.float64]


def voiced(samples: Waveform, start: int, end: int) -> tuple[int, int]:
    """The borders of the speech that was detected in `samples` (float32 [n], 16 kHz) from sample `start` to `end`,
    which lies behind it.

    They may lie outside the detected part, as far as `samples` go, or inside; to 10 ms.
    """
    levels = _levels(samples)
    first, last = start // FRAME, min(-(-end // FRAME), len(levels))
    if first >= len(levels):
        return start, end
    loudest = np.sort(levels[first:last])[-min(LOUDEST_FRAME, last - first)]
    around = np.concatenate([levels[:first], levels[last:]])
    noise = _percentile(around, 20) if len(around) else -np.inf
    loud = levels >= max(loudest - DEPTH_DB, min(noise + OVER_NOISE_DB, loudest - LEAST_DEPTH_DB))
    begin = first - _reach(loud[:first][::-1])
    if begin == first:
        begin += int(np.argmax(loud[first:]))
    finish = last + _reach(loud[last:])
    if finish == last:
        finish -= int(np.argmax(loud[:last][::-1]))
    return begin * FRAME, min(finish * FRAME, len(samples))


def _percentile(levels: Levels, percent: float) -> float:
    """As np.percentile, whose first call imports numpy.ma: 30 ms in which a window of the same process stands still."""
    return float(np.interp(percent / 100 * (len(levels) - 1), np.arange(len(levels)), np.sort(levels)))


def _reach(loud: npt.NDArray[np.bool_]) -> int:
    """How many frames outward the voice goes on before a pause."""
    reach = 0
    for i in np.flatnonzero(loud).tolist():
        if i - reach < PAUSE_FRAMES:
            reach = i + 1
    return reach


def _levels(samples: Waveform) -> Levels:
    """dB of each whole frame of 10 ms."""
    whole = len(samples) // FRAME * FRAME
    power = np.square(samples[:whole].reshape(-1, FRAME), dtype=np.float64).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-12))
