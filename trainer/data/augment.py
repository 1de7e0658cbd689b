"""The paper's four augmentations of the waveform, a mix of them, and two more that a stranger's recording needs.

Each is drawn from its seed alone, so that an augmented clip can be made again and its features cached.
"""

from typing import Any, get_args

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
SILENCE_DB = 35.0  # under the loudest frame: what is quieter at either end is silence
EDGE_S = (0.0, 0.6)  # of new silence at either end
EDGE_DB = (-75.0, -45.0)  # of the noise in it, relative to the clip
PART_SHARE = (0.3, 0.9)  # of a clip's frames
FRAME = 160  # samples, 10 ms
LOWPASS_HZ = (2_500.0, 7_000.0)
HIGHPASS_HZ = (80.0, 400.0)


def augment(samples: Waveform, kind: str, seed: int) -> Waveform:
    """A changed copy of a clip, float32 at 16 kHz, never beyond -1..1; of the same length but for "edges".

    Args:
        samples: float32 [n].
        kind: One of KINDS; "mixed", which draws one of them; "edges", the silence at both ends replaced; "channel",
            another room and microphone: some of equaliser, band limit, reverberation, noise, volume and edges.
        seed: Says everything about the draw.

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
    elif kind == "edges":
        changed = _edges(samples, rng)
    elif kind == "channel":
        changed = _channel(samples, rng)
    else:
        raise ValueError(f"no augmentation {kind!r}, only {', '.join(get_args(Augmentation))}")
    return np.clip(changed, -1.0, 1.0).astype(np.float32)


def draw_part(seed: int) -> tuple[float, float]:
    """A part of a clip: its share of the frames, and its place from 0, at the start, to 1, at the end."""
    rng = np.random.default_rng(seed)
    return float(rng.uniform(*PART_SHARE)), float(rng.random())


def _noise(samples: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Coloured noise, its spectrum falling with frequency to a power of 0 (white) to 2 (brown)."""
    n = len(samples)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.fft.rfftfreq(n, 1 / SAMPLE_RATE), 20.0)
    noise = np.fft.irfft(spectrum * frequency ** (-rng.uniform(0.0, 2.0) / 2), n)
    snr = rng.uniform(*NOISE_SNR_DB)
    gain = _rms(samples) / max(_rms(noise), 1e-9) * 10 ** (-snr / 20)
    return samples + gain * noise


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
    """The clip without the silence at its ends, between new ones of faint noise."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    if len(frames) == 0:
        return samples.astype(np.float64)
    level = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    loud = np.flatnonzero(level >= level.max() - SILENCE_DB)
    speech = samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME]
    hiss = _rms(speech) * 10 ** (rng.uniform(*EDGE_DB) / 20)
    before, after = (hiss * rng.standard_normal(int(rng.uniform(*EDGE_S) * SAMPLE_RATE)) for _ in range(2))
    return np.concatenate([before, speech, after])


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
    """A smooth gain over frequency: three cosines of a few dB on a scale that widens as hearing's does."""
    spectrum = np.fft.rfft(samples)
    place = np.log1p(np.linspace(0, SAMPLE_RATE / 2, len(spectrum)) / 700) / np.log1p(SAMPLE_RATE / 2 / 700)
    gain_db = sum(rng.normal(0, 4 / n) * np.cos(np.pi * n * place + rng.uniform(0, 0.5)) for n in (1, 2, 3))
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gain_db / 20), len(samples)))


def _rms(samples: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
