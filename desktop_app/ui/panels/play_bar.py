"""The bar that plays a long recording and shows the position; it stays visible."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSlider, QWidget

from desktop_app.ui.language import clock
from desktop_app.ui.session import Entry
from desktop_app.ui.widgets.card import text_label

STEPS = 10  # a second
STEP_S, PAGE_S = 5, 30  # steps of the arrow keys, and of Page up and down


class PlayBar(QFrame):
    """Plays from its slider's position; moving the slider while it plays continues from there.

    Signals:
        play_asked: (number of the Entry, start in seconds, None: to its end).
        stop_asked: Playing is to stop.
    """

    play_asked = Signal(int, float, object)
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._entry: Entry | None = None
        self._is_playing = False
        self.play = QPushButton(self.tr("Play"))
        self.play.clicked.connect(self._toggle)
        self.position = QSlider(Qt.Orientation.Horizontal)
        self.position.setAccessibleName(self.tr("Position in the recording"))
        self.position.setSingleStep(STEP_S * STEPS)
        self.position.setPageStep(PAGE_S * STEPS)
        self.position.sliderReleased.connect(self._moved)
        self.position.actionTriggered.connect(self._acted)
        self.position.valueChanged.connect(self._show_time)
        self.time = text_label("quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(12)
        row.addWidget(self.play)
        row.addWidget(self.position, 1)
        row.addWidget(self.time)

    def show_entry(self, entry: Entry | None) -> None:
        """Set the recording to play; None hides the bar."""
        is_other = entry is None or self._entry is None or entry.number != self._entry.number
        self._entry = entry
        self.setVisible(entry is not None)
        if entry is not None and entry.recognition is not None:
            self.position.setMaximum(round(entry.recognition.duration_s * STEPS))
            if is_other:
                self.position.setValue(0)
            self._show_time()

    def set_position(self, seconds: float) -> None:
        """Show the position of the sound."""
        if not self.position.isSliderDown():
            self.position.setValue(round(seconds * STEPS))

    def set_playing(self, is_playing: bool) -> None:
        """Show whether something is playing."""
        self._is_playing = is_playing
        self.play.setText(self.tr("Stop") if is_playing else self.tr("Play"))

    def _toggle(self) -> None:
        if self._is_playing:
            self.stop_asked.emit()
        else:
            at_end = self.position.value() >= self.position.maximum() - STEPS
            self._play_from(0 if at_end else self.position.value())

    def _acted(self, action: int) -> None:
        """After a key or a click beside the handle; a drag plays when it ends."""
        if action != QSlider.SliderAction.SliderMove.value and self._is_playing:
            self._play_from(self.position.sliderPosition())

    def _moved(self) -> None:
        if self._is_playing:
            self._play_from(self.position.value())

    def _play_from(self, value: int) -> None:
        if self._entry is not None:
            self.play_asked.emit(self._entry.number, value / STEPS, None)

    def _show_time(self) -> None:
        whole = self.position.maximum() / STEPS
        self.time.setText(f"{clock(self.position.value() / STEPS)} / {clock(whole)}")
        self.position.setAccessibleDescription(self.time.text())
