"""Keeping, removing and restoring recordings of the list, and recovering takes after a crash."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app import interruption
from desktop_app.capture.recorder import TakeEnded
from desktop_app.capture.takes import LeftOver, TakeFolder
from desktop_app.ui.jobs import Worker
from desktop_app.ui.playback import Playback
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.undo import UndoStack

log = logging.getLogger(__name__)


class Takes(QObject):
    """Adds and removes recordings.

    A take is moved to the kept recordings as soon as it ends, unless the settings say otherwise. Deleted takes are set
    aside until the app closes. Opened files are never touched.

    Signals:
        told: A sentence for the user.
        offered: (a sentence, and pairs of the text of a button and what it does).
        added: An Entry to show.
        removing: The numbers of entries that are about to be removed.
        back: A restored Entry to show.
        sound_moved: (the old path of a take, its new path or None if it was deleted).
    """

    told = Signal(str)
    offered = Signal(str, object)
    added = Signal(object)
    removing = Signal(object)
    back = Signal(object)
    sound_moved = Signal(object, object)

    def __init__(
        self,
        folder: TakeFolder,
        session: SessionModel,
        queue: FileQueue,
        playback: Playback,
        undo: UndoStack,
        settings: SettingsFile,
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder, self._session, self._queue, self._playback = folder, session, queue, playback
        self._undo, self._settings, self._worker = undo, settings, worker

    def add(self, take: TakeEnded) -> Entry | None:
        """Add a finished take to the list; None if nothing was recorded."""
        if take.path is None:
            return None
        name = self.tr("Recording {0}").format(take.path.stem[-8:])
        entry = self._session.add(take.path, name, is_take=True)
        return self.keep(entry.number) if self._settings.values.keep_takes else entry

    def keep(self, number: int) -> Entry | None:
        """Keep a take on the disk."""
        entry = self._session.entry(number)
        if entry is None or entry.kept:
            return entry
        try:
            path = self._folder.keep(entry.path)
        except OSError as error:
            self.told.emit(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
            return entry
        return self._session.change(number, path=path, kept=True)

    def delete(self, entries: Sequence[Entry]) -> None:
        """Remove recordings from the list, and delete takes when the app closes; Undo restores them."""
        self._remove(entries, True)

    def clear(self, entries: Sequence[Entry]) -> None:
        """Remove recordings from the list but not from the disk; Undo restores them."""
        self._remove(entries, False)

    def delete_all(self) -> None:
        """Delete all takes in the list, including kept ones."""
        self.delete([entry for entry in self._session.entries() if entry.is_take])

    def clear_all(self) -> None:
        """Clear the list."""
        self.clear(self._session.entries())

    def _remove(self, entries: Sequence[Entry], with_sound: bool) -> None:
        there = [now for now in (self._session.entry(entry.number) for entry in entries) if now is not None]
        if not there:
            return
        self._playback.stop()
        self.removing.emit(tuple(entry.number for entry in there))
        gone: list[tuple[Entry, Path]] = []
        for entry in there:
            self._queue.cancel(entry.number)
            try:
                path = self._folder.remove(entry.path) if with_sound and _has_sound(entry) else entry.path
            except OSError as error:
                self.told.emit(self.tr("The recording can’t be deleted: {0}.").format(error.strerror or error))
                continue
            self._session.remove(entry.number)
            if path != entry.path:
                self.sound_moved.emit(entry.path, None)
            gone.append((entry, path))
        if gone:
            self._undo.push(self._what_went([e for e, _ in gone], with_sound), partial(self._put_back, gone))

    def offer_left_over(self) -> None:
        """Offer takes that a crash left behind, if there are any."""
        job = self._worker.submit(lambda _: self._folder.left_over())
        job.done.connect(self._left_over_found)

    def close(self) -> None:
        """When the app ends, keep what should be kept, also a take whose end was not reported.

        If a signal ended the app, nothing is deleted; the next start offers it.
        """
        try:
            if self._settings.values.keep_takes:
                self._folder.keep_all()
        except OSError as error:
            log.warning("recordings not kept, the next start offers them: %s", error)
            self._folder.close(delete=False)
        else:
            self._folder.close(delete=not interruption.requested())

    def _what_went(self, gone: Sequence[Entry], with_sound: bool) -> str:
        if with_sound and any(map(_has_sound, gone)):
            if len(gone) == 1:
                return self.tr("“{0}” is deleted.").format(gone[0].title)
            return self.tr("Deleted: {0} recordings.").format(len(gone))
        if len(gone) == 1:
            return self.tr("“{0}” is off the list; the file stays where it is.").format(gone[0].title)
        return self.tr("{0} recordings are off the list; the files stay where they are.").format(len(gone))

    def _put_back(self, gone: Sequence[tuple[Entry, Path]]) -> None:
        for before, aside in gone:
            entry = before
            if aside != before.path:
                try:
                    entry = replace(before, path=self._folder.put_back(aside), kept=True)
                except OSError as error:
                    self.told.emit(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
                    continue
                self.sound_moved.emit(before.path, entry.path)
            if entry.state in (EntryState.WAITING, EntryState.RUNNING):
                entry = replace(entry, state=EntryState.WAITING, progress=0.0)
            self._session.put_back(entry)
            if entry.state is EntryState.WAITING:
                self._queue.add(entry)
            self.back.emit(entry)

    def _left_over_found(self, found: tuple[LeftOver, ...]) -> None:
        if not found:
            return
        choices: tuple[tuple[str, Callable[[], None]], ...] = (
            (self.tr("Recover"), partial(self._recover, found)),
            (self.tr("Delete them"), partial(self._discard, found)),
        )
        self.offered.emit(
            self.tr("VoiceKin did not close properly last time. Recordings saved from then: {0}.").format(len(found)),
            choices,
        )

    def _recover(self, found: tuple[LeftOver, ...]) -> None:
        for take in found:
            self._recover_one(take.path)

    def _recover_one(self, take: Path) -> None:
        try:
            path = self._folder.keep(take)
        except OSError as error:
            self.told.emit(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
            return
        entry = self._session.add(path, self.tr("Recovered {0}").format(path.stem), is_take=True, kept=True)
        self._queue.add(entry)
        self.added.emit(entry)

    def _discard(self, found: tuple[LeftOver, ...]) -> None:
        aside = [self._folder.remove(take.path) for take in found]

        def take_back() -> None:
            for path in aside:
                self._recover_one(path)

        one = self.tr("The recording is deleted.")
        many = self.tr("Deleted: {0} recordings.").format(len(aside))
        self._undo.push(one if len(aside) == 1 else many, take_back)


def _has_sound(entry: Entry) -> bool:
    """Whether removing it removes a take's file; removing a part of a take does not."""
    return entry.is_take and entry.stretch is None
