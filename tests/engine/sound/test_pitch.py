import numpy as np

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform
from desktop_app.engine.sound.pitch import FRAME_S, pitch, thinned


def voice(hz: np.ndarray) -> Waveform:
    """A voice-like sound [n] of a moving pitch [n]."""
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    return (0.1 * sum(np.sin(n * phase) / n for n in range(1, 9))).astype(np.float32)


def test_a_glide_is_followed_within_a_percent() -> None:
    wanted = np.geomspace(70, 560, 4 * SAMPLE_RATE)
    found = pitch(voice(wanted))
    assert len(found) == round(4 / FRAME_S)
    inside = slice(5, -5)
    np.testing.assert_allclose(found[inside], wanted[:: round(SAMPLE_RATE * FRAME_S)][inside], rtol=0.01)


def test_between_two_candidates_a_steady_pitch_is_found_to_a_five_hundredth() -> None:
    """They are a third of a semitone apart, 2 %: the parabola says where between them."""
    for hz in (87.3, 121.0, 199.0, 254.5, 333.0):
        found = pitch(voice(np.full(SAMPLE_RATE // 2, hz)))
        np.testing.assert_allclose(found[5:-5], hz, rtol=0.002)


def test_pauses_noise_and_silence_have_no_pitch() -> None:
    spoken = voice(np.full(SAMPLE_RATE, 150.0))
    found = pitch(np.concatenate([spoken, np.zeros(SAMPLE_RATE, np.float32), spoken]))
    np.testing.assert_allclose(found[5:95], 150, rtol=0.01)
    assert np.isnan(found[105:195]).all()
    noise = np.random.default_rng(0).normal(size=2 * SAMPLE_RATE).astype(np.float32)
    assert np.isnan(pitch(noise)).mean() > 0.9
    for length in (0, 1, 300, SAMPLE_RATE):
        assert np.isnan(pitch(np.zeros(length, np.float32))).all()
    assert np.isnan(pitch(spoken, lambda: True)).all()


def test_a_thinned_curve_is_the_median_of_what_is_voiced() -> None:
    nan = np.nan
    hz = np.array([100, 110, 130, nan, nan, 200, nan, nan, nan, 90], np.float32)
    few, step_s = thinned(hz, 4)
    np.testing.assert_array_equal(few, [110, 200, nan, 90])
    assert step_s == 3 * FRAME_S
    same, step_s = thinned(hz, 10)
    np.testing.assert_array_equal(same, hz)
    assert step_s == FRAME_S
    assert len(thinned(hz[:0], 10)[0]) == 0
