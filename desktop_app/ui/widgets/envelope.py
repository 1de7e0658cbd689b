"""The outline of a recording's loudness, drawn from its peaks."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

HEIGHT = 34


class Envelope(QWidget):
    """Peaks 0 to 1 as rounded strokes around a middle line; a plain line if there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, fills_from: float = 1e-6) -> None:
        """The highest peak fills the height if it is at least `fills_from`."""
        super().__init__(parent)
        self._fills_from = fills_from
        self._theme = theme
        self._peaks: tuple[float, ...] = ()
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def peaks(self) -> tuple[float, ...]:
        """The peaks shown."""
        return self._peaks

    def show_peaks(self, peaks: tuple[float, ...], label: str) -> None:
        """Show them in the colour of an emotion; "" for none."""
        self._peaks, self._label = peaks, label
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(160, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(60, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = self._theme.painter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = HEIGHT / 2
        painter.setBrush(QColor(self._theme.colours.edge))
        painter.drawRect(QRectF(0, middle - 0.5, self._width, 1))
        if self._peaks:
            self._draw_peaks(painter, middle)
        painter.end()

    @property
    def _width(self) -> float:
        return self.width() / self._theme.scale

    def _draw_peaks(self, painter: QPainter, middle: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        colour = self._theme.emotion(self._label) if self._label else QColor(self._theme.colours.quiet)
        painter.setBrush(colour)
        step = self._width / len(self._peaks)
        loudest = max(max(self._peaks), self._fills_from)
        stroke = max(1.0, step * 0.6)
        for i, peak in enumerate(self._peaks):
            half = max(0.75, peak / loudest * (middle - 1))
            painter.drawRoundedRect(QRectF(i * step, middle - half, stroke, 2 * half), stroke / 2, stroke / 2)
