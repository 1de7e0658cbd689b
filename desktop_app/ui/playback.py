"""Playing one recording at a time, from any moment of it."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.capture.player import Player
from desktop_app.capture.source import Block
from desktop_app.ui.jobs import JobState, Worker

PLAY_RATE = 48_000  # Hz; every loudspeaker supports it
PLAY_BLOCK_S = 0.5
POSITION_EVERY_MS = 40


class Playback(QObject):
    """Decodes and plays in the worker of the devices.

    Signals:
        playing_changed: Whether something is playing.
        position_changed: Where in the recording, in seconds from its start.
        troubled: A sentence for the user.

    Attributes:
        path: The recording that is playing, or None.
    """

    playing_changed = Signal(bool)
    position_changed = Signal(float)
    troubled = Signal(str)
    _began = Signal(int)
    _ended = Signal(int)

    def __init__(self, player: Player, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._worker = worker
        self._turn = 0
        self._start_s = 0.0
        self._began_at = 0.0
        self.path: Path | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(POSITION_EVERY_MS)
        self._clock.timeout.connect(self._tick)
        self._began.connect(self._begin)
        self._ended.connect(self._end)

    def toggle(self, path: Path, channel: int | None = None) -> None:
        """Play a recording from its beginning, or stop it if it is playing."""
        if path == self.path:
            self.stop()
        else:
            self.play(path, channel=channel)

    def play(self, path: Path, start_s: float = 0.0, end_s: float | None = None, channel: int | None = None) -> None:
        """Play a recording, or a stretch or channel (from 0) of it, and stop what was playing."""
        self._clock.stop()
        self._turn += 1
        turn, self.path, self._start_s = self._turn, path, start_s

        def play(state: JobState) -> None:  # noqa: ARG001
            from desktop_app.engine.sound.audio import read_blocks

            blocks: Iterator[Block] = read_blocks(path, PLAY_RATE, PLAY_BLOCK_S, channel, start_s, end_s)
            first = next(blocks)  # decodes here, so that errors in the file are reported
            self._player.play(chain([first], blocks), PLAY_RATE, lambda: self._ended.emit(turn))
            self._began.emit(turn)

        job = self._worker.submit(play)
        job.failed.connect(self._fail)
        self.playing_changed.emit(True)

    def stop(self) -> None:
        """Stop playing."""
        if self.path is not None:
            self._end(self._turn)
            self._worker.submit(lambda _: self._player.stop())

    def close(self) -> None:
        """Stop playing after the worker has ended."""
        self._clock.stop()
        self._player.stop()

    def _begin(self, turn: int) -> None:
        if turn == self._turn and self.path is not None:
            self._began_at = monotonic()
            self._clock.start()

    def _tick(self) -> None:
        self.position_changed.emit(self._start_s + monotonic() - self._began_at)

    def _fail(self, error: Exception) -> None:
        self._end(self._turn)
        self.troubled.emit(str(error))

    def _end(self, turn: int) -> None:
        if turn == self._turn and self.path is not None:
            self._clock.stop()
            self.path = None
            self.playing_changed.emit(False)
