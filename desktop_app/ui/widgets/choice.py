"""A combo box that tells screen readers what it is for."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QComboBox, QLabel


class Choice(QComboBox):
    """On Linux the accessible name of a combo box is the chosen text, and its purpose is read only from its label
    (QAccessibleComboBox). So each has an invisible label."""

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
