"""The recordings of this session with state and answer, and the queue that answers them one by one."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from desktop_app.engine.recognition.answer import Named, Recognition
from desktop_app.engine.recognition.recogniser import UNCERTAIN
from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.ui.answer_text import how_sure, in_short, is_silent, named, rests_on_in_short
from desktop_app.ui.error_text import in_words, translated
from desktop_app.ui.jobs import Job, while_alive
from desktop_app.ui.language import clock, label_name, moment, percent, translate
from desktop_app.ui.recognition_owner import Answered, RecognitionOwner, Said
from desktop_app.ui.widgets.shares_bar import LABEL_ROLE, SHARES_ROLE

if TYPE_CHECKING:
    from desktop_app.engine.recognition.recogniser import SpeakerCount

UPDATING, OUT_OF_DATE = "⟳", "!"  # before an answer


class EntryState(Enum):
    """The state of a recording."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Entry:
    """One recording of the session.

    Attributes:
        number: Its unique number.
        path: Its file.
        name: Its name.
        is_take: True if it was recorded here, so that it can be kept or deleted.
        kept: True if it is a take that stays on the disk.
        state, progress: How far the analysis is.
        answered: The answer, if there is one.
        error: A sentence on why there is none.
        is_stale: The answer is out of date and is being computed again.
        is_paused: It is the running one, and held where it is.
        stretch: The part of the file to analyse; None: all of it.
        channel: The channel to use, counted from 0; None: the one with the clearest voice.
        speakers: How many people to tell apart: a number, "auto" or "off".
        said: What the user said about them.
        added: When it was added to the list, seconds since 1970.
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
    is_stale: bool = False
    is_paused: bool = False
    stretch: Stretch | None = None
    channel: int | None = None
    speakers: "SpeakerCount" = "off"
    said: Said = ()
    added: float = 0.0

    @property
    def title(self) -> str:
        """Its name, with the channel if one was chosen."""
        if self.channel is None:
            return self.name
        return translate("Session", "{0}, channel {1}").format(self.name, self.channel + 1)

    @property
    def recognition(self) -> Recognition | None:
        """The answer's Recognition."""
        return self.answered.recognition if self.answered else None

    @property
    def remark(self) -> str:
        """Why there is no answer, or why it is uncertain or out of date; "" if all is well."""
        return _remark(self)

    @property
    def heard_s(self) -> float:
        """Seconds that were analysed, once there is an answer, whose times count from the start of the file."""
        start_s = self.stretch.start_s if self.stretch else 0.0
        return self.recognition.duration_s - start_s if self.recognition else 0.0


class SessionModel(QStandardItemModel):
    """Recordings as rows: name, answer, its shares and basis, length, parts, when it was added, folder, and a remark if
    there is no answer or an uncertain one.

    The tables' content is stored in Qt's own items. A model written in Python is called seven times for each painted
    cell, and each time the window's thread may wait for the interpreter lock, which a running analysis holds.

    Signals:
        entry_changed: An Entry whose state or answer changed.
    """

    entry_changed = Signal(object)

    NAME, ANSWER, SHARES, BASIS, LENGTH, SEGMENTS, ADDED, FOLDER, NOTE = range(9)
    NUMBER_ROLE = int(Qt.ItemDataRole.UserRole)
    SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []  # indexed by number
        self._count = 0
        self.setHorizontalHeaderLabels(
            [
                translate("Session", "Recording"),
                translate("Session", "Answer"),
                translate("Session", "How sure"),
                translate("Session", "Based on"),
                translate("Session", "Length"),
                translate("Session", "Parts"),
                translate("Session", "Added"),
                translate("Session", "Folder"),
                translate("Session", "Remark"),
            ]
        )

    def add_files(self, paths: Sequence[Path], channel: int | None = None) -> tuple[Entry, ...]:
        """Add recordings at the end."""
        return tuple(self.add(path, path.name, channel=channel) for path in paths)

    def add(
        self,
        path: Path,
        name: str,
        is_take: bool = False,
        kept: bool = False,
        stretch: Stretch | None = None,
        channel: int | None = None,
    ) -> Entry:
        """Add a recording at the end."""
        self._count += 1
        entry = Entry(self._count, path, name, is_take, kept, stretch=stretch, channel=channel, added=time())
        self._entries.append(entry)
        self.appendRow([_item(cell) for cell in _cells(entry)])
        return entry

    def change(self, number: int, **changes: Any) -> Entry | None:
        """Change a recording; returns None if it was removed in the meantime."""
        row = self.row_of(number)
        if row < 0:
            return None
        entry = self._entries[row] = replace(self._entries[row], **changes)
        for column, cell in enumerate(_cells(entry)):
            index = self.index(row, column)
            for role, value in cell.items():
                self.setData(index, value, role)  # notifies the views if the value differs
        self.entry_changed.emit(entry)
        return entry

    def remove(self, number: int) -> Entry | None:
        """Take a recording out of the list; returns the argument for `put_back`."""
        row = self.row_of(number)
        if row < 0:
            return None
        entry = self._entries.pop(row)
        self.removeRow(row)
        return entry

    def put_back(self, entry: Entry) -> None:
        """Put a removed recording back in its place."""
        row = bisect_left(self._entries, entry.number, key=lambda other: other.number)
        self._entries.insert(row, entry)
        self.insertRow(row, [_item(cell) for cell in _cells(entry)])

    def entries(self) -> tuple[Entry, ...]:
        """All recordings, in the order in which they were added."""
        return tuple(self._entries)

    def entry(self, number: int) -> Entry | None:
        """The recording with that number; None if it was removed."""
        row = self.row_of(number)
        return None if row < 0 else self._entries[row]

    def entry_at(self, index: QModelIndex) -> Entry | None:
        """The recording at that index of this model or of a sorted view of it."""
        return self.entry(index.data(self.NUMBER_ROLE)) if index.isValid() else None

    def row_of(self, number: int) -> int:
        """The row of a recording, or -1."""
        row = bisect_left(self._entries, number, key=lambda entry: entry.number)
        return row if row < len(self._entries) and self._entries[row].number == number else -1


def _remark(entry: Entry) -> str:
    """Why there is no answer, not a sure one, or one of what was known before."""
    if entry.is_stale and entry.state is EntryState.DONE and entry.error:
        return translate("Session", "Answered with what was known before. {0}").format(translated(entry.error))
    if entry.is_stale:
        return translate("Session", "Being answered again: what it is based on has changed.")
    recognition = entry.recognition
    if recognition is None:
        return translated(entry.error)
    doubtful = recognition.abstained_because == UNCERTAIN
    why = how_sure(recognition) if doubtful else translated(recognition.abstained_because)
    return " ".join(filter(None, (why, *map(translated, recognition.remarks))))


def _item(cell: dict[int, Any]) -> QStandardItem:
    item = QStandardItem()
    item.setEditable(False)
    for role, value in cell.items():
        item.setData(value, role)
    return item


def _cells(entry: Entry) -> tuple[dict[int, Any], ...]:
    """The content of a recording's row: for each column a value for each role."""
    recognition = entry.recognition
    answer = answer_in_short(entry)
    by_answer = answer
    short = named(recognition) if recognition is not None else Named()
    if short.labels:
        by_answer = f"{label_name(short.labels[0])} {short.share:.6f}"  # so that 100 % sorts after 94 %
    folder = str(entry.path.parent)
    note = entry.remark
    basis = rests_on_in_short(recognition) if recognition is not None else ""
    shares = dict(recognition.probabilities) if recognition is not None and not is_silent(recognition) else {}
    in_words = ", ".join(f"{label_name(label)} {percent(share)}" for label, share in shares.items())
    texts_and_sort_keys: tuple[tuple[str, str | float], ...] = (
        (entry.title, entry.title.casefold()),
        (f"{_mark(entry)} {_answer(entry)}".strip(), by_answer),
        (in_words, recognition.confidence if recognition is not None and not recognition.abstained else -1.0),
        (basis, basis),
        (clock(entry.heard_s), entry.heard_s) if recognition else ("", -1.0),
        (str(len(recognition.segments)), len(recognition.segments)) if recognition else ("", -1),
        (moment(entry.added), entry.number),
        (folder, folder),
        (note, note),
    )
    tip = f"{note}\n{entry.path}".strip()  # since a narrow window hides these columns
    cells: tuple[dict[int, Any], ...] = tuple(
        {
            int(Qt.ItemDataRole.DisplayRole): text,
            int(Qt.ItemDataRole.ToolTipRole): tip,
            SessionModel.SORT_ROLE: sort_key,
            SessionModel.NUMBER_ROLE: entry.number,
        }
        for text, sort_key in texts_and_sort_keys
    )
    cells[SessionModel.SHARES][SHARES_ROLE] = tuple(shares.items())  # Qt would sort a dict by its keys
    cells[SessionModel.ANSWER][LABEL_ROLE] = short.labels[0] if short.labels else ""
    aloud = int(Qt.ItemDataRole.AccessibleTextRole)  # for screen readers
    cells[SessionModel.ANSWER][aloud] = answer
    cells[SessionModel.ANSWER][int(Qt.ItemDataRole.ToolTipRole)] = f"{answer}\n{tip}"  # the column may cut it
    cells[SessionModel.NAME][aloud] = f"{entry.title}: {answer}"
    return cells


class FileQueue(QObject):
    """Answers the waiting recordings one at a time, in order.

    Signals:
        idle: Nothing is waiting and nothing runs.
        changed: The queue progressed, was paused, or became empty.
        all_stopped: All waiting and running recordings were asked to stop.

    Attributes:
        is_paused: Whether the running recording is paused and no other is begun.
        channel: The channel to use for files that are opened or tried again; None: the one with the clearest voice.
    """

    idle = Signal()
    changed = Signal()
    all_stopped = Signal()

    def __init__(self, session: SessionModel, owner: RecognitionOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._owner = owner
        self._running: dict[int, Job] = {}
        self._waiting: deque[int] = deque()
        self._share = 0.0
        self._done = 0
        self._began = 0.0
        self._paused_at = 0.0
        self.is_paused = False
        self.channel: int | None = None
        self._is_held = False
        owner.opened.connect(self._next)

    @property
    def is_running(self) -> bool:
        """Whether a recording is being analysed now."""
        return bool(self._running)

    @property
    def total(self) -> int:
        """The number of recordings since the queue was last empty."""
        return self._done + len(self._running) + len(self._waiting)

    @property
    def done(self) -> int:
        """How many of them are done, failed or stopped."""
        return self._done

    @property
    def share(self) -> float:
        """The share of the work that is done, 0 to 1."""
        return (self._done + self._share * len(self._running)) / self.total if self.total else 1.0

    @property
    def time_left_s(self) -> float | None:
        """Estimated seconds until all is done; None if not known yet."""
        if self.is_paused or not self._began:
            return None
        from desktop_app.engine.batch.progress import (
            time_left_s,
        )  # imported here, since it loads the decoders, for which the first paint need not wait

        return time_left_s(monotonic() - self._began, self.share)

    def add(self, entry: Entry) -> None:
        """Add a recording to the queue."""
        self.add_all((entry,))

    def add_all(self, entries: Sequence[Entry], keeping_answers: bool = False) -> None:
        """Add recordings to the queue; those that are in it keep their turn.

        `keeping_answers`: existing answers stay, marked as out of date, until there are new ones.
        """
        for entry in entries:
            if entry.number in self._running or entry.number in self._waiting:
                continue
            if entry.state is not EntryState.WAITING:
                # a take has one channel, and a part has the channel of its recording
                channel = entry.channel if entry.is_take or entry.stretch else self.channel
                again: dict[str, object] = {"error": "", "progress": 0.0, "channel": channel}
                again |= {"is_stale": True} if keeping_answers else {"is_stale": False, "answered": None}
                self._session.change(entry.number, state=EntryState.WAITING, **again)
            self._waiting.append(entry.number)
        self._next()

    def cancel(self, number: int) -> None:
        """Stop the analysis of a recording, which stays in the list and can be tried again."""
        if number in self._running:
            self._running[number].cancel()
        elif number in self._waiting:
            self._waiting.remove(number)
            self._done += 1
            self._stopped(number)
            self._next()

    def cancel_all(self) -> None:
        """Stop all waiting and running recordings."""
        waiting, self._waiting = list(self._waiting), deque()
        self._done += len(waiting)
        for number in waiting:
            self._stopped(number)
        for job in self._running.values():
            job.cancel()
        self.pause(False)
        self.all_stopped.emit()

    def pause(self, paused: bool) -> None:
        """Pause the running recording and begin no other, or go on."""
        if paused and not self.is_paused:
            self._paused_at = monotonic()
        elif self.is_paused and not paused and self._began:
            self._began += monotonic() - self._paused_at  # so that the time left ignores the pause
        self.is_paused = paused
        for number, job in self._running.items():
            job.pause(paused)
            self._session.change(number, is_paused=paused)
        self._next()

    def hold(self) -> None:
        """Begin nothing new until `go_on`, since the live answers of a running take come first."""
        self._is_held = True

    def go_on(self) -> None:
        """Go on after `hold`, when the take has ended."""
        self._is_held = False
        self._next()

    def _next(self) -> None:
        if not self._running and not self._waiting:
            self._done, self._began, self.is_paused = 0, 0.0, False
            self.changed.emit()
            self.idle.emit()
            return
        if not self._running and not self.is_paused and not self._is_held and self._owner.pack is not None:
            self._start(self._waiting.popleft())
        self.changed.emit()

    def _start(self, number: int) -> None:
        entry = self._session.change(number, state=EntryState.RUNNING, is_paused=False)
        if entry is None:  # removed in the meantime
            self._done += 1
            self._next()
            return
        self._began = self._began or monotonic()
        self._share = 0.0
        job = self._running[number] = self._owner.answer_file(
            entry.path, entry.stretch, entry.channel, entry.speakers, entry.said
        )
        # the window may be closed before the worker stops
        job.progressed.connect(while_alive(self._session, partial(self._progressed, number)))
        job.done.connect(while_alive(self._session, partial(self._answered, number)))
        job.failed.connect(while_alive(self._session, partial(self._failed, number)))
        job.finished.connect(while_alive(self._session, partial(self._finished, number)))

    def _progressed(self, number: int, share: float) -> None:
        self._share = share
        self._session.change(number, progress=share)
        self.changed.emit()

    def _answered(self, number: int, answered: Answered) -> None:
        self._session.change(number, state=EntryState.DONE, answered=answered, is_stale=False)

    def _stopped(self, number: int) -> None:
        entry = self._session.entry(number)
        answered_before = entry is not None and entry.answered is not None
        self._session.change(number, state=EntryState.DONE if answered_before else EntryState.STOPPED)

    def _failed(self, number: int, error: Exception) -> None:
        entry = self._session.entry(number)
        answered_before = entry is not None and entry.answered is not None
        state = EntryState.DONE if answered_before else EntryState.FAILED  # an existing answer is never lost
        self._session.change(number, state=state, error=in_words(error))

    def _finished(self, number: int) -> None:
        del self._running[number]
        self._done += 1
        entry = self._session.entry(number)
        if entry is not None and entry.state is EntryState.RUNNING:
            self._stopped(number)
        self._next()


def answer_in_short(entry: Entry) -> str:
    """What the list shows for a recording, in words."""
    answer, mark = _answer(entry), _mark(entry)
    if mark == OUT_OF_DATE:
        return translate("Session", "{0}, out of date").format(answer)
    return translate("Session", "{0}, updating").format(answer) if mark else answer


def _answer(entry: Entry) -> str:
    """The answer, or what stands in its place."""
    if entry.state is EntryState.FAILED:
        return translate("Session", "No answer")
    if entry.state is EntryState.STOPPED:
        return translate("Session", "Stopped")
    if entry.recognition is not None:
        return in_short(named(entry.recognition), is_silent(entry.recognition))
    if entry.state is not EntryState.RUNNING:
        return translate("Session", "Waiting")
    if entry.is_paused:
        return translate("Session", "Paused")
    heard = translate("Session", "{0} heard").format(percent(entry.progress))
    return heard if entry.progress else translate("Session", "Listening…")


def _mark(entry: Entry) -> str:
    """Stands before an answer that rests on something else than now: a narrow column has no room for one more word, and
    a long text loses its end."""
    answered = entry.recognition is not None and entry.state not in (EntryState.FAILED, EntryState.STOPPED)
    if not (answered and entry.is_stale):
        return ""
    return OUT_OF_DATE if entry.state is EntryState.DONE and entry.error else UPDATING


def sorted_view(session: SessionModel, parent: QObject) -> QSortFilterProxyModel:
    """The session's rows, sortable by any column and filtered by the text of any column."""
    view = QSortFilterProxyModel(parent)
    view.setSourceModel(session)
    view.setSortRole(SessionModel.SORT_ROLE)
    view.setFilterKeyColumn(-1)
    view.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return view
