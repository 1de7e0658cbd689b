"""Voices made of pulses and formants: each has its pitch and its vocal tract, and says vowels at random."""

from collections.abc import Sequence

import numpy as np

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
"""Peterson and Barney's formants of men, in Hz: a, e, i, o, u."""
BANDWIDTH = 80.0
VOICES = ((100.0, 1.0), (230.0, 1.2), (160.0, 0.88), (300.0, 1.35))
"""(pitch in Hz, formants against a man's) of each voice."""

Span = tuple[float, float, int]


def voice(number: int, seconds: float, seed: int) -> Waveform:
    """float32 [n] at 16 kHz: vowels of 0.15 s without a pause."""
    pitch, tract = VOICES[number]
    rng = np.random.default_rng(seed)
    n = round(seconds * SAMPLE_RATE)
    size = round(0.15 * SAMPLE_RATE)
    parts = []
    for _ in range(-(-n // size)):
        glide = pitch * np.exp(0.12 * np.linspace(*rng.uniform(-1, 1, 2), size))
        phase = np.cumsum(glide / SAMPLE_RATE)
        pulses = (np.diff(np.floor(phase), prepend=0) > 0).astype(np.float64) + 0.01 * rng.standard_normal(size)
        spectrum = np.fft.rfft(pulses, 2 * size)
        frequency = np.fft.rfftfreq(2 * size, 1 / SAMPLE_RATE)
        for formant in VOWELS[int(rng.integers(len(VOWELS)))]:
            centre = formant * tract
            spectrum *= 1 / (1 - (frequency / centre) ** 2 + 1j * BANDWIDTH * frequency / centre**2)
        parts.append(np.fft.irfft(spectrum)[:size])
    sound = np.concatenate(parts)[:n]
    return (0.05 * sound / np.sqrt(np.square(sound).mean())).astype(np.float32)


def talk(turns: Sequence[tuple[int, float]], pause_s: float = 0.4, seed: int = 0) -> tuple[Waveform, list[Span]]:
    """Voices in turn, (voice, seconds) each, with a pause after each; and (start_s, end_s, voice) of each."""
    parts: list[Waveform] = []
    spans: list[Span] = []
    at = 0
    silence = np.zeros(round(pause_s * SAMPLE_RATE), np.float32)
    for i, (number, seconds) in enumerate(turns):
        parts += [voice(number, seconds, seed + i), silence]
        spans.append((at / SAMPLE_RATE, at / SAMPLE_RATE + seconds, number))
        at += len(parts[-2]) + len(silence)
    return np.concatenate(parts), spans
