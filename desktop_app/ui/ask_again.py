"""Answers that are out of date are computed again in the background, newest first."""

from functools import partial

from PySide6.QtCore import QObject, QTimer

from desktop_app.ui.jobs import Job, Priority
from desktop_app.ui.recognition_owner import Answered, RecognitionOwner
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel

MARKED_AT_ONCE = 25  # recordings; between two portions the window handles its events


class AskAgain(QObject):
    """Computes answers again, after a voice, an example or the pack has changed.

    Attributes:
        shown: The number of the recording on the screen, which comes first; None if there is none.
    """

    def __init__(
        self, owner: RecognitionOwner, session: SessionModel, queue: FileQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.shown: int | None = None
        self._owner, self._session, self._queue = owner, session, queue
        self._to_mark: list[int] = []
        self._waiting: list[int] = []
        self._job: Job | None = None
        self._soon = QTimer(self)  # several changes at once count as one
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._mark)
        owner.basis_changed.connect(self._begin)
        session.entry_changed.connect(self._look_at)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to compute except what waits in the queue."""
        asking = self._job is not None and not self._job.is_finished
        return not (self._to_mark or self._waiting or self._soon.isActive() or asking)

    def again(self, entry: Entry) -> Job | None:
        """Answer a recording again about which the user said something new."""
        return self._ask(entry, Priority.ASKED)

    def _begin(self) -> None:
        """Something has changed: start again with the newest recording."""
        numbers = [entry.number for entry in self._session.entries() if entry.answered is not None]
        if self.shown in numbers:
            numbers.remove(self.shown)
            numbers.append(self.shown)
        self._to_mark, self._waiting = numbers[::-1], []
        if self._job is not None:
            self._job.cancel()
        self._soon.start(0)

    def _mark(self) -> None:
        """Mark the answers that are out of date."""
        now, self._to_mark = self._to_mark[:MARKED_AT_ONCE], self._to_mark[MARKED_AT_ONCE:]
        to_hear: list[Entry] = []
        for number in now:
            entry = self._session.entry(number)
            if entry is None:
                continue
            if not self._is_stale(entry):
                if entry.is_stale and entry.state is EntryState.DONE:
                    self._session.change(number, is_stale=False)  # it was made after the change already
                continue
            if entry.answered is not None and entry.answered.basis.opening != self._owner.basis.opening:
                to_hear.append(entry)  # another pack has to encode it again
            elif not entry.is_stale:
                self._session.change(number, is_stale=True)
            self._waiting.append(number)
        if to_hear:
            self._waiting = [n for n in self._waiting if n not in {entry.number for entry in to_hear}]
            self._queue.add_all(to_hear, keeping_answers=True)
        if self._to_mark:
            self._soon.start(0)
        self._next()

    def _next(self) -> None:
        while self._waiting and (self._job is None or self._job.is_finished):
            entry = self._session.entry(self._waiting.pop(0))
            if entry is not None and entry.state is EntryState.DONE and self._is_stale(entry):
                self._job = self._ask(entry, Priority.AGAIN)

    def _is_stale(self, entry: Entry) -> bool:
        return entry.answered is not None and entry.answered.basis != self._owner.basis

    def _ask(self, entry: Entry, priority: Priority) -> Job | None:
        if entry.answered is None:
            return None
        job = self._owner.answer_again(entry.answered, None, None, priority, entry.said)
        job.done.connect(partial(self._answered, entry.number))
        job.failed.connect(partial(self._failed, entry.number))
        job.finished.connect(self._next)
        return job

    def _answered(self, number: int, answered: Answered) -> None:
        self._session.change(number, answered=answered, is_stale=answered.basis != self._owner.basis, error="")

    def _failed(self, number: int, error: Exception) -> None:
        self._session.change(number, is_stale=True, error=str(error))

    def _look_at(self, entry: Entry) -> None:
        """An answer that was being computed during a change is computed again as well."""
        was_on_its_way = entry.state is EntryState.DONE and not entry.is_stale and self._is_stale(entry)
        if was_on_its_way and entry.number not in (*self._to_mark, *self._waiting):
            self._to_mark.append(entry.number)
            self._soon.start(0)
