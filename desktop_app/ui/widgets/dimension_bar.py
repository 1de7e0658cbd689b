"""A dimension such as arousal: an axis between two words, and a mark for the recording."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.language import Dimension, number, translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar, draw_track
from desktop_app.ui.widgets.probability_bar import NAME_WIDTH, SHARE_WIDTH

HEIGHT = 34
MARK = 10  # pixels across


class DimensionBar(CalmBar):
    """A progress bar for screen readers, whose name gives the dimension, the value and the two ends."""

    def __init__(self, theme: Theme, dimension: Dimension, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._dimension = theme, dimension
        self.amount = 0.0
        self.setRange(0, 100)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_amount(self, amount: float) -> None:
        """Show a value from 0 to 1."""
        self.amount = amount
        self.setValue(round(100 * amount))
        name = translate("Answer", "{0}, from 0 ({1}) to 1 ({2})").format(
            f"{self._dimension.name} {number(amount, 2)}", self._dimension.low, self._dimension.high
        )
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(420, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(260, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours = self._theme.colours
        painter = self._theme.painter(self)
        whole = self.width() / self._theme.scale
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._theme.font(13))
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(0, 0, NAME_WIDTH, 20), left, self._dimension.name)
        painter.drawText(QRectF(whole - SHARE_WIDTH, 0, SHARE_WIDTH, 20), right, number(self.amount, 2))
        track = QRectF(NAME_WIDTH, 8, whole - NAME_WIDTH - SHARE_WIDTH, 4)
        self._draw_mark(painter, track)
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(colours.quiet))
        words = QRectF(track.x(), 17, track.width(), 15)
        painter.drawText(words, left, self._dimension.low)
        painter.drawText(words, right, self._dimension.high)
        painter.end()

    def _draw_mark(self, painter: QPainter, track: QRectF) -> None:
        draw_track(painter, track, self._theme)
        x = track.x() + MARK / 2 + (track.width() - MARK) * max(0.0, min(1.0, self.amount))
        painter.setBrush(QColor(self._theme.colours.accent))
        painter.drawEllipse(QRectF(x - MARK / 2, track.center().y() - MARK / 2, MARK, MARK))
