"""The paper's four augmentations of the waveform: noise, volume, reverberation, pitch; and a mix of them.

Each is drawn from its seed alone, so that an augmented clip can be made again and its features cached.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, sosfilt

Waveform = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000  # Hz
KINDS = ("noise", "volume", "reverberation", "pitch")
NOISE_SNR_DB = (5.0, 25.0)
VOLUME_DB = (-15.0, 10.0)
DECAY_S = (0.15, 0.9)  # time in which the reverberation falls by 60 dB, a small room to a hall
DIRECT_TO_REVERBERANT_DB = (-3.0, 12.0)
PITCH_SEMITONES = (-3.0, 3.0)


def augment(samples: Waveform, kind: str, seed: int) -> Waveform:
    """A changed copy of a clip, float32 [n] at 16 kHz, of the same length, never beyond -1..1.

    Args:
        samples: float32 [n].
        kind: One of KINDS, or "mixed", which draws one of them.
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
    else:
        raise ValueError(f"no augmentation {kind!r}, only {', '.join(KINDS)} and mixed")
    return np.clip(changed, -1.0, 1.0).astype(np.float32)


def _noise(samples: Waveform, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Coloured noise, its spectrum falling with frequency to a power of 0 (white) to 2 (brown)."""
    n = len(samples)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.fft.rfftfreq(n, 1 / SAMPLE_RATE), 20.0)
    noise = np.fft.irfft(spectrum * frequency ** (-rng.uniform(0.0, 2.0) / 2), n)
    snr = rng.uniform(*NOISE_SNR_DB)
    gain = _rms(samples) / max(_rms(noise), 1e-9) * 10 ** (-snr / 20)
    return samples + gain * noise


def _reverberation(samples: Waveform, rng: np.random.Generator) -> npt.NDArray[np.float64]:
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


def _rms(samples: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
