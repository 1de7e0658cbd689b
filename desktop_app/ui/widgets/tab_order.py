"""The Tab order of widgets that are made later than those around them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def insert_before(widget: QWidget, *new: QWidget) -> None:
    """Put the new widgets into the Tab order, just before `widget`."""
    before = widget.previousInFocusChain()
    while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain()
    for one in new:
        if before is not None:
            QWidget.setTabOrder(before, one)
        before = one
