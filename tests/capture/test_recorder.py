"""The recorder over a source that the test drives block by block: what is drained, counted and cut, to the sample."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.capture import recorder as recorder_module
from desktop_app.capture.level import Level
from desktop_app.capture.recorder import Event, Reading, Recorder, SourceEnded, TakeEnded, TakeStarted
from desktop_app.capture.source import Block, BlockTaker
from desktop_app.capture.wav_file import WavWriter
from tests.capture.test_capture import read_wav

RATE = 16_000


class ByHand:
    """A source that gives what the test pushes."""

    name = "By hand"

    def __init__(self, sample_rate: int = RATE) -> None:
        self.sample_rate = sample_rate
        self.push: BlockTaker = lambda *_: None

    def start(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:  # noqa: ARG002
        self.push = on_block

    def stop(self) -> None: ...


class Desk:
    """A recorder on such a source, and its events."""

    def __init__(self, sample_rate: int = RATE) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.source = ByHand(sample_rate)
        self.recorder = Recorder(self.source, self.events.put)

    def until(self, condition: Callable[[Reading], bool]) -> Reading:
        """The first reading that fulfils it."""
        end = time.monotonic() + 60
        while not condition(reading := self.recorder.reading):
            assert time.monotonic() < end, f"it never came: {reading}"
            time.sleep(0.005)
        return reading


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    assert desk.recorder.reading == Reading(Level(-80.0, -80.0, 0), 0.0, 0.0, 0, 0, 0.0)
    desk.recorder.open()
    yield desk
    desk.recorder.close()


def tone(n: int, peak: float = 0.5) -> Block:
    return np.where(np.arange(n) % 2, peak, -peak).astype(np.float32)


def test_a_take_is_what_came_between_start_and_stop_to_the_sample(desk: Desk, tmp_path: Path) -> None:
    """Whenever the draining thread comes to it."""
    sounds = [np.full(n, i / 10, np.float32) for i, n in enumerate((500, 700, 300, 900, 100), start=1)]
    for number in (1, 3):
        desk.source.push(sounds[number - 1], False)
        desk.recorder.start_take(tmp_path / f"{number}.wav")
        desk.source.push(sounds[number], False)
        desk.recorder.stop_take()
        desk.source.push(sounds[number + 1], False)
        assert isinstance(desk.events.get(timeout=60), TakeStarted)
        n = len(sounds[number])
        assert desk.events.get(timeout=60) == TakeEnded(tmp_path / f"{number}.wav", n / RATE, "")
        np.testing.assert_allclose(read_wav(tmp_path / f"{number}.wav"), sounds[number], atol=1 / 32768)


def test_a_take_of_many_blocks_grows_as_they_come(desk: Desk, tmp_path: Path) -> None:
    desk.recorder.start_take(tmp_path / "take.wav")
    for done in (0.5, 1.0, 1.5):
        desk.source.push(tone(RATE // 2), False)
        desk.until(lambda reading, done=done: reading.recorded_s == done)  # type: ignore[misc]
    desk.recorder.stop_take()
    desk.until(lambda reading: reading.recorded_s == 0.0)
    assert isinstance(desk.events.get(timeout=60), TakeStarted)
    assert desk.events.get(timeout=60) == TakeEnded(tmp_path / "take.wav", 1.5, "")


def test_others_read_along(desk: Desk) -> None:
    desk.source.push(np.arange(RATE, dtype=np.float32), False)
    assert desk.recorder.sample_rate == RATE
    assert desk.recorder.total_samples == RATE
    assert desk.recorder.latest(0.25).tolist() == list(range(RATE * 3 // 4, RATE))
    block, end = desk.recorder.since(RATE - 3)
    assert (block.tolist(), end) == ([RATE - 3, RATE - 2, RATE - 1], RATE)
    desk.source.push(np.zeros(20 * 48_000, np.float32), False)
    block, end = desk.recorder.since(0)
    assert (len(block), end) == (20 * 48_000, RATE + 20 * 48_000), "what came too long ago is left out"


def test_a_drain_that_comes_twenty_seconds_late_loses_nothing(tmp_path: Path) -> None:
    desk = Desk(48_000)
    desk.recorder.open()
    desk.recorder.start_take(tmp_path / "take.wav")
    desk.source.push(tone(20 * 48_000), False)
    reading = desk.until(lambda reading: reading.recorded_s > 0)
    assert (reading.recorded_s, reading.lost) == (20.0, 0)
    desk.recorder.stop_take()
    desk.source.push(tone(20 * 48_000 + 100), False)
    assert desk.until(lambda reading: reading.lost > 0).lost == 100
    desk.source.push(np.zeros(4800, np.float32), False)
    assert desk.until(lambda reading: reading.zeros_s == 0.1).lost == 100, "it goes on where the sound goes on"
    desk.source.push(tone(20 * 48_000 + 30), False)
    assert desk.until(lambda reading: reading.lost > 100).lost == 130
    desk.recorder.close()


def test_the_peak_falls_so_that_it_can_be_read(desk: Desk) -> None:
    desk.source.push(tone(1600, 1.0), False)
    reading = desk.until(lambda reading: reading.level.peak_db > -80)
    assert reading.level == Level(0.0, 0.0, 1600)
    desk.source.push(tone(RATE // 2, 0.001), False)
    reading = desk.until(lambda reading: reading.level.peak_db < 0)
    assert reading.level.rms_db == pytest.approx(-60.0, abs=0.01)
    assert reading.level.peak_db == pytest.approx(-12.0, abs=0.01)  # 24 dB a second
    assert reading.level.clipped == 0


def test_exact_zeros_are_counted_since_the_last_sound(desk: Desk) -> None:
    desk.source.push(np.zeros(800, np.float32), False)
    desk.until(lambda reading: reading.zeros_s == 0.05)
    desk.source.push(np.zeros(800, np.float32), False)
    desk.until(lambda reading: reading.zeros_s == 0.1)
    desk.source.push(np.array([0.0, 0.1, *[0.0] * 160], np.float32), False)
    desk.until(lambda reading: reading.zeros_s == 0.01)


def test_lost_sound_is_counted_and_silence_of_the_device_is_timed(desk: Desk) -> None:
    for overflowed in (True, False, True):
        desk.source.push(tone(100), overflowed)
    desk.until(lambda reading: reading.overflows == 2)
    assert desk.until(lambda reading: reading.idle_s > 0.05).level.rms_db == pytest.approx(-6.02, abs=0.01)

    def not_while_sound_comes(_: Reading) -> bool:
        desk.source.push(tone(100), False)
        return desk.recorder.reading.idle_s == 0.0

    desk.until(not_while_sound_comes)


def test_a_device_that_dies_without_a_word_ends_the_take_with_all_its_sound(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "GONE_AFTER_S", 0.1)
    desk.until(lambda reading: reading.idle_s > 0.3)
    assert desk.events.empty(), "without a take nothing is lost by waiting"
    monkeypatch.setattr(recorder_module, "GONE_AFTER_S", 60.0)
    desk.recorder.start_take(tmp_path / "take.wav")
    desk.source.push(tone(1600), False)
    assert isinstance(desk.events.get(timeout=60), TakeStarted)
    monkeypatch.setattr(recorder_module, "GONE_AFTER_S", 0.1)
    ended = desk.events.get(timeout=60)
    assert isinstance(ended, TakeEnded)
    assert (ended.path, ended.duration_s, ended.because) == (tmp_path / "take.wav", 0.1, "device")
    assert isinstance(desk.events.get(timeout=60), SourceEnded)


def test_a_recorder_that_was_never_opened_is_closed(desk: Desk) -> None:
    Recorder(desk.source, desk.events.put).close()
    assert desk.events.empty()


def test_who_hears_of_the_end_may_close_the_recorder(tmp_path: Path) -> None:
    """From the draining thread, which can't wait for itself."""
    source, ended = ByHand(), threading.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, TakeEnded):
            recorder.close()
            ended.set()

    recorder = Recorder(source, on_event)
    recorder.open()
    recorder.start_take(tmp_path / "take.wav")
    source.push(tone(100), False)
    recorder.stop_take()
    assert ended.wait(60)
    recorder.close()


def test_a_disk_that_fails_at_the_end_is_said(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.recorder.start_take(tmp_path / "take.wav")
    desk.source.push(tone(1600), False)
    assert isinstance(desk.events.get(timeout=60), TakeStarted)
    real = WavWriter.close

    def close(self: WavWriter) -> None:
        real(self)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WavWriter, "close", close)
    desk.recorder.stop_take()
    ended = desk.events.get(timeout=60)
    assert isinstance(ended, TakeEnded)
    assert ended.because == "The recording could not be closed: No space left on device."
    assert (ended.path, ended.duration_s) == (tmp_path / "take.wav", 0.1)
