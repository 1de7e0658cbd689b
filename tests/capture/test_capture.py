"""Recording without a device: the ring buffer, the WAV file that survives, the takes and the recorder."""

import os
import queue
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from desktop_app.capture import wav_file
from desktop_app.capture.fake import FakeMicrophones, FakeSource, MutedSource
from desktop_app.capture.level import Level, level_of
from desktop_app.capture.recorder import Event, Recorder, SourceEnded, TakeEnded, TakeStarted
from desktop_app.capture.ring_buffer import RingBuffer
from desktop_app.capture.source import Microphone
from desktop_app.capture.takes import TakeFolder
from desktop_app.capture.wav_file import WavWriter, repair
from desktop_app.errors import DeviceError

RATE = 16_000


def ramp(n: int, start: int = 1) -> np.ndarray:
    return np.arange(start, start + n, dtype=np.float32)


def read_wav(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768.0


def speechlike(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.3 * rng.standard_normal(int(seconds * RATE))).clip(-0.9, 0.9).astype(np.float32)


class Recording:
    """A recorder over a fake source, with its events in a queue."""

    def __init__(self, source: FakeSource) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.source = source
        self.recorder = Recorder(source, self.events.put)
        self.recorder.open()

    def next(self) -> Event:
        return self.events.get(timeout=20)


@pytest.fixture
def fake() -> Iterator[Recording]:
    recording = Recording(FakeSource(speed=20))
    yield recording
    recording.recorder.close()


@pytest.mark.parametrize("blocks", [[3], [3, 4], [7, 5, 9], [10], [10, 1], [25], [4, 25, 3]])
def test_a_ring_buffer_gives_back_what_was_written(blocks: list[int]) -> None:
    ring = RingBuffer(10)
    written = 0
    for n in blocks:
        ring.write(ramp(n, written + 1))
        written += n
    everything = ramp(written)
    block, lost = ring.since(0)
    assert ring.total == written
    assert lost == max(0, written - 10)
    np.testing.assert_array_equal(block, everything[-10:])
    np.testing.assert_array_equal(ring.latest(4), everything[-4:])


def test_a_reader_that_keeps_up_loses_nothing() -> None:
    ring, position, seen = RingBuffer(64), 0, []
    rng = np.random.default_rng(1)
    written = 0
    for n in rng.integers(1, 60, 300):
        ring.write(ramp(n, written + 1))
        written += n
        block, lost = ring.since(position)
        assert lost == 0
        position += len(block)
        seen.append(block)
    np.testing.assert_array_equal(np.concatenate(seen), ramp(written))


def test_what_the_writer_overwrites_while_a_reader_copies_is_counted_as_lost() -> None:
    class Overtaken(RingBuffer):
        def _copy(self, start: int, end: int) -> tuple[np.ndarray, int]:
            copied = super()._copy(start, end)
            self.write(ramp(4, 11))  # the audio thread, in the middle of the copy
            return copied

    ring = Overtaken(10)
    ring.write(ramp(10))
    block, lost = ring.since(2)  # samples 3 to 10 are asked for; 11 to 14 took the place of 1 to 4
    assert lost == 2
    np.testing.assert_array_equal(block, ramp(6, 5))


def test_levels_are_decibels_of_full_scale() -> None:
    t = np.arange(RATE) / RATE
    sine = level_of(np.sin(2 * np.pi * 440 * t).astype(np.float32))
    assert sine.rms_db == pytest.approx(-3.01, abs=0.01)
    assert sine.peak_db == pytest.approx(0.0, abs=0.01)
    assert sine.clipped == np.count_nonzero(np.abs(np.sin(2 * np.pi * 440 * t)) >= 0.999) > 0
    half = level_of((0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32))
    assert half.peak_db == pytest.approx(-6.02, abs=0.01)
    assert half.clipped == 0
    for silence in (np.zeros(100, dtype=np.float32), np.zeros(0, dtype=np.float32), np.full(100, 1e-5, np.float32)):
        assert level_of(silence) == Level() == Level(-80.0, -80.0, 0)
    rail = np.float32(0.999)
    assert level_of(np.array([rail, -rail, np.nextafter(rail, np.float32(0))], np.float32)).clipped == 2


def test_a_wav_file_is_whole_after_every_block(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    sound = speechlike(0.5)
    with WavWriter(path, RATE) as writer:
        for i in range(0, len(sound), 1000):
            writer.write(sound[i : i + 1000])
            np.testing.assert_allclose(read_wav(path), sound[: i + 1000], atol=1 / 65536)


def test_a_file_as_large_as_wav_allows_ends_the_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav_file, "MOST_BYTES", 2 * 1000)
    sound = speechlike(0.1)[:1600]
    with WavWriter(tmp_path / "take.wav", RATE) as writer:
        writer.write(sound[:1000])
        with pytest.raises(OSError, match="too large"):  # which the recorder tells, with the take closed
            writer.write(sound[1000:])
    np.testing.assert_allclose(read_wav(tmp_path / "take.wav"), sound[:1000], atol=1 / 65536)


def test_a_closed_file_is_on_the_disk_with_all_its_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: told.append(os.fstat(number).st_size))
    with WavWriter(tmp_path / "take.wav", RATE) as writer:
        writer.write(speechlike(0.1))
    writer.close()  # once more is harmless
    assert told == [44 + 2 * RATE // 10]


def test_a_writer_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        WavWriter(path, RATE)
    assert path.read_bytes() == b"mine"


def test_what_is_beyond_full_scale_stays_at_the_rail(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "take.wav", RATE) as writer:
        writer.write(np.array([1.0, 1.5, -1.0, -1.5, 0.25, 1.4 / 32768, 1.6 / 32768], np.float32))
    samples = (read_wav(tmp_path / "take.wav") * 32768).tolist()
    assert samples == [32767, 32767, -32768, -32768, 8192, 1, 2]


def test_repair_gives_back_what_a_killed_writer_wrote(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    sound = speechlike(1.0)
    with WavWriter(path, RATE) as writer:
        writer.write(sound)
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + b"\0\0\0\0" + whole[44:-1])  # sizes not brought up to date, half a sample at the end
    assert repair(path) == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_allclose(read_wav(path), sound[:-1], atol=1 / 65536)
    mended = path.read_bytes()
    assert struct.unpack("<I", mended[4:8]) == (len(mended) - 8,)
    for bad in (b"", b"RIFF", b"x" * 100, mended[:44], b"RIFX" + mended[4:], mended[:36] + b"LIST" + mended[40:]):
        path.write_bytes(bad)
        assert repair(path) == 0.0
        assert path.read_bytes() == bad
    path.write_bytes(mended[:24] + b"\0\0\0\0" + mended[28:])
    assert repair(path) == 0.0, "no rate, no length"


def test_a_take_holds_every_sample_between_start_and_stop(fake: Recording, tmp_path: Path) -> None:
    sound = speechlike(3.0)
    fake.recorder.start_take(tmp_path / "take.wav")
    assert isinstance(fake.next(), TakeStarted)
    fake.source.play(sound)
    assert fake.source.played.wait(20)
    fake.recorder.stop_take()
    ended = fake.next()
    assert isinstance(ended, TakeEnded)
    assert ended.because == ""
    assert ended.path is not None
    recorded = read_wav(ended.path)
    assert ended.duration_s == pytest.approx(len(recorded) / RATE)
    begin = int(np.argmax(np.abs(recorded) > 0.05)) - int(np.argmax(np.abs(sound) > 0.05))
    np.testing.assert_allclose(recorded[begin : begin + len(sound)], sound, atol=1 / 32768)


def test_recording_is_announced_only_with_the_first_sample(fake: Recording, tmp_path: Path) -> None:
    fake.source.play(speechlike(0.1), then_pause=True)
    assert fake.source.played.wait(20), "from now on nothing comes"
    fake.recorder.start_take(tmp_path / "take.wav")
    with pytest.raises(queue.Empty):
        fake.events.get(timeout=0.2)
    fake.recorder.stop_take()
    assert fake.next() == TakeEnded(None, 0.0, "")
    assert not (tmp_path / "take.wav").exists()
    fake.source.pause(False)
    fake.recorder.start_take(tmp_path / "take.wav")
    assert isinstance(fake.next(), TakeStarted)


def test_an_unplugged_device_ends_the_take_with_all_its_sound(fake: Recording, tmp_path: Path) -> None:
    sound = speechlike(2.0)
    fake.recorder.start_take(tmp_path / "take.wav")
    assert isinstance(fake.next(), TakeStarted)
    fake.source.play(sound)
    assert fake.source.played.wait(20)
    fake.source.unplug()
    ended = fake.next()
    assert isinstance(ended, TakeEnded)
    assert ended.because == "device"
    assert isinstance(fake.next(), SourceEnded)
    assert ended.path is not None
    assert np.count_nonzero(np.abs(read_wav(ended.path)) > 0.01) >= np.count_nonzero(np.abs(sound) > 0.011)


def test_closing_mid_take_keeps_it(fake: Recording, tmp_path: Path) -> None:
    fake.recorder.start_take(tmp_path / "take.wav")
    assert isinstance(fake.next(), TakeStarted)
    fake.recorder.close()
    ended = fake.next()
    assert isinstance(ended, TakeEnded)
    assert ended.path is not None
    assert len(read_wav(ended.path)) > 0


def test_a_full_disk_ends_the_take_with_a_sentence(
    fake: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = WavWriter.write

    def write(self: WavWriter, block: np.ndarray) -> None:
        if self.n_samples > RATE:
            raise OSError(28, "No space left on device")
        real_write(self, block)

    monkeypatch.setattr(WavWriter, "write", write)
    fake.recorder.start_take(tmp_path / "take.wav")
    assert isinstance(fake.next(), TakeStarted)
    fake.source.play(speechlike(3.0))
    ended = fake.next()
    assert isinstance(ended, TakeEnded)
    assert "No space left" in ended.because
    assert ended.duration_s > 1.0


def wait_until(condition: object, recording: Recording) -> None:
    """Sound is the clock: play a block at a time until the condition holds."""
    for _ in range(2000):
        if condition():  # type: ignore[operator]
            return
        recording.source.play(np.zeros(512, dtype=np.float32))
        recording.source.played.wait(5)
    raise AssertionError("the condition never came true")


def test_a_muted_microphone_is_noticed() -> None:
    recording = Recording(MutedSource(speed=20))
    try:
        wait_until(lambda: recording.recorder.reading.zeros_s > 1.0, recording)
    finally:
        recording.recorder.close()


def test_overflows_are_counted_and_quiet_is_not_mute(fake: Recording) -> None:
    fake.source.overflow()
    fake.source.play(speechlike(0.3))
    assert fake.source.played.wait(20)
    fake.recorder.close()
    assert fake.recorder.reading.overflows == 1
    assert fake.recorder.reading.zeros_s == 0.0


def test_a_microphone_that_is_gone_says_so() -> None:
    microphones = FakeMicrophones(FakeSource("One"))
    assert [m.name for m in microphones.available()] == ["One"]
    with pytest.raises(DeviceError, match="Two"):
        microphones.open(Microphone("Two", "Fake"))


KILLED = """
import os, signal, sys, queue
from pathlib import Path
from desktop_app.capture.fake import FakeSource
from desktop_app.capture.recorder import Recorder
from desktop_app.capture.takes import TakeFolder
import numpy as np
events = queue.Queue()
source = FakeSource(speed=4)
recorder = Recorder(source, events.put)
recorder.open()
recorder.start_take(TakeFolder(Path(sys.argv[1])).new_path())
events.get(timeout=20)
source.play(np.full(3 * 16000, 0.25, dtype=np.float32))
source.played.wait(20)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_app_loses_at_most_a_second_and_the_next_one_finds_the_take(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    folder = TakeFolder(tmp_path)
    (left,) = folder.left_over()
    assert np.count_nonzero(read_wav(left.path) > 0.2) >= 2 * RATE
    assert left.duration_s == pytest.approx(len(read_wav(left.path)) / RATE)
    kept = folder.keep(left.path)
    assert kept.parent == folder.recordings
    assert folder.left_over() == ()
    assert list((tmp_path / "takes").iterdir()) == []


def test_a_running_session_is_not_left_over_and_a_closed_one_leaves_nothing(tmp_path: Path) -> None:
    running, other = TakeFolder(tmp_path), TakeFolder(tmp_path)
    with WavWriter(running.new_path(), RATE) as writer:
        writer.write(speechlike(0.1))
    assert other.left_over() == ()
    running.close()
    assert other.left_over() == ()
    assert list((tmp_path / "takes").iterdir()) == []


def test_only_our_own_recordings_are_deleted(tmp_path: Path) -> None:
    folder = TakeFolder(tmp_path / "data")
    with WavWriter(folder.new_path(), RATE) as writer:
        writer.write(speechlike(0.1))
    kept = folder.keep(writer.path)
    foreign = tmp_path / "foreign.wav"
    foreign.write_bytes(b"x")
    with pytest.raises(ValueError, match=r"foreign\.wav"):
        folder.remove(foreign)
    aside = folder.remove(kept)
    assert foreign.exists()
    assert not kept.exists()
    kept = folder.put_back(aside)
    assert kept.exists()
    aside = folder.remove(kept)
    folder.close()
    assert not list((tmp_path / "data").rglob("*.wav"))


def take_of(folder: TakeFolder, seconds: float = 0.1) -> Path:
    with WavWriter(folder.new_path(datetime(2024, 5, 6, 7, 8, 9)), RATE) as writer:
        writer.write(speechlike(seconds))
    return writer.path


def test_takes_of_one_second_get_numbers(tmp_path: Path) -> None:
    folder = TakeFolder(tmp_path)
    names = [take_of(folder).name for _ in range(3)]
    assert names == ["2024-05-06 07.08.09.wav", "2024-05-06 07.08.09 (2).wav", "2024-05-06 07.08.09 (3).wav"]
    for path in sorted(folder.new_path().parent.glob("*.wav")):
        folder.keep(path)
    folder.keep(take_of(folder))
    assert sorted(p.name for p in folder.recordings.iterdir()) == [*sorted([*names, "2024-05-06 07.08.09 (4).wav"])]
    folder.close()


def test_a_take_that_is_removed_comes_back_also_where_it_was_the_only_one(tmp_path: Path) -> None:
    folder = TakeFolder(tmp_path)
    aside = folder.remove(take_of(folder))
    kept = folder.put_back(aside)
    assert kept.parent == folder.recordings
    folder.close()
    assert kept.exists()


def test_a_session_that_is_left_over_is_offered_once_it_is_closed(tmp_path: Path) -> None:
    running, other = TakeFolder(tmp_path), TakeFolder(tmp_path)
    take, removed = take_of(running), running.remove(take_of(running))
    assert other.left_over() == ()
    running.close(delete=False)
    assert not removed.exists()
    (left,) = other.left_over()
    assert (left.path, left.duration_s) == (take, 0.1)
    assert left.begun == datetime.fromtimestamp(take.stat().st_mtime)
    aside = other.remove(left.path)
    assert not take.parent.exists(), "of a session that ended nothing is left but what can be put back"
    assert other.put_back(aside).exists()
    other.close()
    TakeFolder(tmp_path).close()  # without a take there is nothing to close


def test_what_a_crash_left_is_offered_without_its_lock_and_not_without_sound(tmp_path: Path) -> None:
    crashed = tmp_path / "takes" / "20240506-070809-1"
    crashed.mkdir(parents=True)
    for name in ("a.wav", "b.wav"):
        WavWriter(crashed / name, RATE).close()
    with WavWriter(crashed / "c.wav", RATE) as writer:
        writer.write(speechlike(0.2))
    folder = TakeFolder(tmp_path)
    assert [left.path.name for left in folder.left_over()] == ["c.wav"]
    first = folder.remove(crashed / "a.wav")
    assert crashed.exists()
    for name in ("b.wav", "c.wav"):
        folder.remove(crashed / name)
    assert not crashed.exists()
    assert first.exists()
    folder.close()
