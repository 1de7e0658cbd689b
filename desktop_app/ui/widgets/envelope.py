"""The outline of a recording's loudness, drawn from its peaks."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme


class Envelope(QWidget):
    """Peaks 0 to 1 as rounded strokes about a middle line; a quiet line where there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._peaks: tuple[float, ...] = ()
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_peaks(self, peaks: tuple[float, ...], label: str) -> None:
        """Show them in the colour of an emotion."""
        self._peaks, self._label = peaks, label
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 34)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 34)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        painter.setBrush(QColor(self._theme.colours.line))
        painter.drawRect(QRectF(0, middle - 0.5, self.width(), 1))
        if self._peaks:
            self._draw_peaks(painter, middle)
        painter.end()

    def _draw_peaks(self, painter: QPainter, middle: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.emotion(self._label))
        step = self.width() / len(self._peaks)
        loudest = max(max(self._peaks), 1e-6)
        stroke = max(1.0, step * 0.6)
        for i, peak in enumerate(self._peaks):
            half = max(0.75, peak / loudest * (middle - 1))
            painter.drawRoundedRect(QRectF(i * step, middle - half, stroke, 2 * half), stroke / 2, stroke / 2)
