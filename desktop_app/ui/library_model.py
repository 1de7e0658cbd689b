"""The library as the window sees it: its recordings, kept up to date with the session's list."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.capture.takes import TakeFolder
from desktop_app.errors import VoiceKinError
from desktop_app.ui.answer_text import is_silent, named
from desktop_app.ui.jobs import Job
from desktop_app.ui.recognition_owner import Known, RecognitionOwner, SpeakerSaid
from desktop_app.ui.session import Entry, EntryState, SessionModel
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.takes import Takes
from desktop_app.ui.undo import UndoStack

if TYPE_CHECKING:
    from desktop_app.engine.people.library import Library, LibraryItem, Remembered

WRITTEN_AFTER_MS = 300  # answers for a folder come fast, so several are written together


class LibraryModel(QObject):
    """Owns what is remembered between sessions.

    Signals:
        changed: The content of the library has changed.
        told: A sentence for the user.
        removing: The numbers of list entries whose files are about to be removed.

    Attributes:
        items: The recordings, the latest first.
        size: The size of its takes in bytes.
    """

    changed = Signal()
    told = Signal(str)
    removing = Signal(object)

    def __init__(
        self,
        owner: RecognitionOwner,
        session: SessionModel,
        takes: Takes,
        folder: TakeFolder,
        undo: UndoStack,
        settings: SettingsFile,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.items: tuple[LibraryItem, ...] = ()
        self.size = 0
        self._owner, self._session, self._folder = owner, session, folder
        self._undo, self._settings = undo, settings
        self._is_open = False
        self._gone: dict[Path, list[int]] = {}  # deleted takes, by their former path
        self._waiting: dict[tuple[Path, int | None], Remembered] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(WRITTEN_AFTER_MS)
        self._soon.timeout.connect(self._write)
        owner.known_changed.connect(self._open)
        session.entry_changed.connect(self._remember)
        takes.sound_moved.connect(self._sound_moved)

    def rename(self, item: "LibraryItem", name: str) -> None:
        """Rename a recording."""
        self._change(item, "name", name, self.tr("“{0}” is now called “{1}”.").format(item.name, name))

    def note(self, item: "LibraryItem", notes: str) -> None:
        """Change a recording's notes."""
        self._change(item, "notes", notes, self.tr("The notes of “{0}” are changed.").format(item.name))

    def tag(self, item: "LibraryItem", tags: str) -> None:
        """Change a recording's tags, which are separated by commas."""
        self._change(item, "tags", tags, self.tr("The tags of “{0}” are changed.").format(item.name))

    def keep_speakers(self, entry: Entry) -> None:
        """Store what the user said about the speakers in a recording of the list."""
        if not self._is_open or entry.stretch is not None:
            return
        from desktop_app.engine.people.library import SaidOfSpeaker

        self._write()  # the recording itself may not have been written yet
        said = [SaidOfSpeaker(i, one.name, self._owner.number_of(one.voice)) for i, one in entry.said]
        self._then(lambda library: library.say_who_speaks(entry.path, entry.channel, entry.speakers, said))

    def recall_speakers(self, entries: Sequence[Entry]) -> None:
        """Apply what is stored about speakers to recordings that are added to the list again."""
        if not entries:
            return
        places = {(entry.path, entry.channel): entry.number for entry in entries}
        for item in self.items:
            number = places.get((item.path, item.channel))
            if number is not None and item.speakers != "off":
                key = {one: self._owner.key_of(one.voice_id) if one.voice_id is not None else "" for one in item.said}
                said = tuple((one.speaker, SpeakerSaid(one.name, key[one])) for one in item.said)
                self._session.change(number, speakers=item.speakers, said=said)

    def remove(self, items: "Sequence[LibraryItem]") -> None:
        """Forget opened files, and delete takes when the app closes; Undo restores them."""
        if not items:
            return
        paths = {item.path for item in items if item.is_take}
        entries = [entry for entry in self._session.entries() if entry.path in paths]
        self.removing.emit(tuple(entry.number for entry in entries))
        aside: dict[Path, Path] = {}
        for path in paths:
            try:
                aside[path] = self._folder.remove(path)
            except FileNotFoundError:
                continue  # already removed
            except OSError as error:
                self.told.emit(self.tr("The recording can’t be deleted: {0}.").format(error.strerror or error))
                return
        for entry in entries:
            self._session.remove(entry.number)
        ids = [item.id for item in items]
        self._then(lambda library: library.remove(ids))
        if len(items) > 1:
            sentence = self.tr("Removed from the library: {0} recordings.").format(len(items))
        elif paths:
            sentence = self.tr("“{0}” is deleted.").format(items[0].name)
        else:
            sentence = self.tr("“{0}” is forgotten; the file stays where it is.").format(items[0].name)
        self._undo.push(sentence, partial(self._put_back, tuple(items), tuple(entries), aside))

    def remove_oldest(self) -> None:
        """Delete the oldest takes until the others fit into the limit."""
        from desktop_app.engine.people.library import size_of

        left, going = self.size, []
        for item in reversed(self.items):
            if left <= self.limit:
                break
            if item.is_take:
                going.append(item)
                left -= size_of([item])
        self.remove(going)

    @property
    def limit(self) -> int:
        """The limit for the size of all takes, in bytes; 0: no limit."""
        return self._settings.values.library_limit_mb * 1_000_000

    @property
    def is_over_limit(self) -> bool:
        """Whether the takes are larger than the limit."""
        return 0 < self.limit < self.size

    def write_last(self, library: "Library") -> None:
        """Writes what is still unwritten when the app closes."""
        if self._waiting:
            library.remember(tuple(self._waiting.values()))

    def _put_back(self, items: "Sequence[LibraryItem]", entries: Sequence[Entry], aside: dict[Path, Path]) -> None:
        now: dict[Path, Path] = {}
        for before, path in aside.items():
            try:
                now[before] = self._folder.put_back(path)
            except OSError as error:
                self.told.emit(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
        moved = {item.id: now[item.path] for item in items if item.path in now}
        self._then(lambda library: library.put_back([item.id for item in items], moved))
        for entry in entries:
            self._session.put_back(replace(entry, path=now.get(entry.path, entry.path)))

    def _open(self, known: Known) -> None:  # noqa: ARG002
        """Called when the user's data is open: read the library, once for each pack."""
        if self._is_open:
            return
        self._is_open = True
        folder = self._folder.recordings

        def look(library: "Library") -> None:
            from desktop_app.engine.people.library import find_takes

            library.remember(find_takes(folder, library.all()))

        self._then(look)

    def _remember(self, entry: Entry) -> None:
        wanted = entry.kept if entry.is_take else self._settings.values.remember_files
        answered = entry.state is EntryState.DONE and not entry.is_stale
        if not wanted or entry.stretch is not None or not (answered or entry.is_take):
            return
        from desktop_app.engine.people.library import Outcome, Remembered

        outcome = None
        recognition = entry.recognition
        if recognition is not None and entry.answered is not None:
            known = self._owner.known.voices if self._owner.known is not None else ()
            voice = next((v.name for v in known if v.key == entry.answered.basis.voice), "")
            shares = {} if is_silent(recognition) else dict(recognition.probabilities)
            outcome = Outcome(
                *(recognition.label, shares, recognition.abstained, entry.heard_s, voice, named(recognition))
            )
        self._waiting[entry.path, entry.channel] = Remembered(
            entry.path, entry.name, entry.channel, entry.is_take, outcome
        )
        self._soon.start()

    def _write(self) -> None:
        if self._is_open and self._waiting:
            recordings = tuple(self._waiting.values())
            self._waiting.clear()
            self._then(lambda library: library.remember(recordings))

    def _sound_moved(self, before: Path, now: Path | None) -> None:
        ids = [item.id for item in self.items if item.path == before]
        if now is None:
            self._waiting = {key: one for key, one in self._waiting.items() if key[0] != before}
            self._gone[before] = ids
            self._then(lambda library: library.remove(ids))
        else:
            ids = self._gone.pop(before, ids)
            self._then(lambda library: library.put_back(ids, dict.fromkeys(ids, now)))

    def _change(self, item: "LibraryItem", what: str, text: str, sentence: str) -> None:
        before = getattr(item, what)
        if text.strip() == before:
            return

        def changed(_: object) -> None:
            self._undo.push(sentence, lambda: self._then(lambda library: library.change(item.id, **{what: before})))

        self._then(lambda library: library.change(item.id, **{what: text})).done.connect(changed)

    def _then(self, act: "Callable[[Library], object]") -> Job:
        """Change the library, then show its new content."""

        def change(library: "Library") -> "tuple[tuple[LibraryItem, ...], int]":
            from desktop_app.engine.people.library import size_of

            act(library)
            items = library.all()
            return items, size_of(items)

        job = self._owner.library(change)
        job.done.connect(self._show)
        job.failed.connect(self._say_error)
        return job

    def _show(self, found: "tuple[tuple[LibraryItem, ...], int]") -> None:
        self.items, self.size = found
        self.changed.emit()

    def _say_error(self, error: Exception) -> None:
        if isinstance(error, VoiceKinError):
            self.told.emit(str(error))
