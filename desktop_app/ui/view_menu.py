"""The View menu, which sets the size of text, and its keys."""

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.ui.settings import TEXT_SIZES, SettingsFile


class ViewMenu(QMenu):
    """Larger, smaller and the system's size; the choice is stored in the settings."""

    def __init__(self, settings: SettingsFile, parent: QWidget) -> None:
        super().__init__(self.tr("&View"), parent)
        self._settings = settings
        self.larger = self._action(self.tr("&Larger text"), ("Ctrl++", "Ctrl+="), lambda: self._step(1))
        self.smaller = self._action(self.tr("&Smaller text"), ("Ctrl+-",), lambda: self._step(-1))
        self.usual = self._action(self.tr("&Usual text size"), ("Ctrl+0",), lambda: settings.update(text_size=100))
        settings.changed.connect(self._show)
        self._show()

    def _action(self, title: str, keys: tuple[str, ...], act: Callable[[], object]) -> QAction:
        action = QAction(title, self)
        action.setShortcuts([QKeySequence(one) for one in keys])
        action.triggered.connect(lambda: act())
        self.addAction(action)
        return action

    def _step(self, step: int) -> None:
        at = TEXT_SIZES.index(self._settings.values.text_size) + step
        self._settings.update(text_size=TEXT_SIZES[min(max(at, 0), len(TEXT_SIZES) - 1)])

    def _show(self) -> None:
        size = self._settings.values.text_size
        self.larger.setEnabled(size != TEXT_SIZES[-1])
        self.smaller.setEnabled(size != TEXT_SIZES[0])
        self.usual.setEnabled(size != 100)
