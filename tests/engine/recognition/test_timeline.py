import numpy as np
import pytest

from desktop_app.engine.recognition.timeline import clock, ticks
from desktop_app.engine.sound.envelope import PEAK_S, columns, peaks_of


@pytest.mark.parametrize(
    ("start", "end", "at_most", "expected"),
    [
        (0, 60, 12, (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60)),
        (0.05, 0.95, 10, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        (100, 3700, 6, (600, 1200, 1800, 2400, 3000, 3600)),
        (0, 40 * 7200, 5, (0, 57600, 115200, 172800, 230400, 288000)),
    ],
)
def test_ticks_are_round_and_few(start: float, end: float, at_most: int, expected: tuple[float, ...]) -> None:
    assert ticks(start, end, at_most) == expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (63.5, "1:03.5"), (59.96, "1:00"), (3663, "1:01:03"), (0.1, "0:00.1")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_peaks_do_not_depend_on_how_the_blocks_are_cut() -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, 16_000 * 3 + 77).astype(np.float32)
    whole = peaks_of([samples], 16_000)
    pieces = peaks_of(np.split(samples, [1, 1, 50, 9_000, 30_001]), 16_000)
    np.testing.assert_array_equal(whole, pieces)
    size = round(16_000 * PEAK_S)
    assert len(whole) == -(-len(samples) // size)
    assert whole[7] == np.abs(samples[7 * size : 8 * size]).max()
    assert len(peaks_of([], 16_000)) == 0


def test_columns_keep_the_largest_peak_of_each_stretch() -> None:
    peaks = np.zeros(1000, np.float32)
    peaks[[5, 999]] = [0.7, 0.9]
    shown = columns(peaks, 100)
    assert shown[0] == np.float32(0.7)
    assert shown[99] == np.float32(0.9)
    assert shown[1:99].max() == 0
    assert columns(peaks[:3], 10).shape == (10,)
    assert columns(np.zeros(0, np.float32), 4).tolist() == [0, 0, 0, 0]
