"""A choice of one of several, which says to a screen reader what it is a choice of."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QComboBox, QLabel


class Choice(QComboBox):
    """On Linux a combo box has what is chosen for a name, and what it is for is read from the label beside it alone
    (QAccessibleComboBox). So each has one, seen by nobody."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._label = QLabel(name)
        self._label.setBuddy(self)
        self._label.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self._label.parentWidget() is not self.parentWidget():
            self._label.setParent(self.parentWidget())
            self._label.hide()
