"""The encoder gets the same samples for the same speech, with any level, silence, hum or offset."""

import numpy as np
import pytest

from desktop_app.engine.sound import steady
from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.steady import HighPass, gain, heard, high_passed, levelled, loud_enough, loudest_power
from tests.tiny_pack import clip

RATE = 16_000
LONGEST = 15 * RATE


def speech() -> Waveform:
    """Two seconds that are loud from the first sample to the last."""
    return clip("happy", 7, 2.0)


def tone(hz: float, seconds: float = 2.0) -> Waveform:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def filtered(samples: Waveform, block: int = 8_000) -> Waveform:
    return np.concatenate(list(high_passed(samples[i : i + block] for i in range(0, len(samples), block))))


def silence(n: int) -> Waveform:
    return np.zeros(n, np.float32)


@pytest.mark.parametrize("n", [1, 700, 1_024, 1_025, 5_000, 40_000])
def test_as_many_samples_come_out_of_the_filter_as_go_in(n: int) -> None:
    assert len(filtered(np.ones(n, np.float32), 333)) == n


@pytest.mark.parametrize("block", [1, 333, 1_024, 100_000])
def test_the_size_of_the_blocks_does_not_matter_to_the_filter(block: int) -> None:
    samples = speech()[:6_000]
    assert np.allclose(filtered(samples, block), filtered(samples), atol=1e-6)


def test_hum_goes_and_voices_stay_where_they_are() -> None:
    middle = slice(RATE // 2, -RATE // 2)
    for hum in (0.0, 10.0, 50.0):
        assert np.abs(filtered(tone(hum) + 0.1)[middle]).max() < 1e-3
    assert np.abs(filtered(tone(60.0))[middle]).max() < 0.05
    for voice in (90.0, 120.0, 1_000.0, 7_900.0):
        assert np.allclose(filtered(tone(voice))[middle], tone(voice)[middle], atol=5e-3)


@pytest.mark.parametrize(
    ("hz", "less_db", "to_db"), [(50, 67, 3), (60, 27, 0.5), (70, 6.02, 0.05), (80, 0.4, 0.05), (90, 0, 0.01)]
)
def test_so_much_is_left_of_a_tone(hz: float, less_db: float, to_db: float) -> None:
    left = np.abs(filtered(tone(hz, 3.0))[RATE : 2 * RATE]).max()
    assert -20 * np.log10(left) == pytest.approx(less_db, abs=to_db)


def test_a_sample_is_known_64_ms_later() -> None:
    high_pass = HighPass()
    assert [len(high_pass.feed(silence(n))) for n in (1_023, 1, 1, 500, 0)] == [0, 0, 1, 500, 0]
    assert len(high_pass.finish()) == 1_024
    assert len(HighPass().finish()) == 0


def test_before_and_behind_the_mean_of_64_ms_goes_on() -> None:
    """Of a step that is further from the end than that, nothing is heard there; of one that is nearer there is."""
    for at, heard_at_the_end in ((1_030, False), (500, True)):
        step = np.where(np.arange(8_000) < at, 0.2, 0.3).astype(np.float32)
        for samples in (step, step[::-1].copy()):
            assert (np.abs(filtered(samples)[[0, -1]]).max() > 0.02) == heard_at_the_end


@pytest.mark.parametrize("least", [*range(1, 70), 255, 256, 257, 320, 321, 384, 385, 2_048, 2_561, 18_433])
def test_the_transform_is_of_the_next_quick_length(least: int) -> None:
    quick = sorted(factor * 2**n for factor in (1, 3, 5) for n in range(16))
    assert steady._fft_size(least) == next(size for size in quick if size >= least)


def test_what_is_loudest_comes_to_minus_14_db_and_no_silence_does() -> None:
    """Of full scale, over a tenth of a second; what is under -80 dB is no louder than at it."""
    for power in (1.0, 1e-2, 1e-8):
        assert 20 * np.log10(gain(power) * np.sqrt(power)) == pytest.approx(-14, abs=1e-4)
    assert gain(1e-9) == gain(0.0) == gain(1e-8)
    assert 10 * np.log10(loudest_power(loud_enough(speech() / 50 + 0.1))) == pytest.approx(-14, abs=1e-4)
    burst = silence(RATE)
    burst[3_200 : 3_200 + 9 * 160] = 0.1
    assert loudest_power(burst) == pytest.approx(0.009)
    burst[3_200 : 3_200 + 20 * 160] = 0.1
    assert loudest_power(burst) == pytest.approx(0.01)
    assert loudest_power(np.concatenate([np.full(160, 0.1), np.full(159, 9.0)]).astype(np.float32)) == pytest.approx(
        0.01
    )


def test_an_offset_is_gone_from_the_first_sample_to_the_last() -> None:
    assert np.abs(filtered(np.full(3_000, 0.3, np.float32))).max() < 1e-6
    assert np.allclose(heard(speech() + 0.05, LONGEST), heard(speech(), LONGEST), atol=1e-5)


@pytest.mark.parametrize(("before", "after"), [(1, 0), (160, 0), (5_931, 77), (16_000, 16_000), (16_123, 40_001)])
def test_silence_at_the_ends_changes_nothing(before: int, after: int) -> None:
    alone = heard(speech(), LONGEST)
    given = heard(np.concatenate([silence(before), speech(), silence(after)]), LONGEST)
    assert len(given) == len(alone)
    assert np.abs(given - alone).max() < 0.012 * np.abs(alone).max()  # the filter rings where speech is cut off hard


@pytest.mark.parametrize("gain", [1e-3, 0.1, 2.0, -1.0])
def test_level_and_polarity_change_nothing(gain: float) -> None:
    assert np.allclose(heard(speech() * np.float32(gain), LONGEST), np.sign(gain) * heard(speech(), LONGEST), atol=1e-4)


def test_near_silence_is_not_amplified() -> None:
    assert np.abs(heard(speech() * np.float32(1e-6), LONGEST)).max() < 0.01
    assert not heard(silence(RATE), LONGEST).any()
    assert len(heard(silence(0), LONGEST)) == 0


def test_the_loudest_tenth_of_a_second_is_the_level() -> None:
    samples = silence(RATE)
    samples[3_200:4_800] = 0.1
    assert loudest_power(samples) == pytest.approx(0.01)
    assert loudest_power(np.full(5, 0.1, np.float32)) == pytest.approx(0.01)


def test_the_ends_are_cut_fifty_ms_outside_of_the_speech() -> None:
    burst = np.concatenate([silence(RATE), tone(500.0, 0.5), silence(RATE)])
    given = heard(burst, LONGEST)
    assert 0.6 - 0.021 <= len(given) / RATE <= 0.6 + 0.041
    loud = np.flatnonzero(np.abs(given) > 0.1)
    assert 0.04 <= loud[0] / RATE <= 0.08
    assert 0.04 <= (len(given) - loud[-1]) / RATE <= 0.08


def test_what_is_kept_to_the_frame() -> None:
    """Five frames of 10 ms beyond the first and the last within 35 dB of the loudest, from a whole step on."""
    samples = silence(3 * RATE)
    frames = samples.reshape(-1, 160)  # the same numbers
    frames[200:250] = 0.1
    samples[200 * 160] = 0.11
    for soft_db, first, last in ((-34.8, 195, 255), (-35.2, 200, 250)):
        frames[195:200] = frames[250:255] = 0.1 * 10 ** (soft_db / 20)
        given = levelled(samples, LONGEST)
        begin = (first - 5) // 2 * 2
        assert given.start == begin * 160
        assert len(given.samples) == (last + 5 - begin) * 160
        assert given.samples == pytest.approx(samples[begin * 160 :][: len(given.samples)] * given.samples.max() / 0.11)


def test_the_loudest_sample_begins_a_step_and_the_start_is_told() -> None:
    for cut in (0, 1, 80, 319, 320, 500):
        samples = speech()[cut:]
        given = levelled(samples, LONGEST)
        assert int(np.abs(given.samples).argmax()) % 320 == 0
        assert int(np.abs(samples).argmax()) - given.start == int(np.abs(given.samples).argmax())


@pytest.mark.parametrize("loudest", [0, 1, 159, 320, 95_999])
def test_no_more_comes_out_than_the_encoder_takes(loudest: int) -> None:
    samples = 0.1 * tone(500.0, 6.0)
    samples[loudest] = 0.9
    given = heard(samples, 6 * RATE)
    assert 6 * RATE - 320 <= len(given) <= 6 * RATE
