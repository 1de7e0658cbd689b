"""The round button that records."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

DIAMETER = 92  # of the ring at its widest


class RecordButton(QAbstractButton):
    """Shows a disc to record and a square to stop; the ring grows with the level."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recording = False
        self._loudness = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_state(self, recording: bool, loudness: float) -> None:
        """Show whether it is recording, and the level, 0 to 1."""
        if (recording, loudness) != (self._recording, self._loudness):
            self._recording, self._loudness = recording, loudness
            self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(DIAMETER, DIAMETER)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours = self._theme.colours
        painter = self._theme.painter(self)
        middle = QPointF(DIAMETER / 2, DIAMETER / 2)
        colour = QColor(colours.record if self.isEnabled() else colours.quiet)
        halo = QColor(colour)
        halo.setAlpha(48)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isEnabled():
            painter.setBrush(halo)
            radius = 36 + 9 * self._loudness
            painter.drawEllipse(middle, radius, radius)
        painter.setBrush(QColor(colours.card))
        painter.setPen(QPen(QColor(colours.text if self.hasFocus() else colours.edge), 3 if self.hasFocus() else 1))
        painter.drawEllipse(middle, 34, 34)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if self._recording:
            painter.drawRoundedRect(QRectF(middle.x() - 12, middle.y() - 12, 24, 24), 5, 5)
        else:
            inner = 24 if not self.isDown() else 22
            painter.drawEllipse(middle, inner, inner)
        painter.end()
