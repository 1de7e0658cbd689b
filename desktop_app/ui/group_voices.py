"""Recordings of one folder are compared with what their voices have in common, once there are enough of them."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel


class GroupVoices(QObject):
    """Tells the recogniser, each time the queue is empty, which recordings of the session belong together: the files of
    one folder, and the takes. Answers that exist by then are computed again."""

    def __init__(
        self, owner: RecognitionOwner, session: SessionModel, queue: FileQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._owner, self._session = owner, session
        self._told: dict[tuple[Path, bool], frozenset[int]] = {}
        self._opening = -1
        queue.idle.connect(self._look)
        session.rowsInserted.connect(self._look)  # also what Undo puts back, which was answered before
        session.rowsRemoved.connect(self._look)

    def _look(self) -> None:
        groups: dict[tuple[Path, bool], list[Entry]] = {}
        for entry in self._session.entries():
            if entry.state in (EntryState.WAITING, EntryState.RUNNING):
                return  # the queue will become empty again
            if entry.answered is not None and entry.stretch is None:
                groups.setdefault((entry.path.parent, entry.is_take), []).append(entry)
        told = {key: _numbers(group) for key, group in groups.items()}
        opening = self._owner.basis.opening
        if (told, opening) != (self._told, self._opening):
            self._told, self._opening = told, opening
            self._owner.hear_together([[e.answered for e in group if e.answered] for group in groups.values()])


def _numbers(group: Iterable[Entry]) -> frozenset[int]:
    return frozenset(entry.number for entry in group)
