"""Several channels: one voice is taken from one of them, two voices each from their own, and none are added up."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from desktop_app.engine.sound import channels
from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.channels import ChannelTurns, ClearestChannel, Frames, clearest_channel
from tests.tiny_pack import clip

RATE = 16_000


def hiss(n: int, level: float, seed: int = 0) -> Waveform:
    return (level * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


@cache
def voice(seconds: float = 4.0) -> Waveform:
    """Speech-like sound with half a second of faint noise on either side."""
    faint = round(RATE / 2)
    return np.pad(clip("sad", 3, seconds), faint) + hiss(round(seconds * RATE) + 2 * faint, 1e-4, seed=9)


def stereo(left: Waveform, right: Waveform) -> Frames:
    return np.stack([left, right], axis=1)


def remarks(frames: Frames) -> tuple[str, ...]:
    clearest = ClearestChannel(frames.shape[1], RATE)
    clearest.feed(frames)
    clearest.finish()
    return clearest.remarks


@pytest.mark.parametrize("late", [5, 16, 160])
def test_a_second_microphone_that_hears_later_makes_no_comb(late: int) -> None:
    frames = stereo(voice(), np.roll(voice(), late))
    heard = clearest_channel(frames, RATE)
    assert any(np.array_equal(heard, channel) for channel in frames.T)


def test_channels_in_opposite_phase_are_heard_and_told() -> None:
    frames = stereo(voice(), -voice())
    assert np.array_equal(clearest_channel(frames, RATE), voice())
    (remark,) = remarks(frames)
    assert "opposite phase" in remark
    assert "channel 1 was heard" in remark


@pytest.mark.parametrize("other", ["hiss", "hiss over the voice", "silence", "far away", "click"])
@pytest.mark.parametrize("first", [True, False])
def test_the_better_channel_is_heard(other: str, first: bool) -> None:
    worse = {
        "hiss": hiss(len(voice()), 3e-3),
        "hiss over the voice": voice() + hiss(len(voice()), 3e-3),
        "silence": np.zeros(len(voice()), np.float32),
        "far away": 3e-3 * voice(),
        "click": np.where(np.arange(len(voice())) == RATE, np.float32(1.0), 1e-3 * voice()),
    }[other]
    frames = stereo(voice(), worse) if first else stereo(worse, voice())
    assert np.array_equal(clearest_channel(frames, RATE), voice())
    told = f"It has 2 channels that differ; channel {1 if first else 2}, the clearest, was heard."
    assert remarks(frames) == (() if other in ("hiss over the voice", "far away") else (told,))  # else it is the same


def test_speakers_with_a_channel_each_are_heard_in_turn() -> None:
    left, right = hiss(12 * RATE, 1e-3, 1), hiss(12 * RATE, 1e-3, 2)
    spoken = {0: clip("angry", 1, 3.0), 1: 0.3 * clip("sad", 1, 3.0)}
    for turn in range(4):
        (left, right)[turn % 2][turn * 3 * RATE : (turn * 3 + 3) * RATE] += spoken[turn % 2]
    heard = clearest_channel(stereo(left, right), RATE)
    for turn in range(4):
        middle = slice(turn * 3 * RATE + RATE // 4, (turn * 3 + 3) * RATE - RATE // 4)
        assert np.array_equal(heard[middle], (left, right)[turn % 2][middle])
    (remark,) = remarks(stereo(left, right))
    assert "each was heard while it spoke" in remark


def test_the_same_sound_in_all_channels_gives_that_sound_and_no_remark() -> None:
    frames = np.repeat(voice()[:, None], 6, axis=1)
    assert np.array_equal(clearest_channel(frames, RATE), voice())
    assert remarks(frames) == ()
    assert remarks(voice()[:, None]) == ()


@pytest.mark.parametrize("block", [1_000, 65_536, 10_000_000])
def test_the_size_of_the_blocks_does_not_matter(block: int) -> None:
    left, right = np.tile(voice(), 8), np.tile(np.roll(voice(), 7 * RATE // 2), 8)
    frames = stereo(left, right)
    clearest = ClearestChannel(2, RATE)
    parts = [clearest.feed(frames[i : i + block]) for i in range(0, len(frames), block)]
    heard = np.concatenate([*parts, clearest.finish()])
    assert np.array_equal(heard, clearest_channel(frames, RATE))
    assert len(heard) == len(left)


def test_many_channels_of_an_hour_are_not_held_in_memory() -> None:
    clearest = ClearestChannel(512, 48_000)
    held = 0
    for _ in range(10):
        held += 4_800 - len(clearest.feed(np.zeros((4_800, 512), np.float32)))
        assert held * 512 <= 10_000_000


def test_a_few_samples_or_none_will_do() -> None:
    assert len(clearest_channel(np.zeros((3, 2), np.float32), RATE)) == 3
    assert len(clearest_channel(np.zeros((0, 2), np.float32), RATE)) == 0
    assert len(clearest_channel(np.eye(3, 2, dtype=np.float32), 10)) == 3, "at any rate"


def test_from_turn_to_turn_the_sound_fades_in_20_ms() -> None:
    left, right = hiss(12 * RATE, 1e-3, 1), hiss(12 * RATE, 1e-3, 2)
    for turn, label in enumerate(("angry", "sad", "angry", "sad")):
        (left, right)[turn % 2][turn * 3 * RATE : (turn * 3 + 3) * RATE] += clip(label, 1, 3.0)
    clearest = ClearestChannel(2, RATE)
    heard = np.concatenate([clearest.feed(stereo(left, right)), clearest.finish()])
    turns = clearest.turns
    assert turns is not None
    assert turns.turn_s == pytest.approx(0.2)
    changes = np.flatnonzero(np.diff(turns.channels)) + 1
    assert len(changes) == 3
    for turn in changes.tolist():
        at = round(turn * 0.2 * RATE)
        before, after = ((left, right)[turns.channels[turn - 1]], (left, right)[turns.channels[turn]])
        fade = np.linspace(0, 1, 320, dtype=np.float32)
        place = slice(at, at + 320)
        np.testing.assert_allclose(heard[place], (1 - fade) * before[place] + fade * after[place], atol=1e-6)
        assert np.array_equal(heard[at + 320 : at + 640], after[at + 320 : at + 640])
    assert turns.at(np.array([-1.0, 0.1, 99.0])).tolist() == [0, 0, 1]


def test_whose_turn_it_is_by_hand() -> None:
    """Of two channels, whose speech is at -20 and -30 dB and whose noise at -60 and -70."""
    speech, noise = np.array([-20.0, -30.0]), np.array([-60.0, -70.0])

    def turns(*loudest: tuple[float, float], current: int = 0, voices: tuple[bool, bool] = (True, True)) -> list[int]:
        levels = np.full((10 * len(loudest) - 3, 2), -100.0)  # the last turn is shorter
        levels[4::10] = loudest
        return channels._turns(levels, speech, noise, np.array(voices), current)

    assert turns((-20, -30), (-29, -30)) == [0, 1]  # nine decibels louder, each against its own speech
    assert turns((-20, -30), (-28.9, -30)) == [0, 0]
    assert turns((-60, -30), (-60, -60), (-20, -70)) == [1, 1, 0], "who spoke last is listened to in a pause"
    assert turns((-60, -50)) == [1]  # no further than 20 dB under their own speech
    assert turns((-60, -50.1)) == [0]
    assert turns((-60, -30), voices=(True, False)) == [0], "a channel of noise has no turn"
    noise[1] = -45.0
    assert turns((-60, -35)) == [1]  # ten decibels over its noise
    assert turns((-60, -35.1)) == [0]
    assert turns((-20, -60), current=1) == [0]


def test_the_level_of_a_frame_is_that_of_its_sound_without_an_offset() -> None:
    steady = np.where(np.arange(25) % 2, 0.1, -0.1)[:, None] * np.array([1.0, 0.01]) + np.array([0.5, 0.0])
    levels = channels._levels(np.vstack([steady[:20], np.zeros((3, 2))]).astype(np.float32), 10)
    assert levels == pytest.approx(np.array([[-20, -60], [-20, -60], [-90, -90]]), abs=1e-3)


SLOW = 1_000
"""Samples a second at which a frame of 20 ms has 20, and a window of ten seconds 500 frames."""


def framed(*levels_db: Sequence[float]) -> Frames:
    """[frames * 20, channels], for each channel the level of each frame."""
    gain = 10 ** (np.repeat(np.array(levels_db, np.float64), 20, axis=1).T / 20)
    return (gain * np.where(np.arange(len(gain)) % 2, 1.0, -1.0)[:, None]).astype(np.float32)


def frames_of(n: int, speech: float, noise: float) -> list[float]:
    """The levels of n frames: five of noise, five of speech, and so on."""
    return [noise if i % 10 < 5 else speech for i in range(n)]


def heard_of(*windows: Frames) -> list[int]:
    """Which channel is heard in each, where it is one throughout."""
    clearest = ClearestChannel(windows[0].shape[1], SLOW)
    heard = np.concatenate([*[clearest.feed(window) for window in windows], clearest.finish()])
    found, at = [], 0
    for window in windows:
        part, at = heard[at : at + len(window)], at + len(window)
        after_fade = slice(20, None)
        found.append(next(c for c, one in enumerate(window.T) if np.array_equal(part[after_fade], one[after_fade])))
    return found


def test_speech_is_what_a_twentieth_of_the_moments_are_louder_than() -> None:
    """Of a hundred frames the sixth loudest; the other channel is loud in half of them."""
    steady = frames_of(100, -20, -60)
    for loud, heard in ((6, 0), (5, 1)):
        rare = [-60.0] * 100
        for i in range(loud):
            rare[5 + 10 * i] = -10.0
        frames = framed(rare, steady)
        assert np.array_equal(clearest_channel(frames, SLOW)[:200], frames[:200, heard])


def test_noise_is_what_a_tenth_of_the_moments_are_quieter_than() -> None:
    """Of a hundred frames the eleventh quietest."""
    steady = frames_of(100, -20, -60)
    for quiet, heard in ((11, 0), (10, 1)):
        other = frames_of(100, -20, -50)
        for i in range(quiet):
            other[i % 10 * 10 + i // 10] = -90.0
        assert heard_of(framed(other, steady)) == [heard]


@pytest.mark.parametrize(("noise_db", "heard"), [(-30.1, 0), (-29.9, 1)])
def test_less_than_ten_decibels_between_speech_and_noise_are_no_voice(noise_db: float, heard: int) -> None:
    """It is listened to at first; the other one is clearer by less than three."""
    before = framed(frames_of(500, -20, -60), frames_of(500, -50, -60))
    then = framed(frames_of(500, -20, noise_db), frames_of(500, -50, -62))
    assert heard_of(before, then) == [0, heard]


@pytest.mark.parametrize(("speech_db", "heard"), [(-49.9, 1), (-50.1, 0)])
def test_what_is_forty_decibels_quieter_is_not_meant(speech_db: float, heard: int) -> None:
    assert heard_of(framed(frames_of(100, -10, -30), frames_of(100, speech_db, -85))) == [heard]


@pytest.mark.parametrize(("noise_db", "heard"), [(-62.9, 0), (-63.1, 1)])
def test_another_channel_is_taken_when_it_is_three_decibels_clearer(noise_db: float, heard: int) -> None:
    before = framed(frames_of(500, -20, -60), frames_of(500, -20, -50))
    then = framed(frames_of(500, -20, -60), frames_of(500, -20, noise_db))
    assert heard_of(before, then) == [0, heard]


def test_without_any_voice_the_loudest_channel_is_heard() -> None:
    assert heard_of(framed([-60.0] * 100, [-50.0] * 100, [-55.0] * 100)) == [1]


@pytest.mark.parametrize(
    ("correlation", "says"), [(0.91, None), (0.89, "differ"), (-0.89, "differ"), (-0.91, "opposite phase")]
)
@pytest.mark.parametrize("level", [0.1, 1e-3])
def test_channels_are_alike_from_a_correlation_of_09(correlation: float, says: str | None, level: float) -> None:
    n = np.arange(4_000)
    one, other = np.sqrt(2) * np.sin(2 * np.pi * n / 20), np.sqrt(2) * np.cos(2 * np.pi * n / 20)
    both = np.stack([one, correlation * one + np.sqrt(1 - correlation**2) * other], axis=1)
    both *= np.repeat(np.where(np.arange(200) % 10 < 5, level / 1_000, level), 20)[:, None]
    clearest = ClearestChannel(2, SLOW)
    clearest.feed(both.astype(np.float32))
    clearest.finish()
    assert [says in remark for remark in clearest.remarks] == ([] if says is None else [True])


@pytest.mark.parametrize(
    ("channels", "rate", "window"),
    [(2, 16_000, 160_000), (2, 1_000, 10_000), (60, 16_000, 131_200), (1_024, 48_000, 9_600)],
)
def test_ten_seconds_are_looked_at_together_or_eight_million_samples(channels: int, rate: int, window: int) -> None:
    """In whole turns of 0.2 s, and at least one."""
    clearest = ClearestChannel(channels, rate)
    block = np.broadcast_to(np.zeros((1, 1), np.float32), (window - 1, channels))
    assert len(clearest.feed(block)) == 0
    assert len(clearest.feed(block[:1])) == window
    assert len(clearest.finish()) == 0


def test_who_is_listened_to_stays_so_where_channels_are_the_same_for_a_while() -> None:
    same = framed(frames_of(500, -20, -60), frames_of(500, -20, -60))
    first, second = frames_of(500, -20, -60), frames_of(500, -20, -60.5)
    assert heard_of(same, framed(first, second)) == [0, 0]
    better = framed(first, frames_of(500, -20, -70))
    assert heard_of(better, same, framed(second, first)) == [1, 0, 1]  # what is the same is that of both


def test_turns_are_counted_where_channels_are_the_same_too() -> None:
    """Eleven seconds and a bit of the same, so 50 turns and 6; then who speaks in which channel."""
    same = framed(frames_of(553, -20, -60), frames_of(553, -20, -60))
    clearest = ClearestChannel(2, SLOW)
    clearest.feed(same[:10_000])
    clearest.feed(same[10_000:])
    clearest.finish()
    turns = framed([-20.0] * 20 + [-60.0] * 20 + [-20.0] * 20, [-60.0] * 20 + [-20.0] * 20 + [-60.0] * 20)
    clearest.feed(turns)
    assert clearest.turns is None, "not before they were looked at"
    clearest.finish()
    assert clearest.turns is not None
    assert clearest.turns.channels.tolist() == [0] * 56 + [0, 0, 1, 1, 0, 0]


def test_which_channel_is_heard_at_a_time() -> None:
    turns = ChannelTurns(0.5, np.array([3, 4, 5]))
    assert turns.at(np.array([-1.0, 0.0, 0.49, 0.5, 1.2, 1.6, 9.0])).tolist() == [3, 3, 3, 4, 5, 5, 5]
