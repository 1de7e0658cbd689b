"""How large a dialog opens."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog

from desktop_app.ui.theme import BODY

FRAME = QSize(40, 80)  # pixels of the screen for the frame and a task bar


def open_at(dialog: QDialog, width: int, height: int) -> None:
    """Size a dialog: so large with text of the usual size, larger with larger text, high enough for all of its words.

    It stays on the screen.
    """
    scale = QApplication.font().pixelSize() / BODY
    room = dialog.screen().availableSize() - FRAME
    width = min(round(width * scale), room.width())
    layout = dialog.layout()
    needed = layout.totalHeightForWidth(width) if layout is not None and layout.hasHeightForWidth() else 0
    dialog.resize(width, min(max(round(height * scale), needed), room.height()))
