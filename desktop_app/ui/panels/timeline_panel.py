"""A long recording over time: segments to play, zoom into, and analyse alone."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollBar, QWidget

from desktop_app.engine.recognition.timeline import Stretch, share_of_time
from desktop_app.ui.language import clock, label_name, percent
from desktop_app.ui.session import Entry
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.emotion_key import EmotionKey
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.timeline_view import ZOOM_STEP, TimelineView

SCROLL_STEPS = 10_000
LONGEST_DETAIL_S = 300.0


@dataclass(frozen=True)
class DetailWanted:
    """What is to be computed from the sound of a part.

    Attributes:
        path, channel: The recording.
        columns, rows: The pixels that there are.
        spectrogram, pitch: Which of the two.
    """

    path: Path
    channel: int | None
    part: Stretch
    columns: int
    rows: int
    spectrogram: bool
    pitch: bool


class TimelinePanel(Card):
    """Shown for a recording of more than one segment.

    Signals:
        play_asked: (number of the Entry, start in seconds, end or None).
        ask_again: (number of the Entry, Stretch).
        detail_changed: `wanted_detail` may have changed.
    """

    play_asked = Signal(int, float, object)
    ask_again = Signal(int, object)
    detail_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self.view = TimelineView(theme)
        self.view.play_asked.connect(self._play)
        self.view.selected.connect(self._selected)
        self.view.view_changed.connect(self._show_scroll)
        self.view.view_changed.connect(self._change_detail)
        self.scroll_bar = QScrollBar(Qt.Orientation.Horizontal)
        self.scroll_bar.setAccessibleName(self.tr("Part of the recording that is shown"))
        self.scroll_bar.valueChanged.connect(self._scrolled)
        self.shares = text_label("sentence", wrap=True)
        self.selection = text_label("quiet", wrap=True)
        self.again = QPushButton(self.tr("Analyse this part"))
        self.again.clicked.connect(self._ask_again)
        self.spectrogram = _switch(
            self.tr("Spectrogram"), self.tr("How strong each frequency is, up to 5 kHz; of five minutes and less")
        )
        self.spectrogram.toggled.connect(self._switch_spectrogram)
        self.pitch = _switch(
            self.tr("Pitch"), self.tr("How high the voice is, in Hz, where it has a pitch; of five minutes and less")
        )
        self.pitch.toggled.connect(self._switch_pitch)
        self.pitch_range = text_label("quiet", wrap=True)
        self.pitch_range.hide()
        self.closer = _button("+", self.tr("Zoom in"), lambda: self.view.zoom(ZOOM_STEP))
        self.farther = _button("−", self.tr("Zoom out"), lambda: self.view.zoom(1 / ZOOM_STEP))
        self.whole = QPushButton(self.tr("Show all"))
        self.whole.clicked.connect(lambda: self.view.set_view(0.0, self.view.duration_s))

        self._key = EmotionKey(theme)
        zooms = QWidget()
        zoom_row = QHBoxLayout(zooms)
        zoom_row.setContentsMargins(0, 0, 0, 0)
        for button in (self.closer, self.farther, self.whole):
            zoom_row.addWidget(button)
        top = FlowLayout(ends=True)
        top.addWidget(text_label("section", self.tr("Over time")))
        top.addWidget(zooms)
        below = FlowLayout(ends=True)
        below.addWidget(self.selection)
        below.addWidget(self.again)
        self.content.addLayout(top)
        over = QHBoxLayout()
        over.addLayout(self._key, 1)
        switches = FlowLayout()
        switches.addWidget(self.spectrogram)
        switches.addWidget(self.pitch)
        over.addLayout(switches)
        self.content.addLayout(over)
        self.content.addWidget(self.view)
        self.content.addWidget(self.scroll_bar)
        self.content.addWidget(self.pitch_range)
        self.content.addLayout(below)
        self.content.addWidget(self.shares)
        self._selected(None)

    def show_entry(self, entry: Entry, is_long: bool = False) -> None:
        """Show a recording, larger if it is long; hidden if there is nothing to see over time."""
        recognition = entry.recognition
        if entry.answered is None or recognition is None or len(recognition.segments) < 2:
            self._entry = None
            self.hide()
            self.detail_changed.emit()
            return
        is_other = self._entry is None or self._entry.number != entry.number
        is_changed = self._entry is None or self._entry.answered is not entry.answered
        self._entry = entry
        self._key.show_labels(recognition.probabilities)
        if is_changed:
            view = self.view.view
            self.view.show_recording(recognition, entry.answered.peaks, is_long)
            if not is_other:  # the same recording with a new answer: keep the view
                self.view.set_view(view.start_s, view.end_s)
            shares = sorted(share_of_time(recognition).items(), key=lambda item: -item[1])
            words = ", ".join(
                f"{label_name(label).lower()} {percent(share)}" for label, share in shares if share >= 0.005
            )
            self.shares.setText(self.tr("Share of the time: {0}").format(words))
        self.show()

    def wanted_detail(self) -> DetailWanted | None:
        """What is to be computed for the visible part; None: nothing."""
        part = self.view.view
        is_wanted = self.spectrogram.isChecked() or self.pitch.isChecked()
        if not is_wanted or self._entry is None or part.end_s - part.start_s > LONGEST_DETAIL_S:
            return None
        columns, rows = self.view.spectrogram_size
        path, channel = self._entry.path, self._entry.channel
        return DetailWanted(path, channel, part, columns, rows, self.spectrogram.isChecked(), self.pitch.isChecked())

    def show_pitch(self, part: Stretch, hz: NDArray[np.float32], step_s: float) -> None:
        """Show the pitch of a part as a curve and in words; as in `TimelineView.show_pitch`."""
        self.view.show_pitch(part, hz, step_s)
        voiced = hz[~np.isnan(hz)]
        if len(voiced):
            low, usual, high = np.percentile(voiced, (10, 50, 90)).round().astype(int).tolist()
            text = self.tr("Pitch in this part: usually {0} Hz, mostly between {1} and {2} Hz.")
            self.pitch_range.setText(text.format(usual, low, high))
        else:
            self.pitch_range.setText(self.tr("No pitch was found in this part."))

    def _switch_spectrogram(self, is_wanted: bool) -> None:
        if is_wanted:
            self._shorten()
        else:
            self.view.show_spectrogram(self.view.view, None)
        self._change_detail()

    def _switch_pitch(self, is_wanted: bool) -> None:
        self.view.set_pitch_visible(is_wanted)
        self.pitch_range.setVisible(is_wanted)
        if is_wanted:
            self._shorten()
        self._change_detail()

    def _shorten(self) -> None:
        """Zoom in as far as details can be shown."""
        start_s, end_s = self.view.view.start_s, self.view.view.end_s
        if end_s - start_s > LONGEST_DETAIL_S:
            self.view.set_view(start_s, start_s + LONGEST_DETAIL_S)

    def _change_detail(self) -> None:
        is_too_long = self.view.view.end_s - self.view.view.start_s > LONGEST_DETAIL_S
        self.pitch_range.setText(self.tr("Zoom in to five minutes or less to see the pitch.") if is_too_long else "")
        self.detail_changed.emit()

    def _play(self, seconds: float) -> None:
        if self._entry is not None:
            part = self.view.selection
            self.play_asked.emit(self._entry.number, seconds, part.end_s if part else None)

    def _ask_again(self) -> None:
        if self._entry is not None and self.view.selection is not None:
            self.ask_again.emit(self._entry.number, self.view.selection)

    def _selected(self, part: Stretch | None) -> None:
        self.again.setEnabled(part is not None)
        if part is None:
            self.selection.setText(self.tr("Click to hear it from there; drag to select a part."))
        else:
            self.selection.setText(self.tr("Selected: {0} to {1}").format(clock(part.start_s), clock(part.end_s)))

    def _show_scroll(self) -> None:
        view, whole = self.view.view, self.view.duration_s
        shown = (view.end_s - view.start_s) / whole
        self.scroll_bar.setVisible(shown < 0.999)
        self.scroll_bar.blockSignals(True)
        self.scroll_bar.setPageStep(round(SCROLL_STEPS * shown))
        self.scroll_bar.setRange(0, SCROLL_STEPS - self.scroll_bar.pageStep())
        self.scroll_bar.setValue(round(SCROLL_STEPS * view.start_s / whole))
        self.scroll_bar.blockSignals(False)

    def _scrolled(self, value: int) -> None:
        view = self.view.view
        start = value / SCROLL_STEPS * self.view.duration_s
        self.view.set_view(start, start + view.end_s - view.start_s)


def _switch(text: str, about: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setToolTip(about)
    button.setAccessibleDescription(about)
    return button


def _button(text: str, name: str, act: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.clicked.connect(lambda: act())  # type: ignore[operator]
    return button
