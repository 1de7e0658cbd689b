"""The window: it puts the panels together and passes what they say from one to the other."""

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QBoxLayout,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMainWindow,
    QMessageBox,
    QScrollArea,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app.capture.player import Player
from desktop_app.capture.recorder import TakeEnded
from desktop_app.capture.takes import LeftOver, TakeFolder
from desktop_app.engine.recognition.answer import Neighbour
from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.errors import VoiceKinError
from desktop_app.ui.answer_text import is_silent
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.channel_menu import ChannelMenu
from desktop_app.ui.crash_box import CrashBox
from desktop_app.ui.diagnostics import diagnostics
from desktop_app.ui.dialogs.about_dialog import AboutDialog
from desktop_app.ui.dialogs.examples_dialog import ExamplesDialog
from desktop_app.ui.dialogs.guided_minute_dialog import GuidedMinuteDialog
from desktop_app.ui.dialogs.packs_dialog import PacksDialog
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.dialogs.voice_dialog import VoiceDialog
from desktop_app.ui.drops import Found, dropped_paths, find_recordings
from desktop_app.ui.error_text import translated
from desktop_app.ui.export_actions import ExportActions
from desktop_app.ui.jobs import Job, Worker
from desktop_app.ui.language import clock, label_name
from desktop_app.ui.live_model import LiveModel
from desktop_app.ui.one_speaker import OneSpeaker
from desktop_app.ui.panels.answer_panel import AnswerPanel
from desktop_app.ui.panels.empty_panel import EmptyPanel
from desktop_app.ui.panels.first_start_page import FirstStartPage
from desktop_app.ui.panels.map_panel import MapPanel
from desktop_app.ui.panels.neighbours_panel import NeighboursPanel
from desktop_app.ui.panels.notice import Notice
from desktop_app.ui.panels.queue_panel import QueuePanel
from desktop_app.ui.panels.record_panel import RecordPanel
from desktop_app.ui.panels.results_panel import ResultsPanel
from desktop_app.ui.panels.session_panel import SessionPanel
from desktop_app.ui.panels.that_was_panel import ThatWasPanel
from desktop_app.ui.panels.timeline_panel import TimelinePanel
from desktop_app.ui.panels.voice_panel import VoicePanel
from desktop_app.ui.panels.what_if_panel import WhatIfPanel
from desktop_app.ui.playback import Playback
from desktop_app.ui.recognition_owner import Answered, Known, LearntAll, PackInfo, RecognitionOwner
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel
from desktop_app.ui.settings import Settings, SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.tab_order import insert_before

if TYPE_CHECKING:
    from desktop_app.engine.people.personal import Learned

log = logging.getLogger(__name__)

SIDE_WIDTH = 340
FAILURES_TOLD = 3  # of folders; more would fill the window
ADDED_AT_ONCE = 25  # recordings; both tables sort them as they come, which takes 0.1 ms each
AFTER_PAINTING_MS = 10  # Qt gathers what is to be painted for 5
TWO_COLUMNS_FROM = 900  # of the page's width: under it the map goes below the answer


class MainWindow(QMainWindow):
    """VoiceKin's window.

    Attributes:
        capture, owner, session, queue, live: The view models behind the panels.
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
        self._takes, self._settings, self._theme, self._pack = takes, settings, theme, pack
        self.session = SessionModel(self)
        self.queue = FileQueue(self.session, owner, self)
        self.one_speaker = OneSpeaker(owner, self.session, self.queue, self)
        self.file_worker = Worker("files", self)
        self.live = LiveModel(capture, owner, self)
        self.playback = Playback(player, capture.worker, self)
        self._shown: Entry | None = None
        self._learning_takes: dict[int, str] = {}
        self._begun = False
        self._stops = 0  # how often everything was stopped, a folder that is being added as well

        self.setWindowTitle("VoiceKin")
        self.setAcceptDrops(True)
        self.setMinimumSize(860, 560)
        self._make_panels()
        self._lay_out()
        self._make_menus()
        self._connect()
        self._restore_geometry()

    # building

    def _make_panels(self) -> None:
        self.record = RecordPanel(self.capture, self._theme)
        self.voice = VoicePanel()
        self.recordings = SessionPanel(self.session)
        self.answer = AnswerPanel(self._theme)
        self.that_was = ThatWasPanel()
        self.that_was.hide()
        self.what_if = WhatIfPanel()
        self.neighbours = NeighboursPanel(self._theme)
        self.map = MapPanel(self._theme)
        self.map.hide()
        self.empty = EmptyPanel()
        self.first_start = FirstStartPage()
        self.queue_panel = QueuePanel(self.queue)
        self.results = ResultsPanel(self.session)
        self.timeline = TimelinePanel(self._theme)
        self.timeline.hide()
        self.notice = Notice()

    def _lay_out(self) -> None:
        side = QWidget()
        side.setObjectName("side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(12)
        column.addWidget(self.record)
        column.addWidget(self.voice)
        column.addWidget(self.recordings, 1)
        self.recordings.content.insertWidget(1, self.queue_panel)  # over the list, which may go on below the window
        insert_before(self.recordings.filter, self.queue_panel.pause, self.queue_panel.stop)
        self._side = QScrollArea()  # a small screen has no room for all of it while a voice is taught
        self._side.setFixedWidth(SIDE_WIDTH)
        self._side.setWidgetResizable(True)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setWidget(side)

        page = QWidget()
        page.setObjectName("page")
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._columns.setSpacing(16)
        self._columns.addWidget(self.answer, 3)
        self._columns.addWidget(self.map, 2)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(24, 20, 24, 24)
        whole.setSpacing(16)
        whole.addLayout(self._columns)
        whole.addWidget(self.timeline)
        whole.addWidget(self.that_was)
        whole.addWidget(self.neighbours)
        whole.addWidget(self.what_if)
        whole.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(page)

        self._main = QStackedWidget()
        self._main.addWidget(self.empty)
        self._main.addWidget(self._scroll)
        table_page = QWidget()
        around = QVBoxLayout(table_page)
        around.setContentsMargins(24, 20, 24, 24)
        around.addWidget(self.results)
        self._main.addWidget(table_page)
        self._table_page = table_page
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.notice)
        right.addWidget(self._main, 1)
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side)
        row.addLayout(right, 1)
        self._pages = QStackedWidget()
        self._work = work
        self._pages.addWidget(work)
        self._pages.addWidget(self.first_start)
        self.setCentralWidget(self._pages)

    def _make_menus(self) -> None:
        files = self.menuBar().addMenu(self.tr("&File"))
        self.open_action = self._action(self.tr("&Open files …"), self.open_files, QKeySequence.StandardKey.Open)
        self.open_folder_action = self._action(self.tr("Open a &folder …"), self.open_folder, "Ctrl+Shift+O")
        self.examples_action = self._action(self.tr("My e&xamples …"), self.show_examples, "Ctrl+E")
        self.settings_action = self._action(self.tr("&Settings …"), self.show_settings, "Ctrl+,")
        self.quit_action = self._action(self.tr("&Quit"), self.close, "Ctrl+Q")
        self.results_action = self._action(self.tr("All &results"), self.show_results, "Ctrl+T")
        self.packs_action = self._action(self.tr("&Packs …"), self.show_packs, "Ctrl+Shift+P")
        self.export = ExportActions(self.file_worker, self._to_export, self)
        self.channel_menu = ChannelMenu(self)
        files.addActions([self.open_action, self.open_folder_action])
        files.addMenu(self.channel_menu)
        files.addSeparator()
        files.addAction(self.results_action)
        files.addMenu(self.export.menu)
        files.addSeparator()
        self.examples_action.setEnabled(False)  # until what the user has taught is open
        files.addAction(self.packs_action)
        files.addActions([self.examples_action, self.settings_action, self.quit_action])

        recording = self.menuBar().addMenu(self.tr("&Recording"))
        self.record_action = self._action(self.tr("&Record or stop"), self.capture.toggle, "Ctrl+R")
        self.refresh_action = self._action(self.tr("&Look for microphones"), self.capture.refresh, "F5")
        self.play_action = self._action(self.tr("&Play or stop"), self._play_shown, "Ctrl+P")
        self.kept_action = self._action(self.tr("Open &kept recordings"), self._open_kept, "Ctrl+K")
        self.delete_all_action = self._action(self.tr("&Delete all recordings in the list …"), self._delete_all, None)
        recording.addActions([self.record_action, self.play_action, self.refresh_action])
        recording.addSeparator()
        recording.addActions([self.kept_action, self.delete_all_action])

        about = self.menuBar().addMenu(self.tr("&Help"))
        self.first_start_action = self._action(self.tr("What VoiceKin can and can’t do"), self.show_first_start, "F1")
        self.diagnostics_action = self._action(self.tr("&Copy diagnostics"), self._copy_diagnostics, None)
        self.about_action = self._action(self.tr("&About VoiceKin"), self.show_about, None)
        about.addActions([self.first_start_action, self.diagnostics_action, self.about_action])

        self._space = QShortcut(QKeySequence(Qt.Key.Key_Space), self)
        self._space.activated.connect(self.capture.toggle)
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]

    def _action(self, text: str, act: object, keys: QKeySequence.StandardKey | str | None) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: act())  # type: ignore[operator]
        return action

    def _connect(self) -> None:
        self.owner.opened.connect(self._show_pack)
        self.owner.known_changed.connect(self._show_known)
        self.owner.forgetful.connect(lambda error: self.notice.say(str(error)))
        self.one_speaker.learnt.connect(self._learnt_folder)
        self.one_speaker.failed.connect(self._say_error)
        self.voice.chosen.connect(self._choose_voice)
        self.voice.new_asked.connect(self._ask_voice_name)
        self.voice.learn_asked.connect(self._learn)
        self.owner.unheard.connect(self._tell_unheard)
        self.voice.guided_asked.connect(self._guide)
        self.voice.learns_from_takes_asked.connect(self.owner.learn_from_takes)
        self.voice.remove_asked.connect(self.owner.remove_voice)
        self.voice.details_asked.connect(self._show_voice)
        self.that_was.chosen.connect(self._that_was)
        self.that_was.other_asked.connect(self._ask_label)
        self.owner.failed.connect(self._no_pack)
        for worker in (self.owner.worker, self.capture.worker, self.file_worker):
            worker.crashed.connect(self.show_bug)
        self.capture.take_ended.connect(self._take_ended)
        self.capture.troubled.connect(self.notice.say)
        self.capture.device_gone.connect(self._device_gone)
        self.live.began.connect(self._begin_live)
        self.live.began.connect(self.queue.hold)
        self.live.ended.connect(self.queue.go_on)
        self.live.answered.connect(self.answer.show_live)
        self.queue.all_stopped.connect(self._count_stop)
        self.recordings.selected.connect(self.show_entry)
        self.recordings.open_asked.connect(self.open_files)
        self.session.entry_changed.connect(self._entry_changed)
        self.answer.play_asked.connect(self._play_entry)
        self.answer.keep_asked.connect(self._keep)
        self.answer.delete_asked.connect(self._delete)
        self.answer.retry_asked.connect(self._retry)
        self.what_if.changed.connect(self._what_if)
        self.neighbours.play_asked.connect(self._play_neighbour)
        self.playback.troubled.connect(self.notice.say)
        self.playback.playing_changed.connect(self._playing_changed)
        self.playback.position_changed.connect(self._playing_at)
        self.timeline.play_asked.connect(self._play_from)
        self.timeline.ask_again.connect(self._ask_for_part)
        self.results.opened.connect(self.recordings.select)
        self.results.opened.connect(self.show_entry)
        self.results.retry_asked.connect(self.queue.add_all)
        self.results.stop_asked.connect(self._stop_entries)
        self.results.back_asked.connect(self._back_from_results)
        self.export.told.connect(self.notice.say)
        self.channel_menu.chosen.connect(partial(setattr, self.queue, "channel"))
        self.first_start.understood.connect(self._understood)
        self._settings.changed.connect(self._settings_changed)

    # life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            QTimer.singleShot(0, self._begin)  # after the first paint

    def _begin(self) -> None:
        self.owner.open(self._pack)
        self.capture.refresh()
        if not self._settings.values.introduced:
            self.show_first_start()
        else:
            self.record.button.setFocus()
        if self._settings.was_broken:
            self.notice.say(
                self.tr("Your settings could not be read and were set aside; VoiceKin starts with its own.")
            )
        self._offer_left_over()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.update(geometry=bytes(self.saveGeometry().toHex().data()).decode("ascii"))
        self.playback.stop()
        self.capture.close()
        self.file_worker.close()
        self.playback.close()
        self.owner.close()
        self._end_takes()
        QApplication.instance().focusChanged.disconnect(self._focus_changed)  # type: ignore[union-attr]
        super().closeEvent(event)

    def _end_takes(self) -> None:
        try:
            if self._settings.values.keep_recordings:
                self._takes.keep_all()
        except OSError as error:
            log.warning("recordings not kept, the next start offers them: %s", error)
            self._takes.close(delete=False)
        else:
            self._takes.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() - SIDE_WIDTH >= TWO_COLUMNS_FROM
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(direction)
        self.map.setMaximumHeight(16_777_215 if wide else 380)

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
        """Answer files, and the audio files in folders; install packs."""
        job: Job = self.capture.worker.submit(lambda _: find_recordings(paths))  # a folder may be large or far away
        job.done.connect(self._found)
        job.done.connect(partial(self._offer_one_speaker, paths))

    def open_files(self) -> None:
        """Choose files."""
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Open recordings"))
        if names:
            self.open_paths(tuple(Path(name) for name in names))

    def open_folder(self) -> None:
        """Choose a folder."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of recordings"))
        if name:
            self.open_paths((Path(name),))

    def show_entry(self, entry: Entry) -> None:
        """Show a recording's answer, and why."""
        if self.capture.is_recording and self._shown is None:
            return  # a take is shown live; its end shows the answer
        is_other = self._shown is None or self._shown.number != entry.number
        if is_other:
            self._scroll.verticalScrollBar().setValue(0)
        self._shown = entry
        self._main.setCurrentWidget(self._scroll)
        self.answer.show_entry(entry)
        self.timeline.show_entry(entry)
        recognition = entry.recognition
        says_something = recognition is not None and not is_silent(recognition)
        self.what_if.setVisible(says_something)
        self.neighbours.setVisible(says_something)
        if recognition is not None and says_something:
            self.neighbours.show_recognition(recognition)
            self.map.show_recognition(recognition)
            if is_other or self.what_if.asked == (None, None):
                self.what_if.show_values(recognition.k, recognition.alpha)
        else:
            self.map.view.show_clip([])
        self._show_teaching()

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
        entries = self.session.add_files(files[:ADDED_AT_ONCE], self.queue.channel)
        if not self.capture.is_recording:
            if len(files) > 1:
                self._shown = entries[0]
                self.show_results()
            else:
                self.recordings.select(entries[0])
        self._answer_and_add(entries, files[ADDED_AT_ONCE:])

    def _answer_and_add(self, entries: tuple[Entry, ...], files: tuple[Path, ...]) -> None:
        """Let recordings be answered and add the rest of a large folder, in portions between which the window lives.

        Each waits for its turn, and the first answer so for the table's first paint: both want the interpreter.
        """

        stops = self._stops

        def go_on() -> None:
            if self._stops != stops:
                for entry in entries:
                    self.session.change(entry.number, state=EntryState.STOPPED)
                return
            self.queue.add_all(entries)
            if files:
                more = self.session.add_files(files[:ADDED_AT_ONCE], self.queue.channel)
                self._answer_and_add(more, files[ADDED_AT_ONCE:])

        QTimer.singleShot(AFTER_PAINTING_MS, self, go_on)

    def _count_stop(self) -> None:
        self._stops += 1

    def _take_ended(self, take: TakeEnded) -> None:
        if take.path is None:
            if self._shown is None:
                self._main.setCurrentWidget(self.empty)
            return
        entry = self.session.add(take.path, self.tr("Recording {0}").format(take.path.stem[-8:]), is_take=True)
        self._shown = entry
        known = self.owner.known
        if known is not None and any(v.key == self.owner.voice and v.learns_from_takes for v in known.voices):
            self._learning_takes[entry.number] = self.owner.voice
        self.recordings.select(entry)
        self.queue.add(entry)
        if take.because and take.because != "device":
            self.notice.say(take.because)

    def _entry_changed(self, entry: Entry) -> None:
        if self._shown is not None and entry.number == self._shown.number:
            if self._main.currentWidget() is self._table_page:
                self._shown = entry  # the table stays in front
            else:
                self.show_entry(entry)
        if entry.number in self._learning_takes and entry.state is EntryState.DONE and entry.answered is not None:
            self._teach_voice(self._learning_takes.pop(entry.number), entry.answered, aloud=False)

    def _begin_live(self) -> None:
        self._shown = None
        self._scroll.verticalScrollBar().setValue(0)
        self.recordings.select(None)
        self._main.setCurrentWidget(self._scroll)
        self.timeline.hide()
        self.what_if.hide()
        self.neighbours.hide()
        self._show_teaching()
        self.map.view.show_clip([])
        self.answer.begin_live()

    def _what_if(self, k: int | None, alpha: float | None) -> None:
        entry = self._shown
        if entry is None or entry.answered is None:
            return
        job = self.owner.answer_again(entry.answered, k, alpha)
        job.done.connect(partial(self._answered_again, entry.number))
        job.failed.connect(lambda error: self.notice.say(str(error)))

    def _answered_again(self, number: int, answered: Answered) -> None:
        self.session.change(number, answered=answered)

    def _answer_again(self) -> None:
        """The recording shown, after something that the answer rests on has changed."""
        self._what_if(*self.what_if.asked)

    # voices and examples

    def show_examples(self) -> None:
        """The user's own examples."""
        dialog = ExamplesDialog(self.owner, self.playback, self)
        dialog.changed.connect(self._answer_again)
        dialog.open()

    def _show_voice(self, key: str) -> None:
        known = self.owner.known
        for voice in known.voices if known is not None else ():
            if voice.key == key:
                dialog = VoiceDialog(self.owner, voice, self)
                dialog.changed.connect(self._answer_again)
                dialog.open()

    def _tell_unheard(self, count: int) -> None:
        self.notice.say(
            self.tr("This pack can’t use {0} of your examples: their sound was not kept for it to hear.").format(count)
        )

    def _guide(self, key: str) -> None:
        known = self.owner.known
        voice = next((v for v in (known.voices if known is not None else ()) if v.key == key), None)
        if voice is not None and not self.capture.is_recording:
            dialog = GuidedMinuteDialog(self.owner, self.capture, voice, self)
            dialog.learnt.connect(partial(self._learnt, key, True))
            dialog.open()

    def _offer_one_speaker(self, paths: tuple[Path, ...], found: Found) -> None:
        """A folder may be one person's: the app can't know, so it asks."""
        if len(paths) == 1 and len(found.files) > 1 and self.owner.known is not None and not found.failures:
            name = paths[0].name
            self.notice.say(
                self.tr("Are all recordings in “{0}” one speaker? Then VoiceKin can learn the voice.").format(name),
                (self.tr("All one speaker"), partial(self.one_speaker.learn, name, found.files)),
            )

    def _learnt_folder(self, learnt: LearntAll) -> None:
        self.voice.show_known(self.owner.known, self.owner.voice)
        sentence = self.tr("The voice “{0}” has learnt from {1} recordings, which are answered with it now.").format(
            learnt.name, learnt.learnt
        )
        left_out = self.tr("Left out: {0}.").format(len(learnt.refused)) if learnt.refused else ""
        self.notice.say(f"{sentence} {left_out}".strip(), (self.tr("Undo"), partial(self._forget_voice, learnt.key)))

    def _forget_voice(self, key: str) -> None:
        self.owner.remove_voice(key).done.connect(lambda _: self._answer_again())

    def _ask_label(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("That was …"))
        dialog.setLabelText(self.tr("What was it? A word of your own:"))
        dialog.setOkButtonText(self.tr("Remember"))
        dialog.setCancelButtonText(self.tr("Cancel"))
        dialog.textValueSelected.connect(self._that_was)
        dialog.open()

    def _show_known(self, known: Known) -> None:
        if self.owner.pack is not None:
            self.that_was.set_labels((*self.owner.pack.labels, *known.own_labels))
        self.examples_action.setEnabled(True)
        self.voice.show_known(known, self.owner.voice)
        self._show_teaching()

    def _show_teaching(self) -> None:
        has_answer = self._shown is not None and self._shown.recognition is not None
        self.voice.set_learnable(has_answer)
        self.that_was.setVisible(has_answer and self.owner.known is not None)

    def _choose_voice(self, key: str) -> None:
        self.owner.voice = key
        self._answer_again()

    def _ask_voice_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("New voice"))
        dialog.setLabelText(self.tr("Whose voice is it? A name that you choose:"))
        dialog.setOkButtonText(self.tr("Add"))
        dialog.setCancelButtonText(self.tr("Cancel"))
        dialog.textValueSelected.connect(self._add_voice)
        dialog.open()

    def _add_voice(self, name: str) -> None:
        job = self.owner.create_voice(name)
        job.done.connect(self._use_voice)
        job.failed.connect(self._say_error)

    def _use_voice(self, key: str) -> None:
        self.owner.voice = key
        self.voice.show_known(self.owner.known, key)
        self._answer_again()

    def _learn(self) -> None:
        if self._shown is not None and self._shown.answered is not None:
            self._teach_voice(self.owner.voice, self._shown.answered, aloud=True)

    def _teach_voice(self, key: str, answered: Answered, aloud: bool) -> None:
        job = self.owner.learn(key, answered)
        job.done.connect(partial(self._learnt, key, aloud))
        job.failed.connect(self._say_error)

    def _learnt(self, key: str, aloud: bool, learned: "Learned") -> None:
        if learned.refused:
            if aloud:
                self.notice.say(learned.refused)
            return
        if aloud and learned.recording_id is not None:
            self.notice.say(
                self.tr("The voice has learnt from this recording. Recordings so far: {0}.").format(
                    learned.voice.clips
                ),
                (self.tr("Undo"), partial(self._unlearn, key, learned.recording_id)),
            )
        self._answer_again()

    def _unlearn(self, key: str, recording_id: int) -> None:
        self.owner.unlearn(key, recording_id).done.connect(lambda _: self._answer_again())

    def _that_was(self, label: str) -> None:
        entry = self._shown
        if entry is None or entry.answered is None:
            return
        keep = entry.path if self._settings.values.keep_example_audio else None
        job = self.owner.add_example(entry.answered, label, keep)
        job.done.connect(partial(self._remembered, label))
        job.failed.connect(self._say_error)

    def _remembered(self, label: str, example_id: int) -> None:
        self.notice.say(
            self.tr("Remembered: this was “{0}”.").format(label_name(label)),
            (self.tr("Undo"), partial(self._forget_example, example_id)),
        )
        self._answer_again()

    def _forget_example(self, example_id: int) -> None:
        self.owner.remove_example(example_id).done.connect(lambda _: self._answer_again())

    def _say_error(self, error: Exception) -> None:
        if isinstance(error, VoiceKinError):
            self.notice.say(str(error))

    def _retry(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is not None:
            self.queue.add(entry)

    # many recordings, and parts of long ones

    def show_results(self) -> None:
        """The table of all results."""
        self.recordings.select(None)  # it stands for the answer that is shown
        self._main.setCurrentWidget(self._table_page)
        self.results.table.setFocus()

    def show_packs(self) -> PacksDialog:
        """The packs on this machine."""
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

    def _back_from_results(self) -> None:
        if self._shown is not None:
            self.recordings.select(self._shown)
            self.show_entry(self._shown)
        else:
            self._main.setCurrentWidget(self.empty)

    def _stop_entries(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self.queue.cancel(entry.number)

    def _to_export(self) -> tuple[Entry, ...]:
        """In the table what is selected, else all that it shows; beside an answer that answer."""
        if self._main.currentWidget() is self._table_page:
            return self.results.selection() or self.results.shown()
        shown = self.session.entry(self._shown.number) if self._shown is not None else None
        return (shown,) if shown is not None else self.session.entries()

    def _ask_for_part(self, number: int, part: Stretch) -> None:
        entry = self.session.entry(number)
        if entry is None:
            return
        name = self.tr("{0}, {1} to {2}").format(entry.name, clock(part.start_s), clock(part.end_s))
        asked = self.session.add(entry.path, name, stretch=part, channel=entry.channel)
        self.recordings.select(asked)
        self.recordings.table.setFocus()  # the button that was pressed goes until there is an answer
        self.queue.add(asked)

    def _play_from(self, number: int, start_s: float, end_s: float | None) -> None:
        entry = self.session.entry(number)
        if entry is not None:
            self.playback.play(entry.path, start_s, end_s, entry.channel)

    def _playing_at(self, seconds: float) -> None:
        if self._shown is not None and self.playback.path == self._shown.path:
            self.timeline.view.set_position(seconds)

    # takes

    def _keep(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is None or entry.kept:
            return
        try:
            path = self._takes.keep(entry.path)
        except OSError as error:
            self.notice.say(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
            return
        self.session.change(number, path=path, kept=True)

    def _delete(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is None or not entry.is_take:
            return
        self.playback.stop()
        self.queue.cancel(number)
        try:
            self._takes.delete(entry.path)
        except OSError as error:
            self.notice.say(self.tr("The recording can’t be deleted: {0}.").format(error.strerror or error))
            return
        self._shown = None
        self.session.remove(number)
        if self.session.rowCount() == 0:
            self._main.setCurrentWidget(self.empty)

    def _delete_all(self) -> None:
        """What was recorded here, not the files that were opened."""
        takes = [entry for entry in self.session.entries() if entry.is_take]
        question = self.tr("Recordings to delete for good: {0}, of which kept: {1}. Delete them?").format(
            len(takes), sum(entry.kept for entry in takes)
        )
        title = self.tr("Delete recordings")
        if takes and QMessageBox.question(self, title, question) == QMessageBox.StandardButton.Yes:
            for entry in takes:
                self._delete(entry.number)

    def _open_kept(self) -> None:
        """The recordings that were kept, to be heard, answered or deleted."""
        job = self.capture.worker.submit(lambda _: self._takes.kept())
        job.done.connect(self._kept_found)

    def _kept_found(self, kept: tuple[Path, ...]) -> None:
        there = {entry.path for entry in self.session.entries()}
        added = [self.session.add(path, path.stem, is_take=True, kept=True) for path in kept if path not in there]
        if not kept:
            self.notice.say(self.tr("No recordings are kept."))
        elif added:
            self.recordings.select(added[-1])
            self.queue.add_all(added)

    def _offer_left_over(self) -> None:
        job = self.capture.worker.submit(lambda _: self._takes.left_over())
        job.done.connect(self._left_over_found)

    def _left_over_found(self, found: tuple[LeftOver, ...]) -> None:
        if not found:
            return
        self.notice.say(
            self.tr("VoiceKin did not close properly last time. Recordings saved from then: {0}.").format(len(found)),
            (self.tr("Recover"), partial(self._recover, found)),
            (self.tr("Delete them"), partial(self._discard, found)),
        )

    def _recover(self, found: tuple[LeftOver, ...]) -> None:
        for take in found:
            try:
                path = self._takes.keep(take.path)
            except OSError as error:
                self.notice.say(self.tr("The recording can’t be kept: {0}.").format(error.strerror or error))
                continue
            entry = self.session.add(path, self.tr("Recovered {0}").format(path.stem), is_take=True, kept=True)
            self.queue.add(entry)
            self.recordings.select(entry)

    def _discard(self, found: tuple[LeftOver, ...]) -> None:
        for take in found:
            self._takes.delete(take.path)

    def _device_gone(self, name: str, in_a_take: bool) -> None:
        look = (self.tr("Look again"), self.capture.refresh)
        if in_a_take:
            sentence = self.tr("“{0}” is gone. Everything recorded up to then is there.").format(name)
            self.notice.say(sentence, (self.tr("Go on recording"), self.capture.go_on), look)
        else:
            self.notice.say(self.tr("“{0}” is gone.").format(name), look)

    # playing

    def _play_shown(self) -> None:
        if self._shown is not None:
            self._play_entry(self._shown.number)

    def _play_entry(self, number: int) -> None:
        entry = self.session.entry(number)
        if entry is None:
            return
        if entry.stretch is not None and self.playback.path is None:
            self.playback.play(entry.path, entry.stretch.start_s, entry.stretch.end_s, entry.channel)
        else:
            self.playback.toggle(entry.path, entry.channel)

    def _play_neighbour(self, neighbour: Neighbour) -> None:
        if neighbour.clip is not None and self.owner.pack is not None:
            self.playback.toggle(self.owner.pack.root / neighbour.clip)

    def _playing_changed(self, playing: bool) -> None:
        self.answer.play.setText(self.tr("Stop") if playing else self.tr("Play"))
        if not playing:
            self.timeline.view.set_position(None)

    # pack, settings, help

    def _show_pack(self, pack: PackInfo) -> None:
        self.empty.show_pack(pack.name, pack.version, pack.items)
        self.answer.set_labels(pack.labels)
        self.that_was.set_labels(pack.labels)
        self.what_if.set_pack(pack.k, pack.alpha)
        self.map.set_pack(pack)
        self.neighbours.prepare()
        if self._shown is not None:
            self.show_entry(self._shown)

    def _no_pack(self, error: Exception) -> None:
        sentence = translated(str(error)) if isinstance(error, VoiceKinError) else self.tr("The pack can’t be opened.")
        self.empty.show_trouble(sentence)
        self.notice.say(sentence)

    def show_settings(self) -> SettingsDialog:
        """The settings."""
        dialog = SettingsDialog(self._settings, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_about(self) -> None:
        """The about box."""
        dialog = AboutDialog(self.owner.pack, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_first_start(self) -> None:
        """The page of the first start."""
        self._pages.setCurrentWidget(self.first_start)
        self.first_start.button.setFocus()

    def show_bug(self, error: BaseException) -> None:
        """The calm box."""
        box = CrashBox(error, self.owner.pack, self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _understood(self) -> None:
        self._settings.update(introduced=True)
        self._pages.setCurrentWidget(self._work)
        self.record.button.setFocus()

    def _settings_changed(self, values: Settings) -> None:
        self._theme.choose(values.theme)
        self.capture.apply_settings()

    def _copy_diagnostics(self) -> None:
        QApplication.clipboard().setText(diagnostics(self.owner.pack))
        self.notice.say(self.tr("The diagnostics are on the clipboard."))

    # drops and keys

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        # a focused button, list or field has its own use for the space bar
        own_use = isinstance(now, QAbstractButton | QComboBox | QLineEdit | QTextEdit)
        self._space.setEnabled(not own_use and self._pages.currentWidget() is self._work)
