"""A line of text that takes the room there is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """Shortened in its middle where it has no room, as long names of files are told apart by both their ends."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        """`kind` is one of the style sheet's, as `card.text_label` has them."""
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
