"""The legend for the three bars of an emotion."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.ui.language import translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.probability_bar import NAME_WIDTH

GAP = 24  # pixels between two


class SplitLegend(QWidget):
    """Thick: the mix. Thin: the classifier. Dashed: the neighbours."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return self._theme.size(300, 18)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(200, 18)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours = self._theme.colours
        painter = self._theme.painter(self)
        painter.setFont(self._theme.font(12))
        texts = (
            (translate("Answer", "answer"), 10, False),
            (translate("Answer", "model"), 4, False),
            (translate("Answer", "neighbours"), 4, True),
        )
        needed = sum(28 + painter.fontMetrics().horizontalAdvance(text) for text, _, _ in texts) + 2 * GAP
        room = self.width() / self._theme.scale
        x = max(0.0, min(float(NAME_WIDTH), room - needed))  # below the bars if there is room
        for text, height, dashed in texts:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.quiet))
            for start, width in ((0, 5), (8, 5), (16, 5)) if dashed else ((0, 21),):
                painter.drawRoundedRect(QRectF(x + start, 9 - height / 2, width, height), 2, 2)
            painter.setPen(QColor(colours.quiet))
            painter.drawText(int(x) + 28, 13, text)
            x += 28 + painter.fontMetrics().horizontalAdvance(text) + GAP
        painter.end()
