"""The choice of a microphone, the record button and the level."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop_app.capture.recorder import Reading
from desktop_app.capture.source import Microphone
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.language import clock, translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.choice import Choice
from desktop_app.ui.widgets.level_meter import LevelMeter
from desktop_app.ui.widgets.record_button import RecordButton

MUTED_AFTER_S = 1.0
IDLE_AFTER_S = 1.5
CLIPPING_SHOWN_READS = 75  # 3 s of readings, long enough to be read


class RecordPanel(Card):
    """Shows a CaptureModel and passes the user's actions on to it."""

    def __init__(self, capture: CaptureModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._capture = capture
        self._clipped_reads = 0

        self.button = RecordButton(theme)
        self.button.clicked.connect(capture.toggle)
        self.state = text_label("quiet", wrap=True)
        self.clock = text_label("clock", clock(0))
        self.meter = LevelMeter(theme)
        self.hint = text_label("warn", wrap=True)
        self.hint.hide()

        self.microphones = Choice(self.tr("Microphone"))
        self.microphones.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.microphones.setMinimumContentsLength(5)
        self.microphones.activated.connect(self._choose)
        self.refresh = QToolButton()
        self.refresh.setText("⟳")
        self.refresh.setToolTip(self.tr("Look for microphones again (F5)"))
        self.refresh.setAccessibleName(self.tr("Look for microphones again"))
        self.refresh.clicked.connect(capture.refresh)

        devices = QHBoxLayout()
        devices.setSpacing(6)
        devices.addWidget(self.microphones, 1)
        devices.addWidget(self.refresh)
        self.content.addLayout(devices)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.clock)
        words.addWidget(self.state)
        words.addStretch(1)
        take = QHBoxLayout()
        take.setSpacing(12)
        take.addWidget(self.button)
        take.addLayout(words, 1)
        self.content.addLayout(take)
        self.content.addWidget(self.meter)
        self.content.addWidget(self.hint)

        capture.microphones_changed.connect(self._show_microphones)
        capture.state_changed.connect(self._show_state)
        capture.read.connect(self._show_reading)
        self._show_microphones(capture.microphones)
        self._show_state(capture.state)

    def _show_microphones(self, microphones: tuple[Microphone, ...]) -> None:
        self.microphones.clear()
        names = [m.name for m in microphones]
        for microphone in microphones:
            is_twice = names.count(microphone.name) > 1
            text = f"{microphone.name} ({microphone.host_api})" if is_twice else microphone.name
            self.microphones.addItem(text, microphone)
            self.microphones.setItemData(
                self.microphones.count() - 1,
                f"{microphone.name} · {microphone.host_api}",
                Qt.ItemDataRole.ToolTipRole,
            )
        if not microphones:
            self.microphones.addItem(self.tr("No microphone found"))
        elif self._capture.chosen in microphones:
            self.microphones.setCurrentIndex(microphones.index(self._capture.chosen))

    def _choose(self, at: int) -> None:
        microphone = self.microphones.itemData(at)
        if isinstance(microphone, Microphone):
            self._capture.choose(microphone)

    def _show_state(self, state: MicState) -> None:
        words = {
            MicState.LOOKING: self.tr("Opening the microphone…"),
            MicState.CLOSED: self.tr("Press Space to record"),
            MicState.READY: self.tr("Press Space to record"),
            MicState.STARTING: self.tr("Waiting for the first sound…"),
            MicState.RECORDING: self.tr("Recording. Space ends it"),
            MicState.STOPPING: self.tr("Saving…"),
        }
        self.state.setText(words.get(state, ""))
        recording = state.records
        # also enabled while a take is saved, since a disabled button loses the focus, and so the next Space
        self.button.setEnabled(state is not MicState.NONE)
        self.button.setAccessibleName(self.tr("Stop recording") if recording else self.tr("Record"))
        self.button.setToolTip(self.tr("Stop (Space)") if recording else self.tr("Record (Space)"))
        busy = self._capture.is_recording
        self.microphones.setEnabled(bool(self._capture.microphones) and not busy)
        self.refresh.setEnabled(not busy and state is not MicState.LOOKING)
        if state is MicState.STARTING:
            self.clock.setText(clock(0))
        self._show_reading(self._capture.reading)

    def _show_reading(self, reading: Reading) -> None:
        state = self._capture.state
        self.meter.show_level(reading.level)
        self.button.show_state(
            state in (MicState.RECORDING, MicState.STOPPING), 1 - max(-60.0, reading.level.rms_db) / -60.0
        )
        if state in (MicState.RECORDING, MicState.STOPPING):
            self.clock.setText(clock(reading.recorded_s))
        self._clipped_reads = CLIPPING_SHOWN_READS if reading.level.clipped else max(0, self._clipped_reads - 1)
        hint = self._hint(reading)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def _hint(self, reading: Reading) -> str:
        if self._capture.state is MicState.NONE:
            return self.tr("No microphone found. Plug one in and press ⟳, or drop audio files.")
        if self._capture.state in (MicState.LOOKING, MicState.CLOSED):
            return ""
        if reading.idle_s > IDLE_AFTER_S:
            return self.tr("No sound is arriving from this microphone. Refresh, or choose another one.")
        if reading.zeros_s > MUTED_AFTER_S:
            return self.tr("The microphone gives only silence. Is it muted, or is VoiceKin not allowed to use it?")
        if reading.lost or reading.overflows:
            return translate("RecordPanel", "Sound was lost {0} times: the computer is too busy.").format(
                reading.overflows + bool(reading.lost)
            )
        if self._clipped_reads:
            return self.tr("Too loud: the sound is clipped. Move away or turn the input down.")
        return ""
