"""The order in which the Tab key goes through widgets that are made later than their neighbours."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def insert_before(widget: QWidget, *new: QWidget) -> None:
    """Have Tab come to the new widgets, in their order, just before it comes to `widget`."""
    before = widget.previousInFocusChain()
    while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain()
    for one in new:
        if before is not None:
            QWidget.setTabOrder(before, one)
        before = one
