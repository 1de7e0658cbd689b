"""Playing one recording at a time."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.capture.player import Player
from desktop_app.ui.jobs import JobState, Worker

PLAY_RATE = 48_000  # Hz; every loudspeaker takes it


class Playback(QObject):
    """Decodes and plays in the devices' worker.

    Signals:
        playing_changed: Whether something plays.
        troubled: A sentence for a person.
    """

    playing_changed = Signal(bool)
    troubled = Signal(str)
    _ended = Signal(int)

    def __init__(self, player: Player, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._worker = worker
        self._turn = 0
        self._path: Path | None = None
        self._ended.connect(self._end)

    def toggle(self, path: Path) -> None:
        """Play a recording from its beginning, or stop it where it plays."""
        if path == self._path:
            self.stop()
            return
        self._turn += 1
        turn, self._path = self._turn, path

        def play(state: JobState) -> None:  # noqa: ARG001
            from desktop_app.engine.audio import load_audio

            audio = load_audio(path, PLAY_RATE)
            self._player.play(audio.samples, PLAY_RATE, lambda: self._ended.emit(turn))

        job = self._worker.submit(play)
        job.failed.connect(self._fail)
        self.playing_changed.emit(True)

    def stop(self) -> None:
        """Silence."""
        if self._path is not None:
            self._end(self._turn)
            self._worker.submit(lambda _: self._player.stop())

    def close(self) -> None:
        """Silence, when the worker is gone."""
        self._player.stop()

    def _fail(self, error: Exception) -> None:
        self._end(self._turn)
        self.troubled.emit(str(error))

    def _end(self, turn: int) -> None:
        if turn == self._turn and self._path is not None:
            self._path = None
            self.playing_changed.emit(False)
