"""An emotion's colour and hatch, as a small disc."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

DIAMETER = 14


class Dot(QWidget):
    """Decoration beside the emotion's name."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_label(self, label: str) -> None:
        """Show the dot of an emotion."""
        self._label = label
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(DIAMETER, DIAMETER)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not self._label:
            return
        painter = self._theme.painter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        for brush in (self._theme.emotion(self._label), self._theme.pattern(self._label)):
            painter.setBrush(brush)
            painter.drawEllipse(QRectF(0, 0, DIAMETER, DIAMETER))
        painter.end()
