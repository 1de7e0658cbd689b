"""The recordings of this session, each with its state and answer, and the queue that answers them one by one."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop_app.engine.recognition import Recognition
from desktop_app.ui.jobs import Job
from desktop_app.ui.language import clock, label_name, percent, translate
from desktop_app.ui.recognition_owner import Answered, RecognitionOwner

Index = QModelIndex | QPersistentModelIndex


class EntryState(Enum):
    """Where a recording stands."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True)
class Entry:
    """One recording of the session.

    Attributes:
        number: Its own number, never used twice.
        path: Its file.
        name: What it is called.
        is_take: True for one recorded here, which can be kept or deleted.
        kept: True for a take that stays on the disk.
        state, progress: How far its answer is.
        answered: The answer, once there.
        error: The sentence of why there is none.
    """

    number: int
    path: Path
    name: str
    is_take: bool = False
    kept: bool = False
    state: EntryState = EntryState.WAITING
    progress: float = 0.0
    answered: Answered | None = None
    error: str = ""

    @property
    def recognition(self) -> Recognition | None:
        """The answer's Recognition."""
        return self.answered.recognition if self.answered else None


class SessionModel(QAbstractTableModel):
    """Recordings as rows: name, answer, length.

    Signals:
        entry_changed: An Entry whose state or answer changed.
    """

    entry_changed = Signal(object)

    NAME, ANSWER, LENGTH = range(3)
    ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
    SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._count = 0

    def add(self, path: Path, name: str, is_take: bool = False, kept: bool = False) -> Entry:
        """A new recording at the end."""
        self._count += 1
        entry = Entry(self._count, path, name, is_take, kept)
        at = len(self._entries)
        self.beginInsertRows(QModelIndex(), at, at)
        self._entries.append(entry)
        self.endInsertRows()
        return entry

    def change(self, number: int, **changes: Any) -> Entry | None:
        """Change a recording; None where it was removed meanwhile."""
        row = self._row(number)
        if row is None:
            return None
        entry = self._entries[row] = replace(self._entries[row], **changes)
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))
        self.entry_changed.emit(entry)
        return entry

    def remove(self, number: int) -> None:
        """Take a recording out of the list."""
        row = self._row(number)
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._entries[row]
            self.endRemoveRows()

    def entries(self) -> tuple[Entry, ...]:
        """All, in the order they came."""
        return tuple(self._entries)

    def entry(self, number: int) -> Entry | None:
        """The recording of that number, unless removed."""
        row = self._row(number)
        return None if row is None else self._entries[row]

    def row_of(self, number: int) -> int:
        """Its row, or -1."""
        row = self._row(number)
        return -1 if row is None else row

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (translate("Session", "Recording"), translate("Session", "Answer"), translate("Session", "Length"))[
            section
        ]

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == self.ENTRY_ROLE:
            return entry
        if role == self.SORT_ROLE:
            return self._sort_key(entry, index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return (entry.name, answer_in_short(entry), self._length(entry))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.error or str(entry.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.name}: {answer_in_short(entry)}" if index.column() == 0 else None
        return None

    def _length(self, entry: Entry) -> str:
        return clock(entry.recognition.duration_s) if entry.recognition else ""

    def _sort_key(self, entry: Entry, column: int) -> Any:
        if column == self.NAME:
            return entry.number
        if column == self.ANSWER:
            return answer_in_short(entry)
        return entry.recognition.duration_s if entry.recognition else -1.0

    def _row(self, number: int) -> int | None:
        return next((i for i, e in enumerate(self._entries) if e.number == number), None)


class FileQueue(QObject):
    """Answers the waiting recordings one at a time, in order.

    Signals:
        idle: Nothing is waiting and nothing runs.
    """

    idle = Signal()

    def __init__(self, session: SessionModel, owner: RecognitionOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._owner = owner
        self._running: dict[int, Job] = {}
        owner.opened.connect(self._next)

    def add(self, entry: Entry) -> None:
        """Answer it when its turn comes."""
        self._session.change(entry.number, state=EntryState.WAITING, error="", progress=0.0)
        self._next()

    def cancel(self, number: int) -> None:
        """Stop a recording's answer, if it runs."""
        if number in self._running:
            self._running[number].cancel()

    def _next(self) -> None:
        if self._running or self._owner.pack is None:
            return
        entry = next((e for e in self._session.entries() if e.state is EntryState.WAITING), None)
        if entry is None:
            self.idle.emit()
            return
        number = entry.number
        job = self._running[number] = self._owner.answer_file(entry.path)
        self._session.change(number, state=EntryState.RUNNING)
        job.progressed.connect(lambda done: self._session.change(number, progress=done))
        job.done.connect(lambda answered: self._session.change(number, state=EntryState.DONE, answered=answered))
        job.failed.connect(lambda error: self._session.change(number, state=EntryState.FAILED, error=str(error)))
        job.finished.connect(lambda: self._finished(number))

    def _finished(self, number: int) -> None:
        del self._running[number]
        self._next()


def answer_in_short(entry: Entry) -> str:
    """What the list says of a recording."""
    if entry.state is EntryState.FAILED:
        return translate("Session", "No answer")
    recognition = entry.recognition
    if recognition is None:
        if entry.state is EntryState.RUNNING:
            return percent(entry.progress) if entry.progress else translate("Session", "Listening …")
        return translate("Session", "Waiting")
    if recognition.abstained:
        return translate("Session", "Uncertain")
    return f"{label_name(recognition.label)} {percent(recognition.confidence)}"
