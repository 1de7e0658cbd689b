"""The sound reaches the loudspeaker sample for sample, however late its blocks come, and can be stopped at any time."""

import threading
from collections.abc import Iterator

import numpy as np

from desktop_app.capture.player import _Feeder
from desktop_app.capture.source import Block
from desktop_app.errors import AudioError


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
