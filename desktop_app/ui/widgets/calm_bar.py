"""A progress bar that is repainted with everything else, and the track of all painted bars."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QProgressBar

from desktop_app.ui.theme import Theme


class CalmBar(QProgressBar):
    """QProgressBar repaints itself and all pending regions of the window inside `setValue`, once for every bar that
    changes. This one schedules a repaint like any other widget."""

    def setValue(self, value: int) -> None:
        if value != self.value():
            self.setUpdatesEnabled(False)
            super().setValue(value)
            self.setUpdatesEnabled(True)


def draw_track(painter: QPainter, track: QRectF, theme: Theme) -> None:
    """Draws an empty bar, whose border shows the full length."""
    painter.setPen(QPen(QColor(theme.colours.edge), 1))
    painter.setBrush(QColor(theme.colours.track))
    radius = min(5.0, track.height() / 2)
    painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
