"""A speaker's colour as a bar beside their name; their lane in the timeline has the same colour."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

WIDTH, HEIGHT = 8, 24


class SpeakerMark(QWidget):
    """Decoration beside the name."""

    def __init__(self, theme: Theme, speaker: int, parent: QWidget | None = None) -> None:
        """`speaker` is counted from 0."""
        super().__init__(parent)
        self._theme, self._speaker = theme, speaker
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return self._theme.size(WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = self._theme.painter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.speaker(self._speaker)))
        painter.drawRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), 3, 3)
        painter.end()
