"""Shares of emotions over time, one column for each recording or for several successive ones."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

MOST_COLUMNS = 60
HEIGHT = 96


class TrendView(QWidget):
    """Columns from the oldest to the latest, with both dates below; its accessible name describes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.columns: tuple[dict[str, float], ...] = ()
        self._from, self._to = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_shares(self, shares: Sequence[Mapping[str, float]], begins: str, ends: str) -> None:
        """Show shares that sum to 1 each, the oldest first, and the dates of the first and the last in words."""
        self.columns = columns_of(shares, MOST_COLUMNS)
        self._from, self._to = begins, ends
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(300, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = self._theme.painter(self)
        whole = self.width() / self._theme.scale
        painter.setFont(self._theme.font(12))
        below = painter.fontMetrics().lineSpacing() + 4
        room = QRectF(0, 0, whole, HEIGHT - below)
        if self.columns:
            width = room.width() / len(self.columns)
            for i, column in enumerate(self.columns):
                top = room.bottom()
                for label, share in column.items():
                    height = share * room.height()
                    top -= height
                    part = QRectF(i * width + 0.5, top, max(1.0, width - 1), height)
                    painter.fillRect(part, self._theme.emotion(label))
                    painter.fillRect(part, self._theme.pattern(label))
        painter.setPen(QColor(self._theme.colours.quiet))
        line = QRectF(0, room.bottom() + 4, whole, below)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._from)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._to)
        painter.end()


def columns_of(shares: Sequence[Mapping[str, float]], most: int) -> tuple[dict[str, float], ...]:
    """Means of successive shares, so that there are at most that many columns."""
    labels = list(dict.fromkeys(label for one in shares for label in one))
    n = min(most, len(shares))
    groups = (shares[i * len(shares) // n : (i + 1) * len(shares) // n] for i in range(n))
    return tuple(
        {label: sum(one.get(label, 0.0) for one in group) / len(group) for label in labels} for group in groups
    )
