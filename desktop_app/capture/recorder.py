"""Reads from a source: always for the level meter and the live display, and into a file while a take runs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from desktop_app.capture.level import FLOOR_DB, Level, level_of
from desktop_app.capture.ring_buffer import RingBuffer
from desktop_app.capture.source import Block, Source
from desktop_app.capture.wav_file import WavWriter

HELD_S = 20.0  # how far behind the draining thread may fall without losing a sample
DRAIN_EVERY_S = 0.02
GONE_AFTER_S = 10.0  # without a block in a take: some devices die without telling
METER_FALLS_DB_A_S = 24.0  # the peak mark's fall, about that of a studio meter


@dataclass(frozen=True)
class Reading:
    """The state of a running source as the window polls and shows it.

    Attributes:
        level: Of the samples drained last; the peak falls slowly so that it can be read.
        recorded_s: Seconds of the running take on disk; 0 between takes.
        zeros_s: Seconds of exact zeros up to now: the microphone is muted or not permitted.
        overflows: Times that the device lost samples.
        lost: Samples that the app lost because the disk was too slow.
        idle_s: Seconds since the last block came.
    """

    level: Level = field(default_factory=Level)
    recorded_s: float = 0.0
    zeros_s: float = 0.0
    overflows: int = 0
    lost: int = 0
    idle_s: float = 0.0


@dataclass(frozen=True)
class TakeStarted:
    """The first sample of a take has arrived: only now is the app really recording."""


@dataclass(frozen=True)
class TakeEnded:
    """A take's file is closed.

    Attributes:
        path: Its WAV file, or None where not one sample came.
        duration_s: Its length.
        because: "" after `stop_take`; otherwise "device" (the source ended, or nothing came from it for `GONE_AFTER_S`)
            or the message of a disk error.
    """

    path: Path | None
    duration_s: float
    because: str


@dataclass(frozen=True)
class SourceEnded:
    """The source ended by itself; a running take was closed first, with all its sound."""


Event = TakeStarted | TakeEnded | SourceEnded


class Recorder:
    """Owns a started source and the thread that drains it.

    The source's callback copies into a ring buffer and returns; everything else happens in the draining thread.
    `on_event` is called from that thread.
    """

    def __init__(self, source: Source, on_event: Callable[[Event], None]) -> None:
        self.source = source
        self.reading = Reading()
        self._on_event = on_event
        self._overflows = 0
        self._ended = threading.Event()
        self._closing = threading.Event()
        self._stop_at: int | None = None
        self._begin: tuple[Path, int] | None = None
        self._writer: WavWriter | None = None
        self._ring = RingBuffer(1)
        self._thread: threading.Thread | None = None

    @property
    def sample_rate(self) -> int:
        """Hz of all samples that this recorder returns."""
        return self.source.sample_rate

    def open(self) -> None:
        """Starts the source; blocks until the device responds.

        Raises:
            DeviceError: when it can't be opened.
        """
        self._ring = RingBuffer(int(HELD_S * 48_000))
        self.source.start(self._take_block, self._ended.set)
        self._thread = threading.Thread(target=self._drain, name="recorder", daemon=True)
        self._thread.start()

    def start_take(self, path: Path) -> None:
        """Write everything that comes from now on to `path` (which must not exist), until `stop_take`."""
        self._stop_at = None
        self._begin = (path, self._ring.total)

    def stop_take(self) -> None:
        """Close the take with all sound up to now; `TakeEnded` follows."""
        self._stop_at = self._ring.total

    def latest(self, seconds: float) -> Block:
        """The last seconds of sound, float32 [n] at `sample_rate`."""
        return self._ring.latest(int(seconds * self.sample_rate))

    def since(self, position: int) -> tuple[Block, int]:
        """The sound from sample `position` on, float32 [n], and the position of its end; samples that are no longer in
        the buffer are left out."""
        block, lost = self._ring.since(position)
        return block, position + lost + len(block)

    @property
    def total_samples(self) -> int:
        """Samples that have arrived since the source was opened."""
        return self._ring.total

    def close(self) -> None:
        """Stop the source, close a running take with all its sound, end the thread."""
        self.source.stop()
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    # the audio thread

    def _take_block(self, block: Block, overflowed: bool) -> None:
        self._ring.write(block)
        self._overflows += overflowed

    # the draining thread

    def _drain(self) -> None:
        position, peak_db, zeros, lost, idle_s, awaited_s = 0, FLOOR_DB, 0, 0, 0.0, 0.0
        while True:
            last_round = self._closing.wait(DRAIN_EVERY_S) or self._ended.is_set()
            block, late = self._ring.since(position)
            lost += late
            at = position + late
            position = at + len(block)
            if len(block):
                level = level_of(block)
                spent_s = len(block) / self.sample_rate
                peak_db = max(level.peak_db, peak_db - METER_FALLS_DB_A_S * spent_s)
                nonzero = np.flatnonzero(block)
                zeros = zeros + len(block) if not len(nonzero) else len(block) - 1 - int(nonzero[-1])
                level = Level(level.rms_db, peak_db, level.clipped)
                idle_s = awaited_s = 0.0
            else:
                level = self.reading.level
                idle_s += DRAIN_EVERY_S
                awaited_s = awaited_s + DRAIN_EVERY_S if self._begin is not None else 0.0
                if awaited_s > GONE_AFTER_S:
                    self._ended.set()
            self._write(block, at, position)
            recorded = self._writer.n_samples / self.sample_rate if self._writer else 0.0
            self.reading = Reading(level, recorded, zeros / self.sample_rate, self._overflows, lost, idle_s)
            if last_round:
                break
        ended_by_itself = self._ended.is_set() and not self._closing.is_set()
        self._end_take("device" if ended_by_itself else "")
        if ended_by_itself:
            self._on_event(SourceEnded())

    def _write(self, block: Block, at: int, position: int) -> None:
        begin, stop_at = self._begin, self._stop_at
        try:
            if begin is not None and self._writer is None and (position > begin[1] or stop_at is not None):
                if position > begin[1]:
                    self._writer = WavWriter(begin[0], self.sample_rate)
                    self._writer.write(block[max(0, begin[1] - at) : _end(stop_at, at)])
                    self._on_event(TakeStarted())
            elif self._writer is not None and len(block):
                self._writer.write(block[: _end(stop_at, at)])
        except OSError as error:
            self._end_take(f"The recording stopped because it can't be written to the disk: {error.strerror or error}.")
            return
        if stop_at is not None and position >= stop_at and begin is not None:
            self._end_take("")

    def _end_take(self, because: str) -> None:
        begin, writer = self._begin, self._writer
        self._begin = self._writer = self._stop_at = None
        if begin is None:
            return
        if writer is not None:
            try:
                writer.close()
            except OSError as error:
                because = because or f"The recording could not be closed: {error.strerror or error}."
        n_samples = writer.n_samples if writer else 0
        path = writer.path if writer and n_samples else None
        self._on_event(TakeEnded(path, n_samples / self.sample_rate, because))


def _end(stop_at: int | None, at: int) -> int | None:
    return None if stop_at is None else max(0, stop_at - at)
