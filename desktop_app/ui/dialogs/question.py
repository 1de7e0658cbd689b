"""A dialog with one question and a text field."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from desktop_app.ui.language import translate


def ask(
    window: QWidget, title: str, text: str, ok: str, answered: Callable[[str], object], suggestion: str = ""
) -> None:
    """Ask on top of the window; `answered` is called with the text unless the user cancels."""
    dialog = QInputDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(text)
    dialog.setTextValue(suggestion)
    dialog.setOkButtonText(ok)
    dialog.setCancelButtonText(translate("Teaching", "Cancel"))
    dialog.textValueSelected.connect(lambda typed: answered(typed))
    dialog.open()
