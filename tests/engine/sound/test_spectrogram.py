import numpy as np

from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.engine.sound.spectrogram import HIGHEST_HZ, spectrogram


def test_a_tone_is_seen_at_its_height_while_it_sounds() -> None:
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    sound = np.where(t < 1.0, np.sin(2 * np.pi * 1000 * t), np.sin(2 * np.pi * 3000 * t)).astype(np.float32)
    values = spectrogram(sound, 200, 101)
    assert values.shape == (101, 200)
    heights = np.linspace(HIGHEST_HZ, 0, 101)
    strongest = heights[values.argmax(axis=0)]
    assert np.all(np.abs(strongest[5:95] - 1000) <= 50)
    assert np.all(np.abs(strongest[105:195] - 3000) <= 50)
    assert values.max() == 255
    assert np.median(values) == 0


def test_any_length_and_silence_have_their_picture() -> None:
    assert spectrogram(np.zeros(0, np.float32), 10, 5).shape == (5, 10)
    assert spectrogram(np.zeros(100, np.float32), 10, 5).max() == 0
    noise = np.random.default_rng(0).normal(size=60 * SAMPLE_RATE).astype(np.float32)
    assert spectrogram(noise, 300, 80).min() > 100, "a mean of frames, which no single one makes dark"
