"""A longer text: a model card, the licences."""

from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser, QWidget

PARAGRAPH_GAP = 6
HEADING_GAP = 14


class TextPage(QTextBrowser):
    """Markdown with space between paragraphs. Its links do nothing, since the app never uses the network."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)

    def show_markdown(self, text: str) -> None:
        """Show a text from its top."""
        self.setMarkdown(text)
        document = self.document()
        document.setDocumentMargin(8)
        block = document.begin()
        while block.isValid():
            room = QTextBlockFormat()
            room.setTopMargin(HEADING_GAP if block.blockFormat().headingLevel() and block.position() else 0)
            room.setBottomMargin(PARAGRAPH_GAP if not QTextCursor(block).currentTable() else 0)
            QTextCursor(block).mergeBlockFormat(room)
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)
