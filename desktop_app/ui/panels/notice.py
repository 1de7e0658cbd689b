"""A calm line on top of the window: what went wrong, or what can be done, with at most two buttons."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.error_text import translated
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.tab_order import insert_before


class Notice(QWidget):
    """One message at a time; the newest replaces the one before.

    Signals:
        said: The sentence, when it is shown.
    """

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frame = QFrame()
        frame.setObjectName("notice")
        around = QVBoxLayout(self)  # here, so that the room around it goes with it
        around.setContentsMargins(24, 12, 24, 8)
        around.addWidget(frame)
        self.message = text_label("sentence", wrap=True)
        self.buttons: list[QPushButton] = []
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.clicked.connect(self.hide)
        self._row = QHBoxLayout(frame)
        self._row.setContentsMargins(16, 10, 10, 10)
        self._row.addWidget(self.message, 1)
        self._row.addWidget(self.close_button)
        self.hide()

    def say(self, sentence: str, *actions: tuple[str, Callable[[], None]]) -> None:
        """Show a sentence, the window's or the engine's, and a button for each (text, what it does)."""
        sentence = translated(sentence)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for text, act in actions:
            button = QPushButton(text)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)
        insert_before(self.close_button, *self.buttons)
        self.message.setText(sentence)
        self.show()
        self.said.emit(sentence)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
