"""The paper's four augmentations of the waveform, a mix of them, and three more for recordings of other devices.

Each depends only on its seeds, so that an augmented clip can be made again and its features cached.

The paper's "mixed" is implemented as one of the four for each copy, drawn at random: its table 2 has a row for each of
them, eq. (1) has one copy of each clip, and a copy changed by all four would hardly keep its label. "chain" is the
other reading, all of them one after another.
"""

from dataclasses import dataclass
from typing import Any, Self, get_args

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, sosfilt

from trainer.recipe import Augmentation

Waveform = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000  # Hz
KINDS: tuple[Augmentation, ...] = ("noise", "volume", "reverberation", "pitch")
NOISE_SNR_DB = (5.0, 25.0)
VOLUME_DB = (-15.0, 10.0)
DECAY_S = (0.15, 0.9)  # time in which the reverberation falls by 60 dB, a small room to a hall
DIRECT_TO_REVERBERANT_DB = (-3.0, 12.0)
PITCH_SEMITONES = (-3.0, 3.0)
SILENCE_DB = 35.0  # below the loudest frame; quieter sound at either end counts as silence
EDGE_S = (0.0, 0.6)  # of new silence at either end
EDGE_DB = (-75.0, -45.0)  # of the noise in it, relative to the clip
PART_SHARE = (0.3, 0.9)  # of the speech, in half of a room's clips; at least half a second
TEMPO = (0.8, 1.25)
FRAME = 160  # samples, 10 ms
LOWPASS_HZ = (2_500.0, 7_000.0)
HIGHPASS_HZ = (80.0, 400.0)


def augment(samples: Waveform, kind: str, seed: int, room: int | None = None) -> Waveform:
    """An augmented copy of a clip, float32 at 16 kHz, within -1..1; its length changes only with "edges" and "room".

    Args:
        samples: float32 [n].
        kind: One of KINDS; "mixed", which draws one of them; "chain", each of them by chance, in any order; "edges",
            the silence at both ends replaced; "channel", another room and microphone: some of equaliser, band limit,
            reverberation, noise, volume and edges; "room": as Room has it, with a part of the clip, its tempo, silence
            at the ends and level drawn by clip.
        seed: The seed of the draw.
        room: The seed of the room of kind "room", which several clips can share; None: `seed`.

    Raises:
        ValueError: No such kind.
    """
    rng = np.random.default_rng(seed)
    if kind == "mixed":
        kind = str(rng.choice(KINDS))
    changed: npt.NDArray[Any]
    if kind == "noise":
        changed = _noise(samples, rng)
    elif kind == "volume":
        changed = samples * 10 ** (rng.uniform(*VOLUME_DB) / 20)
    elif kind == "reverberation":
        changed = _reverberation(samples, rng)
    elif kind == "pitch":
        changed = _pitch(samples, rng)
    elif kind == "chain":
        changed = _chain(samples, rng)
    elif kind == "edges":
        changed = _edges(samples, rng)
    elif kind == "channel":
        changed = _channel(samples, rng)
    elif kind == "room":
        changed = _in_room(samples, rng, Room.drawn(seed if room is None else room))
    else:
        raise ValueError(f"no augmentation {kind!r}, only {', '.join(get_args(Augmentation))}")
    return np.clip(changed, -1.0, 1.0).astype(np.float32)


def _chain(samples: Waveform, rng: np.random.Generator) -> Waveform:
    """Applies each of KINDS with a chance of one half, but at least one."""
    drawn = [kind for kind in rng.permutation(KINDS) if rng.random() < 0.5] or [rng.choice(KINDS)]
    for kind in drawn:
        samples = augment(samples, str(kind), int(rng.integers(0, 2**31)))
    return samples


def _noise(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Coloured noise, its spectrum falling with frequency to a power of 0 (white) to 2 (brown)."""
    white = rng.standard_normal(len(samples))
    noise = _coloured(white, rng.uniform(0.0, 2.0))
    return samples + _rms(samples) * 10 ** (-rng.uniform(*NOISE_SNR_DB) / 20) * noise


def _reverberation(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Convolution with a room of exponentially decaying, low-passed noise (Polack's model), the level kept."""
    decay_s = rng.uniform(*DECAY_S)
    n = int(decay_s * SAMPLE_RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail = sosfilt(butter(2, rng.uniform(2_000, 6_000), fs=SAMPLE_RATE, output="sos"), tail)
    tail[: int(rng.uniform(0.001, 0.01) * SAMPLE_RATE)] = 0.0  # the direct sound comes first
    tail *= 10 ** (-rng.uniform(*DIRECT_TO_REVERBERANT_DB) / 20) / max(float(np.sqrt((tail**2).sum())), 1e-9)
    wet = samples + fftconvolve(samples, tail)[: len(samples)]
    return np.asarray(wet * _rms(samples) / max(_rms(wet), 1e-9))


def _pitch(samples: Waveform, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    from audiomentations import PitchShift

    shift = PitchShift(*[float(rng.uniform(*PITCH_SEMITONES))] * 2, p=1.0)
    return np.asarray(shift(samples=np.ascontiguousarray(samples), sample_rate=SAMPLE_RATE), dtype=np.float64)


def _edges(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Replaces the silence at the clip's ends by faint noise of another length."""
    speech = _between_silence(samples)
    hiss = _rms(speech) * 10 ** (rng.uniform(*EDGE_DB) / 20)
    before, after = (hiss * rng.standard_normal(int(rng.uniform(*EDGE_S) * SAMPLE_RATE)) for _ in range(2))
    return np.concatenate([before, speech, after])


def _between_silence(samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The clip without the silence at its ends."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    if len(frames) == 0:
        return samples
    level = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    loud = np.flatnonzero(level >= level.max() - SILENCE_DB)
    return samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME]


@dataclass(frozen=True)
class Room:
    """A room, a microphone and its place, shared by all clips of a recording.

    Attributes:
        cosines: Make up a smooth gain over frequency on a perceptual scale: (dB, number, phase).
        low_hz, high_hz, order: The band's limits, 0 for none, and the filter's order.
        tail: Its impulse response after Polack, the direct sound first; None for no reverberation.
        colour: The noise's spectrum falls with frequency to this power.
        snr_db: Signal-to-noise ratio; None for almost no noise.
    """

    cosines: tuple[tuple[float, int, float], ...]
    low_hz: float
    high_hz: float
    order: int
    tail: npt.NDArray[np.float64] | None
    colour: float
    snr_db: float | None

    @classmethod
    def drawn(cls, seed: int) -> Self:
        """The room of this seed."""
        rng = np.random.default_rng(seed)
        cosines = [(rng.normal(0, 5 / n), n, rng.uniform(0, 0.5)) for n in (1, 2, 3, 4)] if rng.random() < 0.8 else []
        low_hz = rng.uniform(60, 350) if rng.random() < 0.4 else 0.0
        high_hz = rng.uniform(3_000, 7_500) if rng.random() < 0.4 else 0.0
        order = int(rng.integers(1, 4))
        tail = None
        if rng.random() < 0.5:
            n = int(np.exp(rng.uniform(np.log(0.1), np.log(0.8))) * SAMPLE_RATE)
            tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
            tail = sosfilt(butter(2, rng.uniform(2_000, 6_000), fs=SAMPLE_RATE, output="sos"), tail)
            tail[: int(rng.uniform(0.001, 0.01) * SAMPLE_RATE)] = 0.0
            tail *= 10 ** (-rng.uniform(-3, 15) / 20) / max(float(np.sqrt((tail**2).sum())), 1e-9)
            tail[0] = 1.0
        colour = rng.uniform(0, 2)
        return cls(
            tuple(cosines), low_hz, high_hz, order, tail, colour, rng.uniform(5, 35) if rng.random() < 0.6 else None
        )

    def heard(self, samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sound [n] as it reaches the microphone, without the noise."""
        n = len(samples)
        if self.tail is not None:
            wet = fftconvolve(samples, self.tail)[:n]
            samples = wet * _rms(samples) / max(_rms(wet), 1e-9)
        size = 1 << (n - 1).bit_length() if n > 1 else 2
        frequency = np.linspace(0, SAMPLE_RATE / 2, size // 2 + 1)
        place = np.log1p(frequency / 700) / np.log1p(SAMPLE_RATE / 2 / 700)
        gain = 10 ** (sum(db * np.cos(np.pi * k * place + at) for db, k, at in self.cosines) / 20)
        if self.low_hz:
            gain = gain / np.sqrt(1 + (self.low_hz / np.maximum(frequency, 1.0)) ** (2 * self.order))
        if self.high_hz:
            gain = gain / np.sqrt(1 + (frequency / self.high_hz) ** (2 * self.order + 4))
        return np.asarray(np.fft.irfft(np.fft.rfft(samples, size) * gain, size)[:n])


def _in_room(samples: Waveform, rng: np.random.Generator, room: Room) -> npt.NDArray[np.float64]:
    said = _between_silence(samples).astype(np.float64)
    if rng.random() < 0.5 and len(said) > SAMPLE_RATE // 2:
        n = max(int(len(said) * rng.uniform(*PART_SHARE)), SAMPLE_RATE // 2)
        start = int(rng.uniform(0, len(said) - n))
        said = said[start : start + n]
    if rng.random() < 0.4:
        said = _at_tempo(said, rng.uniform(*TEMPO))
    before, after = (int(rng.uniform(*EDGE_S) * SAMPLE_RATE) if rng.random() < 0.5 else 0 for _ in range(2))
    changed = room.heard(np.concatenate([np.zeros(before), said, np.zeros(after)]))
    snr = room.snr_db + rng.uniform(-3, 3) if room.snr_db is not None else rng.uniform(40, 60)
    changed = changed + _coloured(rng.standard_normal(len(changed)), room.colour) * _rms(changed) * 10 ** (-snr / 20)
    return np.asarray(changed * 0.7 * 10 ** (rng.uniform(-15, 0) / 20) / max(np.abs(changed).max(), 1e-9))


def _at_tempo(samples: npt.NDArray[np.float64], rate: float) -> npt.NDArray[np.float64]:
    from audiomentations import TimeStretch

    stretch = TimeStretch(rate, rate, leave_length_unchanged=False, p=1.0)
    return np.asarray(stretch(samples=samples.astype(np.float32), sample_rate=SAMPLE_RATE), dtype=np.float64)


def _coloured(white: npt.NDArray[np.float64], colour: float) -> npt.NDArray[np.float64]:
    """White noise [n] as noise whose spectrum falls with frequency to the power `colour`, root mean square 1."""
    frequency = np.maximum(np.fft.rfftfreq(len(white), 1 / SAMPLE_RATE), 20.0)
    noise = np.fft.irfft(np.fft.rfft(white) * frequency ** (-colour / 2), len(white))
    return np.asarray(noise / max(_rms(noise), 1e-9))


def _channel(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    changed = _edges(samples, rng) if rng.random() < 0.5 else samples.astype(np.float64)
    if rng.random() < 0.4:
        changed = _reverberation(changed, rng)
    if rng.random() < 0.7:
        changed = _equaliser(changed, rng)
    if rng.random() < 0.25:
        changed = sosfilt(butter(4, rng.uniform(*LOWPASS_HZ), "lowpass", fs=SAMPLE_RATE, output="sos"), changed)
    if rng.random() < 0.25:
        changed = sosfilt(butter(4, rng.uniform(*HIGHPASS_HZ), "highpass", fs=SAMPLE_RATE, output="sos"), changed)
    if rng.random() < 0.6:
        changed = _noise(changed, rng)
    return np.asarray(changed * 10 ** (rng.uniform(*VOLUME_DB) / 20))


def _equaliser(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A smooth gain over frequency: three cosines of a few dB on a perceptual scale."""
    spectrum = np.fft.rfft(samples)
    place = np.log1p(np.linspace(0, SAMPLE_RATE / 2, len(spectrum)) / 700) / np.log1p(SAMPLE_RATE / 2 / 700)
    gain_db = sum(rng.normal(0, 4 / n) * np.cos(np.pi * n * place + rng.uniform(0, 0.5)) for n in (1, 2, 3))
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gain_db / 20), len(samples)))


def _rms(samples: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
