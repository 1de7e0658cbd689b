"""What the encoder gets of a recording: the same samples for the same speech, whoever recorded, cut or converted it.

Offset, rumble and mains hum are filtered away, the level is made one, the silence at both ends falls off, and the steps
in which the encoder goes are laid by the sound itself. The trainer hears every clip through here as well.

Of 320 clips of six corpora no label moves with an offset, level, polarity or a second of silence at both ends; before,
5 and 9 % moved with an offset of 0.005 (clips like those trained on, and others), 3 and 8 % with a peak of -60 dBFS.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

STEADY = "steady1"
"""What this module makes of a sound, in one word: who keeps features of it counts on when they change what it makes."""

HIGH_PASS_HZ = 70.0
"""Half of the amplitude is left here; 60 Hz come 27 dB lower, 50 Hz 67, 80 Hz 0.4. A hum of 50 or 60 Hz 20 dB under the
speech moves 2 and 4 % of 192 labels then; with the filter at 20 Hz it moved 20 %."""
TAPS = 2_049
KAISER_BETA = 6.0
HALF = TAPS // 2

FRAME = SAMPLE_RATE // 100
"""10 ms, the step of the encoders' spectra."""
GRID = 2 * FRAME
"""20 ms, the step of the speech encoders' states.

Where in a sound the first step begins changes what is heard: where a recording begins 5 ms later, its features differ
by 0.30 of what two recordings differ by, and 2.5 % of 240 clips of four corpora get another label. So the steps are
laid by the sound itself: its loudest sample begins one. Then the features differ by 0.02 and no label does, and a
stretch of a long recording is heard as the clip would be by itself."""

EDGE_DB = 35.0
"""Under the loudest 10 ms: what is quieter at either end is silence."""
EDGE_FRAMES = 5
"""Kept beyond, as recorded."""

LOUD_FRAMES = 10
LEVEL_DB = -14.0
"""dB of full scale of the loudest tenth of a second, after levelling; the speech detector hears a little more than at
-20."""
QUIETEST_DB = -80.0
"""A recording below this is made no louder than one at it: what is left of its speech is the recorder's noise."""

Power = npt.NDArray[np.float64]


class HighPass:
    """The steady high-pass over a stream of blocks: no phase shift, as many samples out as in, in constant memory.

    Beyond its ends a recording is taken to go on at the mean of its first and last 64 ms, so that an offset is gone
    from the first sample on.
    """

    def __init__(self) -> None:
        self._held = np.zeros(0, np.float32)  # the last TAPS - 1 samples, or all there are before the first HALF
        self._begun = False

    def feed(self, block: Waveform) -> Waveform:
        """Of samples float32 [n] at 16 kHz those that can be known by now, [m], HALF later than they came."""
        self._held = np.concatenate([self._held, block])
        if not self._begun:
            if len(self._held) < HALF:
                return np.zeros(0, np.float32)
            self._begin()
        return self._filtered()

    def finish(self) -> Waveform:
        """The rest."""
        if not self._begun:
            if not len(self._held):
                return self._held
            self._begin()
        self._held = np.concatenate([self._held, _going_on(self._held[-HALF:])])
        return self._filtered()

    def _begin(self) -> None:
        self._begun = True
        self._held = np.concatenate([_going_on(self._held[:HALF]), self._held])

    def _filtered(self) -> Waveform:
        count = len(self._held) - 2 * HALF
        size = _fft_size(len(self._held))
        spectrum = np.fft.rfft(self._held, size) * _response(size)
        heard = np.fft.irfft(spectrum, size)[2 * HALF : 2 * HALF + count]
        self._held = self._held[count:].copy()
        return heard.astype(np.float32, copy=False)


def high_passed(blocks: Iterator[Waveform]) -> Iterator[Waveform]:
    """A stream of blocks float32 [n] at 16 kHz through `HighPass`."""
    high_pass = HighPass()
    for block in blocks:
        heard = high_pass.feed(block)
        if len(heard):
            yield heard
    heard = high_pass.finish()
    if len(heard):
        yield heard


@dataclass(frozen=True, eq=False)
class Levelled:
    """What `levelled` leaves: float32 [m] and which of the samples given comes first; -3: three are put in front."""

    samples: Waveform
    start: int


def loud_enough(samples: Waveform) -> Waveform:
    """A whole recording float32 [n] at 16 kHz, n > 0, through the high-pass and at one level; nothing is cut off."""
    filtered = np.concatenate(list(high_passed(iter([samples]))))
    return filtered * gain(loudest_power(filtered))


def heard(samples: Waveform, longest: int) -> Waveform:
    """What the encoder gets of a clip.

    Args:
        samples: float32 [n] at 16 kHz, mono, as recorded.
        longest: At most so many samples come out, a multiple of FRAME.
    """
    return levelled(np.concatenate(list(high_passed(iter([samples])))), longest).samples if len(samples) else samples


def levelled(samples: Waveform, longest: int) -> Levelled:
    """As `heard`, of samples that went through the high-pass, n > 0."""
    on_grid = np.zeros(-(-(len(samples) + GRID) // GRID) * GRID, np.float32)
    first = -int(np.abs(samples).argmax()) % GRID
    on_grid[first : first + len(samples)] = samples
    frames = on_grid.reshape(-1, FRAME)
    power = _power(frames)
    loud = np.flatnonzero(power >= power.max() * 10 ** (-EDGE_DB / 10))
    begin = loud[0] - EDGE_FRAMES
    begin -= begin % 2  # in whole steps of GRID
    count = min(int(loud[-1]) + 1 + EDGE_FRAMES - begin, longest // FRAME)
    kept = np.zeros((count, FRAME), np.float32)
    source = frames[max(begin, 0) : begin + count]
    kept[max(-begin, 0) :][: len(source)] = source
    return Levelled(kept.reshape(-1) * gain(_loudest(power)), int(begin) * FRAME - first)


def loudest_power(samples: Waveform) -> float:
    """Mean square of the loudest tenth of a second of float32 [n], n > 0."""
    whole = len(samples) // FRAME * FRAME
    return _loudest(_power(samples[:whole].reshape(-1, FRAME) if whole else samples[None]))


def gain(power: float) -> np.float32:
    """What brings a recording, whose loudest tenth of a second has this mean square, to LEVEL_DB."""
    return np.float32(10 ** (LEVEL_DB / 20) / np.sqrt(max(power, 10 ** (QUIETEST_DB / 10))))


def _power(frames: Waveform) -> Power:
    """Mean square of each of [frames, n]."""
    power: Power = np.square(frames, dtype=np.float64).mean(axis=1)
    return power


def _loudest(power: Power) -> float:
    size = min(LOUD_FRAMES, len(power))
    return float(np.convolve(power, np.full(size, 1 / size), "valid").max())


def _going_on(samples: Waveform) -> Waveform:
    """HALF samples at the mean of these, by a window that lets no voice count."""
    return np.full(HALF, np.average(samples, weights=np.hanning(len(samples) + 2)[1:-1]), np.float32)


def _fft_size(least: int) -> int:
    """The next length that the Fourier transform is quick at: 2, 3 or 5 times a power of two."""
    power = 1 << (least - 1).bit_length()
    return min(size for size in (power, power // 8 * 5, power // 4 * 3) if size >= least)


@lru_cache(maxsize=8)
def _response(size: int) -> npt.NDArray[np.complex64]:
    """The filter's spectrum [size // 2 + 1]: an impulse less a low-pass in Kaiser's window, nothing left at 0 Hz."""
    t = np.arange(TAPS) - HALF
    low_pass = np.sinc(2 * HIGH_PASS_HZ / SAMPLE_RATE * t) * np.kaiser(TAPS, KAISER_BETA)
    taps = -low_pass / low_pass.sum()
    taps[HALF] += 1
    return np.fft.rfft(taps, size).astype(np.complex64)
