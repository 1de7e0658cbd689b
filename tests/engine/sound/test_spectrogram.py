import numpy as np
import pytest

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


def test_between_two_frequencies_the_power_is_between_theirs() -> None:
    """A tone in the middle of one of the 31.25 Hz wide steps is a quarter as strong in the next one (Hann)."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    column = spectrogram(tone, 11, 321)[:, 5].astype(float)  # one row each half step, from 5000 Hz down
    decibels = 70 * (column / 255 - 1)
    wanted = 10 * np.log10([1 / 4, (1 + 1 / 4) / 2, 1, (1 + 1 / 4) / 2, 1 / 4])
    assert decibels[254:259] == pytest.approx(wanted, abs=0.2)
    assert (column[:250].max(), column[263:].max()) == (0, 0)


def test_a_column_is_what_sounds_in_its_middle() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[SAMPLE_RATE // 2 :][:32] = 1.0
    strength = spectrogram(click, 125, 5).max(axis=0)  # columns of 8 ms; a frame of 32 ms reaches over four
    assert np.flatnonzero(strength > 127).tolist() == [61, 62, 63]


def test_a_long_column_is_the_mean_power_of_four_frames_evenly_spread() -> None:
    """Of 0.32 s, of which the tone sounds in the first quarter, the second, ...: each holds one of the four."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(10 * 512) / SAMPLE_RATE)
    for quarter in range(4):
        part = np.where(np.arange(len(tone)) * 4 // len(tone) == quarter, tone, 0)
        values = spectrogram(np.concatenate([tone, part]).astype(np.float32), 2, 6).max(axis=0)
        assert values[0] == 255
        assert 70 * (1 - values[1] / 255) == pytest.approx(10 * np.log10(4), abs=0.2)


def test_columns_are_as_many_frames_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 32 ms: one of less than two, two of less than three."""
    counted: list[int] = []
    real = np.fft.rfft
    monkeypatch.setattr(np.fft, "rfft", lambda chunk: counted.append(len(chunk)) or real(chunk))
    for samples, frames in ((0, 10), (100, 10), (10 * 1023, 10), (10 * 1024, 20), (10 * 1535, 20), (10 * 9999, 40)):
        counted.clear()
        spectrogram(np.zeros(samples, np.float32), 10, 3)
        assert sum(counted) == frames
    counted.clear()
    spectrogram(np.zeros(0, np.float32), 3000, 3)
    assert max(counted) == 1024, "no more at once, whatever the length"


def test_any_length_and_silence_have_their_picture() -> None:
    assert spectrogram(np.zeros(0, np.float32), 10, 5).shape == (5, 10)
    assert spectrogram(np.zeros(100, np.float32), 10, 5).max() == 0
    noise = np.random.default_rng(0).normal(size=60 * SAMPLE_RATE).astype(np.float32)
    assert spectrogram(noise, 300, 80).min() > 100, "a mean of frames, which no single one makes dark"
