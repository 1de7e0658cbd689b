"""A progress bar that is painted when its turn comes, and the groove that every painted bar lies in."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QProgressBar

from desktop_app.ui.theme import Theme


class CalmBar(QProgressBar):
    """QProgressBar paints itself inside `setValue`, and the window with it: all that waits to be painted is painted at
    once, for every bar that moves anew. This one asks to be painted like any other widget."""

    def setValue(self, value: int) -> None:
        if value != self.value():
            self.setUpdatesEnabled(False)
            super().setValue(value)
            self.setUpdatesEnabled(True)


def draw_track(painter: QPainter, track: QRectF, theme: Theme) -> None:
    """An empty bar, whose edge says how long it could be."""
    painter.setPen(QPen(QColor(theme.colours.edge), 1))
    painter.setBrush(QColor(theme.colours.track))
    radius = min(5.0, track.height() / 2)
    painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
