"""Teaches a voice from a folder whose recordings are all of one speaker."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import Entry, FileQueue, SessionModel


class OneSpeaker(QObject):
    """Waits until the recordings are answered, then teaches.

    Signals:
        learnt: LearntAll, once the voice exists.
        failed: The VoiceKinError if it could not be made.
    """

    learnt = Signal(object)
    failed = Signal(object)

    def __init__(
        self, owner: RecognitionOwner, session: SessionModel, queue: FileQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._owner, self._session, self._queue = owner, session, queue
        self._waiting: list[tuple[str, frozenset[Path]]] = []
        queue.idle.connect(self._next)

    def learn(self, name: str, files: Sequence[Path]) -> None:
        """Make a voice of that name, or a similar one if it is taken, from these recordings of the session."""
        self._waiting.append((name, frozenset(files)))
        if not self._queue.is_running:
            self._next()

    def _next(self) -> None:
        for name, files in self._waiting:
            answered = tuple(e.answered for e in self._entries(files) if e.answered is not None)
            if answered:
                job = self._owner.learn_all(name, answered)
                job.done.connect(self.learnt)
                job.failed.connect(self.failed)
        self._waiting.clear()

    def _entries(self, files: frozenset[Path]) -> list[Entry]:
        return [e for e in self._session.entries() if e.path in files]
