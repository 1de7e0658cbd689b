"""The small window, for recording and live answers on top of another program."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QMainWindow, QPushButton, QVBoxLayout, QWidget

from desktop_app.capture.recorder import Reading
from desktop_app.ui import answer_text
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.language import clock, label_name, percent
from desktop_app.ui.live_model import LiveModel
from desktop_app.ui.session import Entry, EntryState, SessionModel
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.level_meter import LevelMeter
from desktop_app.ui.widgets.probability_bar import BarRow, ProbabilityBar
from desktop_app.ui.widgets.record_button import RecordButton


class SmallWindow(QWidget):
    """Stays in front and replaces the main window until it is closed; a running take goes on.

    It has no parent, since some systems hide a window whose parent is hidden. Errors bring the main window back as
    well, which shows them.

    Attributes:
        action: Opens it.
    """

    def __init__(
        self, capture: CaptureModel, live: LiveModel, session: SessionModel, theme: Theme, window: QMainWindow
    ) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self._capture, self._session, self._theme, self._window = capture, session, theme, window
        self._take_after = -1  # the number of the last recording before the take whose answer is awaited
        self._awaits = False
        self.setWindowTitle("VoiceKin")
        self.action = QAction(self.tr("Small &window"), window)
        self.action.setShortcut(QKeySequence("Ctrl+M"))
        self.action.triggered.connect(self.open)
        self._make(theme)
        for key, act in ((Qt.Key.Key_Space, capture.toggle), (Qt.Key.Key_Escape, self.close)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(act)
        capture.state_changed.connect(self._show_state)
        capture.read.connect(self._show_reading)
        capture.troubled.connect(self.close)
        capture.device_gone.connect(self.close)
        live.began.connect(self._began)
        live.answered.connect(self._show_live)
        live.ended.connect(self._ended)
        session.entry_changed.connect(self._entry_changed)
        window.installEventFilter(self)
        self._show_state(capture.state)

    def _make(self, theme: Theme) -> None:
        self.button = RecordButton(theme)
        self.button.clicked.connect(self._capture.toggle)
        self.headline = text_label("title", wrap=True)
        self.clock = text_label("clock", clock(0))
        self.meter = LevelMeter(theme)
        self.bars: dict[str, ProbabilityBar] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self.back = QPushButton(self.tr("Back to the full window"))
        self.back.clicked.connect(self.close)
        words = QVBoxLayout()
        words.addStretch(1)
        words.addWidget(self.headline)
        words.addWidget(self.clock)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.button)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.addLayout(top)
        column.addWidget(self.meter)
        column.addLayout(self._rows)
        column.addStretch(1)
        column.addWidget(self.back)

    def open(self) -> None:
        """Show it in place of the main window."""
        self.show()
        self._window.hide()
        self.activateWindow()
        self.button.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.isVisible():
            self._window.show()  # before this one closes, since the app ends with its last window
            self._window.activateWindow()
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Close:
            self.hide()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def _show_state(self, state: MicState) -> None:
        recording = state.records
        self.button.setEnabled(state is not MicState.NONE)
        self.button.setAccessibleName(self.tr("Stop recording") if recording else self.tr("Record"))
        self.button.setToolTip(self.tr("Stop (Space)") if recording else self.tr("Record (Space)"))
        if not recording and not self._awaits and not self.bars:
            self.headline.setText(
                self.tr("No microphone") if state is MicState.NONE else self.tr("Press Space to record")
            )
        self._show_reading(self._capture.reading)

    def _show_reading(self, reading: Reading) -> None:
        recording = self._capture.state in (MicState.RECORDING, MicState.STOPPING)
        self.meter.show_level(reading.level)
        self.button.show_state(recording, 1 - max(-60.0, reading.level.rms_db) / -60.0)
        if recording:
            self.clock.setText(clock(reading.recorded_s))

    def _began(self) -> None:
        self._awaits = False
        self.headline.setText(self.tr("Listening…"))
        self._show_bars(tuple(BarRow(label, 0.0) for label in self.bars))

    def _show_live(self, _at_s: float, shares: Mapping[str, float] | None) -> None:
        if shares is None:
            self._began()
            return
        leading = max(shares, key=lambda label: shares[label])
        self.headline.setText(f"{label_name(leading)} · {percent(shares[leading])}")
        self._show_bars(tuple(BarRow(label, share, strong=label == leading) for label, share in shares.items()))

    def _ended(self) -> None:
        self._awaits = True
        self._take_after = max((entry.number for entry in self._session.entries()), default=-1)
        self.headline.setText(self.tr("Waiting for the answer…"))

    def _entry_changed(self, entry: Entry) -> None:
        """The answer for the whole take, or why there is none."""
        if not self._awaits or not entry.is_take or entry.number <= self._take_after:
            return
        if entry.state is EntryState.FAILED:
            self._awaits = False
            self.headline.setText(self.tr("No answer"))
        elif entry.state is EntryState.DONE and (recognition := entry.recognition) is not None:
            self._awaits = False
            parts = (answer_text.headline(recognition), answer_text.share(recognition))
            self.headline.setText(" · ".join(part for part in parts if part))
            self._show_bars(() if answer_text.is_silent(recognition) else answer_text.bar_rows(recognition))
            if self.isVisible():
                told = QAccessibleAnnouncementEvent(self, answer_text.spoken(recognition))
                QAccessible.updateAccessibility(told)

    def _show_bars(self, rows: tuple[BarRow, ...]) -> None:
        if tuple(self.bars) != tuple(row.label for row in rows):
            for bar in self.bars.values():
                self._rows.removeWidget(bar)
                bar.deleteLater()
            self.bars = {row.label: ProbabilityBar(self._theme, row.label) for row in rows}
            for bar in self.bars.values():
                self._rows.addWidget(bar)
        for row in rows:
            self.bars[row.label].show_row(row)
