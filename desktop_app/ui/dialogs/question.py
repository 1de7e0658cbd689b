"""One question that is answered with a few words."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from desktop_app.ui.language import translate


def ask(
    window: QWidget, title: str, text: str, ok: str, answered: Callable[[str], object], suggestion: str = ""
) -> None:
    """Ask over the window; `answered` hears what was typed, unless the person thinks better of it."""
    dialog = QInputDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(text)
    dialog.setTextValue(suggestion)
    dialog.setOkButtonText(ok)
    dialog.setCancelButtonText(translate("Teaching", "Cancel"))
    dialog.textValueSelected.connect(lambda typed: answered(typed))
    dialog.open()
