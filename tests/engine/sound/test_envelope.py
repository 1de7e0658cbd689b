"""The waveform's peaks as they are drawn: whatever the blocks, whatever the number of columns."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.sound.envelope import columns, envelope_of, means, peaks_of

PEAKS = np.array([1, 3, 2, 5], np.float32) / 8


@pytest.mark.parametrize(("rate", "size"), [(16_000, 320), (11_025, 220)])
@pytest.mark.parametrize("block", [1, 100, 221, 10_000])
def test_each_20_ms_have_one_peak_whatever_the_blocks(rate: int, size: int, block: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 3 * size + 7).astype(np.float32)
    found = peaks_of((samples[i : i + block] for i in range(0, len(samples), block)), rate)
    assert found.tolist() == [float(np.abs(samples[i : i + size]).max()) for i in range(0, len(samples), size)]


def test_of_nothing_there_are_no_peaks() -> None:
    assert len(peaks_of(iter([]), 16_000)) == 0
    for drawn in (columns, means):
        assert drawn(PEAKS[:0], 3).tolist() == [0, 0, 0]
        assert len(drawn(PEAKS, 0)) == len(drawn(PEAKS, -1)) == 0
        assert drawn(PEAKS[:1], 1).tolist() == [1 / 8]


@pytest.mark.parametrize(
    ("n", "largest", "mean"),
    [
        (1, [5], [2.75]),
        (2, [3, 5], [2, 3.5]),
        (3, [1, 3, 5], [1, 3, 3.5]),
        (4, [1, 3, 2, 5], [1, 3, 2, 5]),
        (8, [1, 1, 3, 3, 2, 2, 5, 5], [1, 1, 3, 3, 2, 2, 5, 5]),
    ],
)
def test_a_column_is_the_largest_or_the_mean_of_its_stretch(n: int, largest: list[float], mean: list[float]) -> None:
    assert (8 * columns(PEAKS, n)).tolist() == largest
    assert (8 * means(PEAKS, n)).tolist() == mean


@pytest.mark.parametrize("n_peaks", [1, 7, 64, 1003])
def test_each_peak_is_in_one_column_and_each_column_begins_where_it_should(n_peaks: int) -> None:
    peaks = np.arange(1, n_peaks + 1, dtype=np.float32)  # each larger than those before it
    for n in (1, 2, 3, 10, 64, 1003, 2000):
        starts = [i * n_peaks // n for i in range(n)]
        ends = [max(a + 1, b) for a, b in itertools.pairwise([*starts, n_peaks])]
        assert columns(peaks, n).tolist() == ends
        np.testing.assert_allclose(means(peaks, n), [(a + 1 + b) / 2 for a, b in zip(starts, ends, strict=True)])


def test_means_are_of_each_stretch() -> None:
    peaks = np.random.default_rng(0).random(1003).astype(np.float32)
    found = means(peaks, 10)
    edges = np.linspace(0, 1003, 11).astype(int)
    np.testing.assert_allclose(found, [peaks[a:b].mean() for a, b in itertools.pairwise(edges)], rtol=1e-5)
    assert len(means(peaks, 2000)) == 2000
    assert means(peaks[:0], 5).tolist() == [0.0] * 5


def test_the_envelope_of_a_file_is_that_of_its_sound(tmp_path: Path) -> None:
    samples = np.concatenate([np.full(16_000, level, np.float32) for level in (0.25, 0.0, 1.0, -0.5)])
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    assert envelope_of(tmp_path / "a.wav", 4) == (0.25, 0.0, 1.0, 0.5)
