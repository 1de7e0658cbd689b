"""The frame that groups widgets, and its text labels."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class Card(QFrame):
    """A frame with a vertical layout, `content`."""

    def __init__(self, parent: QWidget | None = None, margin: int = 18) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(margin, margin - 2, margin, margin - 2)
        self.content.setSpacing(10)


def text_label(kind: str, text: str = "", wrap: bool = False) -> QLabel:
    """A label in one of the style sheet's kinds: quiet, small, section, title, answer, share, sentence, warn, clock."""
    label = QLabel(text)
    label.setObjectName(kind)
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names of files and speakers must not be read as markup
    return label
