"""The main window: it lays out pages and panels and connects their signals."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.capture.player import Player
from desktop_app.capture.recorder import TakeEnded
from desktop_app.capture.takes import TakeFolder
from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.errors import VoiceKinError
from desktop_app.ui.ask_again import AskAgain
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.channel_menu import ChannelMenu
from desktop_app.ui.crash_box import CrashBox
from desktop_app.ui.diagnostics import diagnostics
from desktop_app.ui.dialogs.about_dialog import AboutDialog
from desktop_app.ui.dialogs.packs_dialog import PacksDialog
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.drops import Found, dropped_paths, find_recordings
from desktop_app.ui.error_text import translated
from desktop_app.ui.export_actions import ExportActions
from desktop_app.ui.group_voices import GroupVoices
from desktop_app.ui.hotkey import Hotkey
from desktop_app.ui.jobs import Job, Worker, while_alive
from desktop_app.ui.language import clock
from desktop_app.ui.library_model import LibraryModel
from desktop_app.ui.live_model import LiveModel
from desktop_app.ui.pages.answer_page import AnswerPage
from desktop_app.ui.pages.empty_page import EmptyPage
from desktop_app.ui.pages.first_start_page import FirstStartPage
from desktop_app.ui.pages.library_page import LibraryPage
from desktop_app.ui.pages.results_page import ResultsPage
from desktop_app.ui.pages.stack import Pages
from desktop_app.ui.panels.notice import Notice
from desktop_app.ui.panels.queue_panel import QueuePanel
from desktop_app.ui.panels.record_panel import RecordPanel
from desktop_app.ui.panels.session_panel import SessionPanel
from desktop_app.ui.panels.side import Side
from desktop_app.ui.panels.voice_panel import VoicePanel
from desktop_app.ui.playback import Playback
from desktop_app.ui.playing import Playing
from desktop_app.ui.published import Published
from desktop_app.ui.recognition_owner import Answered, PackInfo, RecognitionOwner
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel
from desktop_app.ui.settings import Settings, SettingsFile
from desktop_app.ui.small_window import SmallWindow
from desktop_app.ui.sound_detail import SoundDetail
from desktop_app.ui.speakers import Speakers
from desktop_app.ui.takes import Takes
from desktop_app.ui.teaching import Teaching
from desktop_app.ui.theme import Theme
from desktop_app.ui.tray import Tray
from desktop_app.ui.undo import Change, UndoStack
from desktop_app.ui.view_menu import ViewMenu
from desktop_app.ui.widgets.drop_hint import DropHint
from desktop_app.ui.widgets.tab_order import insert_before

if TYPE_CHECKING:
    from desktop_app.engine.people.library import LibraryItem

log = logging.getLogger(__name__)

LEAST_SIZE = (800, 440)  # pixels; fits on a screen of 960 by 540 with its frame and a task bar
FAILURES_TOLD = 3  # for folders; more would fill the window
ADDED_AT_ONCE = 25  # recordings; both tables sort them as they are added, which takes 0.1 ms each
AFTER_PAINTING_MS = 10  # Qt collects repaints for 5 ms


class MainWindow(QMainWindow):
    """VoiceKin's window.

    Attributes:
        capture, owner, session, queue, live, undo: The models behind the pages.
        ask_again, teaching, takes, library, speakers, playing: What changes them.
        tray, hotkey: Access to VoiceKin while its window is closed.
        pages: The pages beside the recorder: empty, answer_page, results, library_page.
        record, recordings, answer, neighbours, what_if, map, voice, that_was, first_start, notice: The panels.
    """

    def __init__(
        self,
        *,
        capture: CaptureModel,
        owner: RecognitionOwner,
        takes: TakeFolder,
        settings: SettingsFile,
        theme: Theme,
        player: Player,
        pack: Path,
    ) -> None:
        super().__init__()
        self.capture, self.owner = capture, owner
        self._settings, self._theme, self._pack = settings, theme, pack
        self.undo = UndoStack(self)
        self.session = SessionModel(self)
        self.queue = FileQueue(self.session, owner, self)
        self.ask_again = AskAgain(owner, self.session, self.queue, self)
        GroupVoices(owner, self.session, self.queue, self)
        self.file_worker = Worker("files", self)
        self.live = LiveModel(capture, owner, self)
        self.playback = Playback(player, capture.worker, self)
        self.published = Published(settings, self.file_worker, self.playback, self)
        self.takes = Takes(takes, self.session, self.queue, self.playback, self.undo, settings, capture.worker, self)
        self.library = LibraryModel(owner, self.session, self.takes, takes, self.undo, settings, self)
        self._begun = False
        self._quits = False
        self._stops = 0  # how often everything was stopped, including folders that are being added

        self._show_recording(self.capture.state)
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST_SIZE)
        self._make_panels()
        self.teaching = Teaching(
            owner, self.session, self.queue, self.undo, settings, self.answer_page, self.voice, self
        )
        SoundDetail(self.timeline, self.file_worker, self)
        self.speakers = Speakers(
            owner, self.session, self.queue, self.ask_again, self.undo, self.answer_page.speakers, self
        )
        self.playing = Playing(self.session, self.answer_page, self.playback, self.published, owner, self)
        self._lay_out()
        self._make_menus()
        self._connect()
        self._restore_geometry()

    # building

    def _make_panels(self) -> None:
        self.record = RecordPanel(self.capture, self._theme)
        self.voice = VoicePanel()
        self.recordings = SessionPanel(self.session, self._theme)
        self.queue_panel = QueuePanel(self.queue)
        self.notice = Notice(self.undo)
        self.empty = EmptyPage()
        self.answer_page = AnswerPage(self._theme)
        self.answer, self.that_was = self.answer_page.answer, self.answer_page.that_was
        self.what_if, self.neighbours = self.answer_page.what_if, self.answer_page.neighbours
        self.map, self.timeline = self.answer_page.map, self.answer_page.timeline
        self.results = ResultsPage(self.session, self._theme)
        self.library_page = LibraryPage(self.library, self._theme)
        self.first_start = FirstStartPage()

    def _lay_out(self) -> None:
        self.recordings.content.insertWidget(1, self.queue_panel)  # above the list, which may be longer than the window
        insert_before(self.recordings.filter, self.queue_panel.pause, self.queue_panel.stop)
        self._side = Side(self._theme, self.record, self.voice, self.recordings)
        self.pages = Pages(self.record.button)
        for page in (self.empty, self.answer_page, self.results, self.library_page):
            self.pages.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.notice)
        right.addWidget(self.pages, 1)
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side)
        row.addLayout(right, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._work)
        self._whole.addWidget(self.first_start)
        self.setCentralWidget(self._whole)
        self.drop_hint = DropHint(self._whole)

    def _make_menus(self) -> None:
        files = self.menuBar().addMenu(self.tr("&File"))
        self.open_action = self._action(self.tr("&Open files…"), self.open_files, QKeySequence.StandardKey.Open)
        self.open_folder_action = self._action(self.tr("Open a &folder…"), self.open_folder, "Ctrl+Shift+O")
        self.examples_action = self._action(
            self.tr("My e&xamples…"), lambda: self.teaching.show_examples(self.playback), "Ctrl+E"
        )
        self.settings_action = self._action(self.tr("&Settings…"), self.show_settings, "Ctrl+,")
        self.quit_action = self._action(self.tr("&Quit"), self.quit, "Ctrl+Q")
        self.results_action = self._action(self.tr("All &results"), self.show_results, "Ctrl+T")
        self.library_action = self._action(self.tr("&Library"), self.show_library, "Ctrl+L")
        self.packs_action = self._action(self.tr("&Packs…"), self.show_packs, "Ctrl+Shift+P")
        self.export = ExportActions(self.file_worker, self._to_export, self)
        self.results.export.setMenu(self.export.menu)
        self.channel_menu = ChannelMenu(self)
        files.addActions([self.open_action, self.open_folder_action])
        files.addMenu(self.channel_menu)
        files.addSeparator()
        files.addActions([self.results_action, self.results.compare_action, self.library_action])
        files.addMenu(self.export.menu)
        files.addSeparator()
        self.examples_action.setEnabled(False)  # until the user's data is open
        files.addAction(self.packs_action)
        files.addActions([self.examples_action, self.settings_action, self.quit_action])

        edit = self.menuBar().addMenu(self.tr("&Edit"))
        self.undo_action = self._action(self.tr("&Undo"), self.undo.undo, QKeySequence.StandardKey.Undo)
        self.clear_action = self._action(self.tr("&Clear the list"), self.takes.clear_all, None)
        self.delete_all_action = self._action(
            self.tr("&Delete all my recordings in the list"), self.takes.delete_all, None
        )
        edit.addActions([self.undo_action, self.clear_action, self.delete_all_action])

        self.view_menu = ViewMenu(self._settings, self)
        self.menuBar().addMenu(self.view_menu)
        self.small = SmallWindow(self.capture, self.live, self.session, self._theme, self)
        self.view_menu.addAction(self.small.action)
        recording = self.menuBar().addMenu(self.tr("&Recording"))
        self.record_action = self._action(self.tr("&Record or stop"), self.capture.toggle, "Ctrl+R")
        self.refresh_action = self._action(self.tr("&Look for microphones"), self.capture.refresh, "F5")
        self.play_action = self._action(self.tr("&Play or stop"), self.playing.play_shown, "Ctrl+P")
        recording.addActions([self.record_action, self.play_action, self.refresh_action])
        self.tray = Tray(
            self.capture, self._settings, self.small, self.record_action, self._theme, self, close=self.quit
        )
        self.hotkey = Hotkey(self._settings, self)
        self.hotkey.pressed.connect(self.record_action.trigger)

        about = self.menuBar().addMenu(self.tr("&Help"))
        self.first_start_action = self._action(self.tr("What VoiceKin can and can’t do"), self.show_first_start, "F1")
        self.diagnostics_action = self._action(self.tr("&Copy diagnostics"), self._copy_diagnostics, None)
        self.about_action = self._action(self.tr("&About VoiceKin"), self.show_about, None)
        about.addActions([self.first_start_action, self.diagnostics_action, self.about_action])

        # works everywhere except in text fields, which need the space bar; buttons are pressed with Return
        self._space = QShortcut(QKeySequence(Qt.Key.Key_Space), self)
        self._space.setAutoRepeat(False)
        self._space.activated.connect(self.capture.toggle)
        self._show_undo()

    def _action(self, text: str, act: Callable[[], object], keys: QKeySequence.StandardKey | str | None) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: act())
        return action

    def _connect(self) -> None:
        self.owner.opened.connect(self._show_pack)
        self.owner.failed.connect(self._no_pack)
        self.owner.known_changed.connect(lambda _: self.examples_action.setEnabled(True))
        self.owner.known_changed.connect(self.answer_page.speakers.show_known)
        self.owner.forgetful.connect(lambda error: self.notice.say(str(error)))
        for worker in (self.owner.worker, self.capture.worker, self.file_worker):
            worker.crashed.connect(self.show_bug)
        for told in (
            self.teaching.told,
            self.speakers.told,
            self.library.told,
            self.takes.told,
            self.capture.troubled,
            self.playback.troubled,
            self.export.told,
        ):
            told.connect(self.notice.say)
        for offers in (self.teaching, self.published):
            offers.offered.connect(lambda sentence, text, act: self.notice.say(sentence, (text, act)))
        self.takes.offered.connect(lambda sentence, choices: self.notice.say(sentence, *choices))
        self.takes.added.connect(self.recordings.select)
        self.takes.removing.connect(self._leave)
        self.library.removing.connect(self._leave)
        self.speakers.said.connect(self.library.keep_speakers)
        self.library_page.opened.connect(self._open_from_library)
        self.library_page.play_asked.connect(lambda item: self.playback.toggle(item.path, item.channel))
        self.library_page.back_asked.connect(self._go_back)
        self.takes.back.connect(self._show_again)
        self.undo.pushed.connect(lambda _: self._show_undo())
        self.undo.gone.connect(lambda _: self._show_undo())
        self.voice.guided_asked.connect(partial(self.teaching.guide, self.capture))
        self.capture.state_changed.connect(
            while_alive(self.empty.sentence, lambda state: self.empty.show_microphone(state is not MicState.NONE))
        )
        self.capture.state_changed.connect(self._show_recording)
        self.capture.take_ended.connect(self._take_ended)
        self.capture.device_gone.connect(self._device_gone)
        self.live.began.connect(self._begin_live)
        self.live.began.connect(self.queue.hold)
        self.live.ended.connect(self.queue.go_on)
        self.live.answered.connect(self.answer.show_live)
        self.live.placed.connect(self.map.show_live)
        self.capture.read.connect(self.answer.hear)
        self.queue.all_stopped.connect(self._count_stop)
        self.queue.changed.connect(while_alive(self.results, lambda: self.results.show_paused(self.queue.is_paused)))
        self.recordings.selected.connect(self.show_entry)
        self.recordings.open_asked.connect(self.open_files)
        self.session.entry_changed.connect(self._entry_changed)
        self.answer_page.shows.connect(self._shows)
        self.answer.keep_asked.connect(self.takes.keep)
        self.answer.delete_asked.connect(self._remove)
        self.answer.retry_asked.connect(self._retry)
        self.what_if.changed.connect(self._what_if)
        self.timeline.ask_again.connect(self._ask_for_part)
        self.results.opened.connect(self._open_result)
        self.results.retry_asked.connect(self.queue.add_all)
        self.results.stop_asked.connect(self._stop_entries)
        self.results.remove_asked.connect(self.takes.clear)
        self.results.back_asked.connect(self._go_back)
        self.empty.samples_asked.connect(self._open_samples)
        self.channel_menu.chosen.connect(partial(setattr, self.queue, "channel"))
        self.first_start.understood.connect(self._understood)
        self._settings.changed.connect(self._settings_changed)

    # life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tray.seen()
        if not self._begun:
            self._begun = True
            QTimer.singleShot(0, self._begin)  # after the first paint

    def _begin(self) -> None:
        self.owner.open(self._pack)
        if self._settings.values.introduced:
            self.capture.refresh()
            self.record.button.setFocus()
        else:
            self.show_first_start()  # no microphone is opened before it is read
        if self._settings.was_broken:
            self.notice.say(
                self.tr("Your settings could not be read and were set aside; VoiceKin starts with its own.")
            )
        self.takes.offer_left_over()
        self.tray.follow()
        self.hotkey.follow()
        if self.hotkey.trouble:
            self.notice.say(self.tr("No key records from other programs now. {0}").format(self.hotkey.trouble))

    def quit(self) -> None:
        """End VoiceKin, also if closing the window would leave it in the tray."""
        self._quits = True
        was_hidden = self.isHidden() and self.small.isHidden()
        self.close()
        if was_hidden:  # no window is closed, so Qt would not end the program
            QApplication.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._quits and self.tray.takes(event):
            return
        self.hotkey.close()
        self.tray.close()
        self._settings.update(geometry=bytes(self.saveGeometry().toHex().data()).decode("ascii"))
        self.playback.stop()
        self.capture.close()
        self.file_worker.close()
        self.playback.close()
        self.owner.close(self.library.write_last)
        self.takes.close()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._side.fit(event.size().width())
        super().resizeEvent(event)

    def _restore_geometry(self) -> None:
        try:
            saved = QByteArray(bytes.fromhex(self._settings.values.geometry))
        except ValueError:
            saved = QByteArray()
        if saved.isEmpty() or not self.restoreGeometry(saved):
            screen = self.screen().availableGeometry()
            self.resize(min(1240, screen.width()), min(820, screen.height()))

    # recordings and answers

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        """Analyse files, and the audio files in folders; install packs."""
        job: Job = self.capture.worker.submit(lambda _: find_recordings(paths))  # a folder may be large or slow
        job.done.connect(self._found)
        job.done.connect(partial(self.teaching.offer_one_speaker, paths))

    def open_files(self) -> None:
        """Choose files."""
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Open recordings"))
        if names:
            self.open_paths(tuple(Path(name) for name in names))

    def _open_samples(self, samples: list[tuple[Path, str]]) -> None:
        entries = [self.session.add(path, name) for path, name in samples]
        self.answer_page.hold(entries[0])
        self.show_results()
        self.queue.add_all(entries)

    def open_folder(self) -> None:
        """Choose a folder."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of recordings"))
        if name:
            self.open_paths((Path(name),))

    def show_entry(self, entry: Entry) -> None:
        """Show a recording's answer, and why."""
        if self.capture.is_recording and self.answer_page.shown is None:
            return  # a running take is shown live; its answer is shown when it ends
        self.answer_page.show_entry(entry)
        self.pages.show_page(self.answer_page)

    def _found(self, found: Found) -> None:
        if found.packs:
            dialog = self.show_packs()
            for pack in found.packs:
                dialog.install_from(pack)
        if found.failures:
            self.notice.say(" ".join(translated(failure.error) for failure in found.failures[:FAILURES_TOLD]))
        if found.files:
            self._add_files(found.files)

    def _add_files(self, files: tuple[Path, ...]) -> None:
        entries = self._add(files[:ADDED_AT_ONCE])
        if not self.capture.is_recording:
            if len(files) > 1:
                self.answer_page.hold(entries[0])
                self.show_results()
                self.results.reveal(entries[0])
            else:
                self.recordings.select(entries[0])
        self._answer_and_add(entries, files[ADDED_AT_ONCE:])

    def _add(self, files: tuple[Path, ...]) -> tuple[Entry, ...]:
        entries = self.session.add_files(files, self.queue.channel)
        self.library.recall_speakers(entries)
        return entries

    def _answer_and_add(self, entries: tuple[Entry, ...], files: tuple[Path, ...]) -> None:
        """Queue recordings and add the rest of a large folder, in portions between which the window handles events.

        The first answer so comes after the table's first paint, since both need the interpreter lock.
        """

        stops = self._stops

        def go_on() -> None:
            if self._stops != stops:
                for entry in entries:
                    self.session.change(entry.number, state=EntryState.STOPPED)
                return
            self.queue.add_all(entries)
            if files:
                self._answer_and_add(self._add(files[:ADDED_AT_ONCE]), files[ADDED_AT_ONCE:])

        QTimer.singleShot(AFTER_PAINTING_MS, self, go_on)

    def _count_stop(self) -> None:
        self._stops += 1

    def _take_ended(self, take: TakeEnded) -> None:
        entry = self.takes.add(take)
        if entry is None:
            if self.answer_page.shown is None:
                self.pages.show_page(self.empty)
            return
        self.answer_page.hold(entry)
        self.teaching.take_ended(entry)
        self.recordings.select(entry)
        self.queue.add(entry)
        if take.because and take.because != "device":
            self.notice.say(take.because)

    def _entry_changed(self, entry: Entry) -> None:
        shown = self.answer_page.shown
        if shown is not None and entry.number == shown.number:
            if self.pages.currentWidget() is self.answer_page:
                self.answer_page.show_entry(entry)
            else:
                self.answer_page.hold(entry)  # the current page stays in front

    def _shows(self, entry: Entry | None) -> None:
        self.ask_again.shown = entry.number if entry is not None else None
        self.voice.set_learnable(entry is not None and entry.recognition is not None)

    def _begin_live(self) -> None:
        self.answer_page.begin_live()
        self.recordings.select(None)
        self.pages.show_page(self.answer_page)

    def _what_if(self, k: int | None, alpha: float | None) -> None:
        """Show what the answer would be, on its page only: lists, tables and exports keep the answer itself."""
        shown = self.answer_page.shown
        if shown is None or shown.answered is None:
            return
        if (k, alpha) == (None, None):
            self.answer_page.show_entry(shown)
            return
        job = self.owner.answer_again(shown.answered, k, alpha, said=shown.said)
        job.done.connect(while_alive(self.answer_page, partial(self._show_what_if, shown, (k, alpha))))

    def _show_what_if(self, entry: Entry, asked: tuple[int | None, float | None], answered: Answered) -> None:
        if self.answer_page.shown is entry and self.what_if.asked == asked:  # else another one has been asked for
            self.answer_page.show_what_if(answered)

    def _retry(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is not None:
            self.queue.add(entry)

    def _remove(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is not None:
            self.takes.delete((entry,))

    def _leave(self, numbers: tuple[int, ...]) -> None:
        """Recordings are about to be removed: the next key press must not act on the one that takes their place."""
        shown = self.answer_page.shown
        if shown is not None and shown.number in numbers:
            self.recordings.select(None)
            self.answer_page.forget()
            if self.pages.currentWidget() is self.answer_page:
                self.pages.show_page(self.empty)

    def _show_again(self, entry: Entry) -> None:
        if self.pages.currentWidget() not in (self.results, self.library_page):
            self.recordings.select(entry)

    def _show_undo(self) -> None:
        last: Change | None = self.undo.last
        self.undo_action.setEnabled(last is not None)
        self.undo_action.setStatusTip(last.sentence if last is not None else "")
        self.undo_action.setToolTip(last.sentence if last is not None else "")

    # many recordings, and parts of long ones

    def show_results(self) -> None:
        """Show the table of all results."""
        self.recordings.select(None)  # the selection stands for the answer that is shown
        self.pages.show_page(self.results)
        self.pages.take_focus()

    def show_library(self) -> None:
        """Show the library, with recordings of all sessions."""
        self.recordings.select(None)
        self.pages.show_page(self.library_page)
        self.pages.take_focus()

    def _open_from_library(self, item: "LibraryItem") -> None:
        entries = self.session.entries()
        there = next((e for e in entries if (e.path, e.channel) == (item.path, item.channel) and not e.stretch), None)
        if there is None:
            there = self.session.add(
                item.path, item.name, is_take=item.is_take, kept=item.is_take, channel=item.channel
            )
            self.library.recall_speakers((there,))
            self.queue.add(there)
        self._open_result(there)

    def show_packs(self) -> PacksDialog:
        """Show the packs on this machine."""
        dialog = PacksDialog(self.file_worker, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.use_asked.connect(self._use_pack)
        dialog.open()
        return dialog

    def _use_pack(self, path: Path) -> None:
        self.owner.open(path)
        if self.queue.is_running and self.queue.is_paused:
            self.notice.say(
                self.tr(
                    "The recording under way began with the pack in use. Go on or stop it, and the other one is used."
                )
            )

    def _open_result(self, entry: Entry) -> None:
        self.recordings.select(entry)
        self.show_entry(entry)

    def _go_back(self) -> None:
        shown = self.answer_page.shown
        entry = self.session.entry(shown.number) if shown is not None else None
        if entry is not None:
            self._open_result(entry)
        else:
            self.pages.show_page(self.empty)

    def _stop_entries(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self.queue.cancel(entry.number)

    def _to_export(self) -> tuple[Entry, ...]:
        """The table's selected rows, or all that it shows; on the answer's page that answer."""
        if self.pages.currentWidget() is self.results:
            return self.results.selection() or self.results.shown()
        shown = self.answer_page.shown
        entry = self.session.entry(shown.number) if shown is not None else None
        return (entry,) if entry is not None else self.session.entries()

    def _ask_for_part(self, number: int, part: Stretch) -> None:
        entry = self.session.entry(number)
        if entry is None:
            return
        name = self.tr("{0}, {1} to {2}").format(entry.name, clock(part.start_s), clock(part.end_s))
        asked = self.session.add(entry.path, name, stretch=part, channel=entry.channel)
        self.recordings.select(asked)
        self.recordings.table.setFocus()  # the button that was pressed is hidden until there is an answer
        self.queue.add(asked)

    # devices and playing

    def _show_recording(self, state: MicState) -> None:
        """Say in the title that it records, which the task bar shows while another program is in front."""
        recording = state.records
        self.setWindowTitle(self.tr("Recording – VoiceKin") if recording else "VoiceKin")

    def _device_gone(self, name: str, in_a_take: bool) -> None:
        look = (self.tr("Look again"), self.capture.refresh)
        if in_a_take:
            sentence = self.tr("“{0}” is gone. Everything recorded up to then is there.").format(name)
            self.notice.say(sentence, (self.tr("Go on recording"), self.capture.go_on), look)
        else:
            self.notice.say(self.tr("“{0}” is gone.").format(name), look)

    # pack, settings, help

    def _show_pack(self, pack: PackInfo) -> None:
        self.empty.show_pack(pack.name, pack.version, pack.items)
        self.answer_page.show_pack(pack)
        if self.pages.currentWidget() is self.answer_page and self.answer_page.shown is not None:
            self.answer_page.show_entry(self.answer_page.shown)

    def _no_pack(self, error: Exception) -> None:
        sentence = translated(str(error)) if isinstance(error, VoiceKinError) else self.tr("The pack can’t be opened.")
        self.empty.show_trouble(sentence)
        self.notice.say(sentence)

    def show_settings(self) -> SettingsDialog:
        """Show the settings."""
        dialog = SettingsDialog(self._settings, self.hotkey, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_about(self) -> None:
        """Show the about box."""
        dialog = AboutDialog(self.owner.pack, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_first_start(self) -> None:
        """Show the page of the first start."""
        self._whole.setCurrentWidget(self.first_start)
        self._space.setEnabled(False)
        self._allow_devices(self._settings.values.introduced)
        self.first_start.button.setFocus()
        self.first_start.verticalScrollBar().setValue(0)  # a small window starts at the page's top

    def show_bug(self, error: BaseException) -> None:
        """Show the message box for bugs."""
        box = CrashBox(error, self.owner.pack, self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _understood(self) -> None:
        is_first = not self._settings.values.introduced
        self._settings.update(introduced=True)
        self._whole.setCurrentWidget(self._work)
        self._space.setEnabled(True)
        self._allow_devices(True)
        self.record.button.setFocus()
        if is_first:
            self.capture.refresh()

    def _allow_devices(self, allowed: bool) -> None:
        for action in (self.record_action, self.refresh_action, self.small.action):
            action.setEnabled(allowed)

    def _settings_changed(self, values: Settings) -> None:
        self._theme.choose(values.theme, values.text_size)
        self.capture.apply_settings()

    def _copy_diagnostics(self) -> None:
        QApplication.clipboard().setText(diagnostics(self.owner.pack))
        self.notice.say(self.tr("The diagnostics are on the clipboard."))

    # drops and keys

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.drop_hint.set_shown(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.set_shown(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_hint.set_shown(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()  # since the space bar records
        else:
            super().keyPressEvent(event)
