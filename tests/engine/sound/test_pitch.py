import numpy as np
import soxr

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform
from desktop_app.engine.sound.pitch import FRAME_S, pitch, thinned
from tests.tiny_pack import LABELS, clip


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
    for most, step in ((9, 2), (5, 2), (1, 10), (0, 10)):
        few, step_s = thinned(hz, most)
        assert (len(few), step_s) == (10 // step, step * FRAME_S)
    np.testing.assert_array_equal(thinned(hz, 9)[0], [105, 130, 200, nan, 90])


def test_three_frames_are_the_least() -> None:
    spoken = voice(np.full(SAMPLE_RATE, 220.0))
    np.testing.assert_allclose(pitch(spoken[:480]), 220, rtol=0.02)
    assert np.isnan(pitch(spoken[:476])).tolist() == [True, True]
    with np.errstate(all="raise"):
        assert len(pitch(np.zeros(480, np.float32))) == 3


def test_it_is_asked_in_each_round_whether_to_stop() -> None:
    asked: list[bool] = []
    spoken = voice(np.full(4_000, 220.0))
    assert np.isnan(pitch(spoken, lambda: asked.append(True) or len(asked) == 4)).all()
    assert not np.isnan(pitch(spoken, lambda: asked.append(True) or len(asked) == 9)).all()
    assert len(asked) == 8


def slowly(samples: Waveform) -> np.ndarray:
    """The same in double precision, step by step, by the numbers of the trainer's front end (model/prosody.py)."""
    slow = soxr.resample(samples, 16_000, 4_000).astype(np.float64)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(160) / 160)
    taps = np.sinc(2 * 900 / 16_000 * (np.arange(65) - 32)) * np.hanning(65)
    heard = np.abs(np.fft.rfft(taps / taps.sum(), 1_024)[:103]) ** 2  # the same frequencies, at 16 kHz
    hertz = np.arange(103) * 15.625
    rising = np.array([0 if f < 40 else 1 if f > 80 else (f - 40) / 40 for f in hertz])
    padded = np.concatenate([np.zeros(80), slow, np.zeros(80)])
    powers = np.array(
        [np.abs(np.fft.fft(window * padded[at : at + 160], 256)[:103]) ** 2 for at in range(0, len(slow) - 39, 40)]
    )
    powers = powers * heard
    powers = powers / powers.max() + 1e-9
    f0 = 60 * 2 ** (np.arange(int(12 * np.log2(620 / 60)) * 3 + 1) / 36)
    t = (
        (np.arange(20_000) + 0.5) / 20_000 * 160
    )  # Boersma's equation 8: the window's own autocorrelation, in small steps
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * t / 160)
    own = [
        np.mean(hann * np.where(t + lag < 160, 0.5 - 0.5 * np.cos(2 * np.pi * (t + lag) / 160), 0))
        for lag in 4_000 / f0
    ]
    strength = powers @ rising
    alike = np.array([powers @ (rising * np.cos(2 * np.pi * hertz / f)) / strength for f in f0]).T / (
        own / np.mean(hann**2)
    )
    score = np.maximum(alike - 0.02 * np.log2(620 / f0), 0)
    best = score
    for _ in range(4):  # from one frame to the next two candidates up or down at most
        near = np.lib.stride_tricks.sliding_window_view(np.pad(best, ((1, 1), (2, 2))), 5, axis=1).max(axis=2)
        best = score + 0.4 * (near[:-2] + near[2:])
    voiced, found = [], []
    for i, row in enumerate(alike):
        at = 1 + int(np.argmax(best[i, 1:-1]))
        curve = np.polyfit([-1, 0, 1], row[at - 1 : at + 2], 2)  # a parabola through the three
        top = float(np.clip(-curve[1] / (2 * min(curve[0], -5e-5)), -1, 1))
        found.append(f0[at] * 2 ** (top / 36))
        loud = 10 * np.log10(strength[i]) > np.percentile(10 * np.log10(strength), 95) - 25
        voiced.append(row[at] - 0.25 * (row[at - 1] - row[at + 1]) * top > 0.5 and loud)
    together = [sum(voiced[max(0, i - 1) : i + 2]) >= 2 for i in range(len(voiced))]
    return np.where(together, found, np.nan)


def test_it_is_what_the_front_end_of_packs_works_out() -> None:
    """Of four voices, loud, soft and in noise, with a low hum and a tone above: where it is found, and which it is."""
    rng = np.random.default_rng(3)
    sounds = [level * clip(label, 5, 1.5) for label in LABELS for level in (1.0, 0.1, 0.02)]
    samples = np.concatenate([s + 0.01 * rng.standard_normal(len(s)) * (i % 2) for i, s in enumerate(sounds)])
    samples += 0.003 * np.sin(2 * np.pi * 47 * np.arange(len(samples)) / SAMPLE_RATE)
    samples += 0.01 * np.sin(2 * np.pi * 1_300 * np.arange(len(samples)) / SAMPLE_RATE)
    found, wanted = pitch(samples.astype(np.float32)), slowly(samples.astype(np.float32))
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_allclose(found, wanted, rtol=1e-3)
