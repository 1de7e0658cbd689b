"""The last minute of live answers: a stack of shares for each moment of speech, and a gap where nobody spoke."""

from collections import deque
from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.language import label_name, translate
from desktop_app.ui.theme import Theme

SHOWN_S = 60.0


class HistoryStrip(QWidget):
    """Newest at the right; the name of an emotion is written where it begins to lead."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._moments: deque[tuple[float, Mapping[str, float] | None]] = deque()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Live", "The last minute"))
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Forget everything."""
        self._moments.clear()
        self.update()

    def add(self, at_s: float, shares: Mapping[str, float] | None) -> None:
        """What was heard at a time of the take, in seconds; None where nobody spoke."""
        self._moments.append((at_s, dict(shares) if shares else None))
        while self._moments and self._moments[0][0] < at_s - SHOWN_S:
            self._moments.popleft()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 76)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 76)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        band = QRectF(0, 18, self.width(), 40)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(band, 6, 6)
        newest = self._moments[-1][0] if self._moments else 0.0
        scale = self.width() / SHOWN_S
        names: list[tuple[float, str]] = []
        leader = ""
        for i, (at_s, shares) in enumerate(self._moments):
            next_s = self._moments[i + 1][0] if i + 1 < len(self._moments) else at_s + 0.15
            x = self.width() - (newest - at_s) * scale - 0.15 * scale
            width = max(1.0, (next_s - at_s) * scale + 0.6)
            if shares is None:
                leader = ""
                continue
            top = band.top()
            for label, share in shares.items():
                height = share * band.height()
                painter.setBrush(self._theme.emotion(label))
                painter.drawRect(QRectF(x, top, width, height))
                top += height
            leading = max(shares, key=lambda label: shares[label])
            if leading != leader:
                leader = leading
                names.append((x, label_name(leading)))
        self._write(painter, names)
        painter.end()

    def _write(self, painter: QPainter, names: list[tuple[float, str]]) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.colours.quiet))
        free_from = 0.0
        for x, name in names:
            fits = x + painter.fontMetrics().horizontalAdvance(name) <= self.width()
            if x >= free_from and fits:
                painter.drawText(int(x), 13, name)
                free_from = x + painter.fontMetrics().horizontalAdvance(name) + 8
        for seconds in (60, 45, 30, 15):
            text = translate("Live", "{0} s ago").format(seconds)
            painter.drawText(int(self.width() * (1 - seconds / SHOWN_S)), 72, text)
        now = translate("Live", "now")
        painter.drawText(self.width() - painter.fontMetrics().horizontalAdvance(now), 72, now)
