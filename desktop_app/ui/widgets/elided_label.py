"""A line of text that is shortened to the room there is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """Shortened in the middle, since long file names differ at both ends."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        """`kind` is one of the style sheet's, as in `card.text_label`."""
        super().__init__(parent)
        self.setObjectName(kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, self.sizePolicy().verticalPolicy())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        alignment = self.alignment().value
        self.style().drawItemText(
            painter, room, alignment, self.palette(), self.isEnabled(), text, self.foregroundRole()
        )
        painter.end()
