import numpy as np
import pytest

from desktop_app.engine.sound import borders
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform
from desktop_app.engine.sound.borders import voiced


def burst(noise_db: float = -90.0, soft_tail_s: float = 0.0) -> Waveform:
    """Three seconds, loud from 1.0 to 2.0 s, then soft (20 dB less) for a while."""
    rng = np.random.default_rng(3)
    samples = rng.standard_normal(3 * SAMPLE_RATE)
    gain = np.full(len(samples), 10 ** (noise_db / 20))
    gain[SAMPLE_RATE : 2 * SAMPLE_RATE] = 0.1
    gain[2 * SAMPLE_RATE : round((2 + soft_tail_s) * SAMPLE_RATE)] = 0.01
    return (gain * samples).astype(np.float32)


def seconds(found: tuple[int, int]) -> tuple[float, float]:
    return found[0] / SAMPLE_RATE, found[1] / SAMPLE_RATE


@pytest.mark.parametrize("detected", [(1.2, 1.8), (0.8, 2.3), (1.1, 2.5), (1.0, 2.0), (0.7, 1.5)])
@pytest.mark.parametrize("noise_db", [-90.0, -45.0])
def test_borders_are_found_wherever_the_detector_put_them(detected: tuple[float, float], noise_db: float) -> None:
    start, end = (round(s * SAMPLE_RATE) for s in detected)
    assert seconds(voiced(burst(noise_db), start, end)) == pytest.approx((1.0, 2.0), abs=0.02)


def test_a_soft_tail_belongs_to_the_voice() -> None:
    assert seconds(voiced(burst(soft_tail_s=0.4), SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, 2.4), abs=0.02)


@pytest.mark.parametrize(
    ("under_db", "noise_db", "belongs"),
    [(29, -90, True), (31, -90, False), (23, -30, True), (25, -30, False), (14, -18, True), (16, -18, False)],
)
def test_how_soft_a_tail_may_be(under_db: float, noise_db: float, belongs: bool) -> None:
    """Down to 30 dB under the loudest moment; where the room is louder, down to 6 dB over its noise or to 15 dB."""
    steady = np.where(np.arange(3 * SAMPLE_RATE) % 2, 1.0, -1.0)  # of one level everywhere, unlike noise
    gain = np.full(len(steady), 10 ** ((noise_db - 20) / 20))
    gain[SAMPLE_RATE : 2 * SAMPLE_RATE] = 0.1
    gain[2 * SAMPLE_RATE : round(2.2 * SAMPLE_RATE)] = 0.1 * 10 ** (-under_db / 20)
    end = voiced((gain * steady).astype(np.float32), SAMPLE_RATE, 2 * SAMPLE_RATE)[1]
    assert end == round((2.2 if belongs else 2.0) * SAMPLE_RATE)


def test_sound_after_a_pause_does_not_belong_to_the_voice() -> None:
    samples = burst()
    samples[round(2.5 * SAMPLE_RATE) :] = samples[SAMPLE_RATE : round(1.5 * SAMPLE_RATE)]
    assert seconds(voiced(samples, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, 2.0), abs=0.02)


def test_what_is_loud_elsewhere_does_not_make_the_voice_quiet() -> None:
    """A door that slams, half a second before or behind: the borders go by the voice."""
    for at in (0.2, 2.6):
        samples = burst(noise_db=-60.0)
        slam = slice(round(at * SAMPLE_RATE), round((at + 0.2) * SAMPLE_RATE))
        samples[slam] *= np.float32(10 ** (80 / 20))
        for early in (0, SAMPLE_RATE // 20):  # by which the detector is early, and late at the end
            found = voiced(samples, SAMPLE_RATE - early, 2 * SAMPLE_RATE + early)
            assert seconds(found) == pytest.approx((1.0, 2.0), abs=0.02)


def steps(*stretches: tuple[float, float]) -> Waveform:
    """(seconds, dB of full scale) after one another, each of one level everywhere."""
    gain = np.concatenate([np.full(round(s * SAMPLE_RATE), 10 ** (db / 20)) for s, db in stretches])
    return (gain * np.where(np.arange(len(gain)) % 2, 1.0, -1.0)).astype(np.float32)


def test_a_room_is_as_loud_as_its_quietest_fifth() -> None:
    """A soft end, 22 dB under the voice, belongs to it where three tenths of the room are quiet, not where one is."""
    quiet = steps((0.7, -40), (0.3, -80), (1.0, -20), (0.2, -42), (0.3, -80), (0.5, -40))
    loud = steps((0.7, -40), (0.3, -80), (1.0, -20), (0.2, -42), (0.8, -40))
    for samples, end_s in ((quiet, 2.2), (loud, 2.0)):
        assert seconds(voiced(samples, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, end_s))


def test_without_a_room_a_soft_end_is_the_voices() -> None:
    samples = steps((0.1, -70), (0.2, -40), (1.0, -20), (0.2, -40), (0.1, -70))
    assert seconds(voiced(samples, 0, len(samples))) == pytest.approx((0.1, 1.5))


def test_what_is_loud_twice_is_the_voice() -> None:
    """Two of its frames are 20 dB louder than the rest: the end is judged by them, 35 dB softer."""
    samples = steps((1.0, -90), (0.5, -20), (0.02, 0), (0.5, -20), (0.2, -35), (1.0, -90))
    assert seconds(voiced(samples, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, 2.02))


def test_a_voice_may_be_a_single_frame() -> None:
    samples = steps((1.0, -90), (0.01, -20), (1.0, -90))
    for end in (SAMPLE_RATE + 1, SAMPLE_RATE + 160):
        assert voiced(samples, SAMPLE_RATE, end) == (SAMPLE_RATE, SAMPLE_RATE + 160)


def test_the_level_of_a_frame() -> None:
    samples = np.concatenate([steps((0.01, -20), (0.01, -60)), np.zeros(170, np.float32)])
    assert borders._levels(samples) == pytest.approx([-20, -60, -120], abs=1e-3)


def test_a_room_is_judged_by_what_is_around_the_voice_and_not_by_the_voice() -> None:
    """However little of the room there is beside a long voice, its soft end, 20 dB less, belongs to it."""
    steady = np.where(np.arange(round(2.4 * SAMPLE_RATE)) % 2, 1.0, -1.0)
    gain = np.full(len(steady), 1e-6)
    gain[round(0.1 * SAMPLE_RATE) : round(2.1 * SAMPLE_RATE)] = 0.1
    gain[round(2.1 * SAMPLE_RATE) : round(2.3 * SAMPLE_RATE)] = 0.01
    samples = (gain * steady).astype(np.float32)
    start, end = round(0.1 * SAMPLE_RATE), round(2.1 * SAMPLE_RATE)
    assert seconds(voiced(samples, start, end)) == pytest.approx((0.1, 2.3))
    mirrored = samples[::-1].copy()
    assert seconds(voiced(mirrored, len(samples) - end, len(samples) - start)) == pytest.approx((0.1, 2.3))


def test_a_pause_of_03_s_ends_the_voice_and_a_shorter_one_does_not() -> None:
    for pause_s, end_s in ((0.29, 2.39), (0.3, 2.0)):
        samples = np.zeros(3 * SAMPLE_RATE, np.float32)
        for start_s, stop_s in ((1.0, 2.0), (2.0 + pause_s, 2.1 + pause_s)):
            samples[round(start_s * SAMPLE_RATE) : round(stop_s * SAMPLE_RATE)] = 0.1
        assert seconds(voiced(samples, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, end_s))
        mirrored = samples[::-1].copy()
        assert seconds(voiced(mirrored, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((3.0 - end_s, 2.0))


def test_beside_a_click_the_voice_is_no_silence() -> None:
    samples = burst()
    samples[round(1.5 * SAMPLE_RATE) :][: SAMPLE_RATE // 100] = 30.0
    assert seconds(voiced(samples, SAMPLE_RATE, 2 * SAMPLE_RATE)) == pytest.approx((1.0, 2.0), abs=0.02)


def test_a_percentile_is_that_of_numpy() -> None:
    levels = np.random.default_rng(0).normal(size=37)
    for percent in (0, 20, 50, 99, 100):
        assert borders._percentile(levels, percent) == pytest.approx(np.percentile(levels, percent))


def test_silence_and_scraps_stay_within_the_samples() -> None:
    for length in (1, 159, 161, SAMPLE_RATE):
        start, end = voiced(np.zeros(length, np.float32), 0, length)
        assert 0 <= start <= end <= max(length, 1)
