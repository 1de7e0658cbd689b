"""The message box for bugs: calm, with diagnostics to copy."""

from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from desktop_app.ui.diagnostics import diagnostics
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.recognition_owner import PackInfo
from desktop_app.ui.widgets.card import text_label


class CrashBox(QDialog):
    """Says that something went wrong and that nothing is lost; the details go to the log and the clipboard."""

    def __init__(self, error: BaseException, pack: PackInfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        self.message = text_label(
            "sentence",
            self.tr(
                "VoiceKin made a mistake and could not finish what it was doing. Your recordings are safe and you can "
                "go on. If it happens again, copy the diagnostics into a report."
            ),
            wrap=True,
        )
        column.addWidget(self.message)
        column.addWidget(text_label("small", f"{type(error).__name__}: {error}", wrap=True))
        buttons = QDialogButtonBox()
        self.copy = buttons.addButton(self.tr("Copy diagnostics"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(diagnostics(pack)))
        self.close_button = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        open_at(self, 470, 0)
