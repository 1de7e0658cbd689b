"""Shown during a take: the waveform, the answers of the last minute, and the mean so far."""

from collections import deque
from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.capture.level import Level
from desktop_app.ui.language import label_name, percent
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.envelope import Envelope
from desktop_app.ui.widgets.history_strip import HistoryStrip
from desktop_app.ui.widgets.shares_bar import SharesBar

STROKES = 160  # of the waveform, one for each reading: 6 seconds
LOUD = 0.1  # of full scale; at least this peak fills the waveform's height


class LivePanel(QWidget):
    """Gets the microphone's readings and the live answers.

    Attributes:
        history: The answers of the last minute.
        so_far, so_far_bar: The mean over all speech of the take, in words and as a bar.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waveform = Envelope(theme, fills_from=LOUD)
        self.waveform.setAccessibleName(self.tr("The sound as it comes"))
        self.history = HistoryStrip(theme)
        self.so_far = text_label("sentence", wrap=True)
        self.so_far_bar = SharesBar(theme)
        self._strokes: deque[float] = deque(maxlen=STROKES)
        self._sums: dict[str, float] = {}
        self._moments = 0
        self._leading = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self.waveform, self.history, self.so_far, self.so_far_bar):
            column.addWidget(widget)

    def clear(self) -> None:
        """Start again with a new take."""
        self._strokes.clear()
        self._strokes.extend([0.0] * STROKES)
        self._sums, self._moments, self._leading = {}, 0, ""
        self.history.clear()
        self.waveform.show_peaks(tuple(self._strokes), "")
        self._show_so_far()

    def hear(self, level: Level) -> None:
        """Add the current level."""
        self._strokes.append(10 ** (level.rms_db / 20))
        self.waveform.show_peaks(tuple(self._strokes), self._leading)

    def add(self, at_s: float, shares: Mapping[str, float] | None) -> None:
        """Add the shares at a moment of the take; None if nobody speaks."""
        self.history.add(at_s, shares)
        self._leading = max(shares, key=lambda label: shares[label]) if shares else ""
        if shares:
            self._moments += 1
            self._sums = {label: self._sums.get(label, 0.0) + share for label, share in shares.items()}
            self._show_so_far()

    def _show_so_far(self) -> None:
        shares = {label: total / self._moments for label, total in self._sums.items()}
        ordered = sorted(shares.items(), key=lambda one: -one[1])
        words = ", ".join(f"{label_name(label).lower()} {percent(share)}" for label, share in ordered)
        self.so_far.setText(self.tr("So far: {0}").format(words) if words else "")
        self.so_far_bar.show_shares(shares)
        for widget in (self.so_far, self.so_far_bar):
            widget.setVisible(bool(words))
