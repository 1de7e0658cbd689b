"""The sound reaches the loudspeaker sample for sample, however late its blocks come, and can be stopped at any time."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop_app.capture import player
from desktop_app.capture.player import SystemPlayer, _Feeder
from desktop_app.capture.source import Block
from desktop_app.errors import AudioError, DeviceError


def play(feeder: _Feeder, frames: int = 480) -> Block:
    """What a callback gets from the first to the last sample, without the silence of late blocks."""
    feeder.start()
    parts = []
    over = False
    while not over:
        out = np.full(frames, 9.0, np.float32)
        over = feeder.fill(out)
        parts.append(out[out != 0.0])
    feeder.stop()
    return np.concatenate(parts)


def test_every_sample_in_order() -> None:
    sound = np.arange(1, 100_001, dtype=np.float32)
    assert np.array_equal(play(_Feeder(np.array_split(sound, 37))), sound)


def test_damage_in_the_middle_ends_the_sound_after_what_came_before() -> None:
    def damaged() -> Iterator[Block]:
        yield np.ones(1000, np.float32)
        raise AudioError("It is damaged.")

    assert len(play(_Feeder(damaged()))) == 1000


def test_an_endless_sound_is_stopped_and_its_thread_ends() -> None:
    asked = threading.Semaphore(0)

    def endless() -> Iterator[Block]:
        while True:
            asked.release()
            yield np.ones(1000, np.float32)

    feeder = _Feeder(endless())
    feeder.start()
    for _ in range(8):
        assert asked.acquire(timeout=30)
    feeder.stop()
    assert "player" not in [thread.name for thread in threading.enumerate()]


def test_after_its_end_there_is_silence() -> None:
    feeder = _Feeder([np.ones(10, np.float32)])
    assert len(play(feeder, 4)) == 10
    out = np.full(4, 9.0, np.float32)
    assert feeder.fill(out)
    assert out.tolist() == [0, 0, 0, 0]


class PortAudio:
    """An output that plays when the test calls `turn`."""

    class PortAudioError(Exception): ...

    class CallbackStop(Exception): ...  # noqa: N818 - PortAudio's name

    def __init__(self) -> None:
        self.streams: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refuses = self.refuses_to_start = False

    def OutputStream(self, **asked: Any) -> Any:  # noqa: N802 - PortAudio's name
        if self.refuses:
            raise self.PortAudioError
        number = len(self.streams)
        self.streams.append(asked)

        def noted(what: str) -> Any:
            return lambda **_: self.calls.append(f"{what} {number}")

        def start() -> None:
            if self.refuses_to_start:
                raise self.PortAudioError
            self.calls.append(f"start {number}")

        return SimpleNamespace(start=start, abort=noted("abort"), close=noted("close"))

    def turn(self, frames: int) -> tuple[Block, bool]:
        """What the newest stream gets, without the silence of late blocks, and whether it is over."""
        out = np.full((frames, 1), 9.0, np.float32)
        try:
            self.streams[-1]["callback"](out, frames, None, None)
            over = False
        except self.CallbackStop:
            over = True
        return out[out[:, 0] != 0.0, 0], over


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[PortAudio]:
    found = PortAudio()
    monkeypatch.setattr(player, "portaudio", lambda: found)
    yield found
    assert "player" not in [thread.name for thread in threading.enumerate()]


def test_a_sound_is_played_to_its_end_and_its_end_is_told(output: PortAudio) -> None:
    ends: list[str] = []
    sound = np.arange(1, 2001, dtype=np.float32)
    playing = SystemPlayer()
    playing.play(np.array_split(sound, 7), 16_000, lambda: ends.append("end"))
    (stream,) = output.streams
    assert (stream["samplerate"], stream["channels"], stream["dtype"]) == (16_000, 1, np.float32)
    assert output.calls == ["start 0"]
    heard, over = [np.zeros(0, np.float32)], False
    while not over:
        block, over = output.turn(300)
        heard.append(block)
    np.testing.assert_array_equal(np.concatenate(heard), sound)
    stream["finished_callback"]()
    assert ends == ["end"]
    playing.stop()


def test_the_next_sound_ends_the_one_before(output: PortAudio) -> None:
    def endless() -> Iterator[Block]:
        while True:
            yield np.ones(1000, np.float32)

    playing = SystemPlayer()
    playing.stop()  # nothing plays yet
    playing.play(endless(), 16_000, lambda: None)
    playing.play(endless(), 48_000, lambda: None)
    assert output.calls == ["start 0", "abort 0", "close 0", "start 1"]
    assert output.streams[1]["samplerate"] == 48_000
    assert [thread.name for thread in threading.enumerate()].count("player") == 1
    playing.stop()
    playing.stop()
    assert output.calls[4:] == ["abort 1", "close 1"]


def test_no_loudspeaker_is_said_and_leaves_nothing_behind(output: PortAudio) -> None:
    output.refuses = True
    playing = SystemPlayer()
    with pytest.raises(DeviceError, match="no loudspeaker"):
        playing.play([np.ones(10, np.float32)], 16_000, lambda: None)
    output.refuses, output.refuses_to_start = False, True
    with pytest.raises(DeviceError, match="no loudspeaker"):
        playing.play([np.ones(10, np.float32)] * 1000, 16_000, lambda: None)
    assert "player" not in [thread.name for thread in threading.enumerate()]
    output.refuses_to_start = False
    playing.play([np.ones(10, np.float32)], 16_000, lambda: None)
    playing.stop()
    assert output.calls == ["start 1", "abort 1", "close 1"]
