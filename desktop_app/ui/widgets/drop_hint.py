"""The hint that is shown while files are dragged over the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class DropHint(QLabel):
    """Covers a whole widget."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("drop")
        self.setText(self.tr("Drop files here"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_shown(self, shown: bool) -> None:
        """Show or hide it, on top of everything."""
        self.setGeometry(self._over.rect())
        self.setVisible(shown)
        self.raise_()
