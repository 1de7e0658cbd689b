"""Messages at the top of the window: what went wrong, what can be done, and what can be undone."""

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.error_text import translated
from desktop_app.ui.undo import Change, UndoStack
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.tab_order import insert_before

UNDO_SHOWN_MS = 10_000
UNDO_LINES = 3  # more would fill the window; Ctrl+Z undoes the others


class NoticeLine(QFrame):
    """One message, with a button for each thing that can be done about it.

    Signals:
        closed: It was closed, or one of its buttons was pressed.
    """

    closed = Signal()

    def __init__(self, sentence: str, actions: tuple[tuple[str, Callable[[], object]], ...]) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.message = text_label("sentence", sentence, wrap=True)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 8, 10, 8)
        self._row.addWidget(self.message, 1)
        self._actions = QWidget()
        row = QHBoxLayout(self._actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        for text, act in actions:
            button = QPushButton(text)
            button.clicked.connect(self.closed)
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
            self.buttons.append(button)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.clicked.connect(self.closed)
        row.addWidget(self.close_button)
        self._row.addWidget(self._actions)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._actions.minimumSizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= 2 * self._actions.sizeHint().width()
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    @property
    def first(self) -> QWidget:
        """The first widget for the Tab key."""
        return self.buttons[0] if self.buttons else self.close_button


class Notice(QWidget):
    """Messages, newest first: one sentence, and offers to undo changes, each shown for ten seconds.

    A new message replaces the last one, but never an offer to undo something.

    Signals:
        said: The sentence that is shown.
    """

    said = Signal(str)

    def __init__(self, undo: UndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._undo = undo
        self._nothing = NoticeLine("", ())
        self._nothing.setParent(self)
        self._nothing.hide()
        self._said: NoticeLine | None = None
        self._lines: list[NoticeLine] = []
        self._offers: dict[Change, NoticeLine] = {}
        self._column = QVBoxLayout(self)  # here, so that its margins are hidden with it
        self._column.setContentsMargins(24, 12, 24, 8)
        self._column.setSpacing(6)
        undo.pushed.connect(self._offer)
        undo.gone.connect(self._withdraw)
        self.hide()

    @property
    def message(self) -> QLabel:
        """The sentence on top."""
        return (self._lines[0] if self._lines else self._nothing).message

    @property
    def buttons(self) -> list[QPushButton]:
        """The buttons of the sentence on top."""
        return (self._lines[0] if self._lines else self._nothing).buttons

    @property
    def sentences(self) -> list[str]:
        """The texts of the lines, from the top."""
        return [line.message.text() for line in self._lines]

    def say(self, sentence: str, *actions: tuple[str, Callable[[], object]]) -> None:
        """Show a sentence of the window or the engine, and a button for each (text, function)."""
        if self._said is not None:
            self._remove(self._said)
        self._said = self._add(translated(sentence), actions)

    def _offer(self, change: Change) -> None:
        """Show for ten seconds what was done, with a button that undoes it."""
        line = self._add(change.sentence, ((self.tr("Undo"), lambda: self._undo.undo(change)),))
        line.buttons[0].setToolTip(self.tr("Undo (Ctrl+Z)"))
        self._offers[change] = line
        if len(self._offers) > UNDO_LINES:
            self._withdraw(next(iter(self._offers)))
        timer = QTimer(line)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._withdraw(change))
        timer.start(UNDO_SHOWN_MS)

    def _withdraw(self, change: Change) -> None:
        line = self._offers.pop(change, None)
        if line is not None:
            self._remove(line)

    def _add(self, sentence: str, actions: tuple[tuple[str, Callable[[], object]], ...]) -> NoticeLine:
        line = NoticeLine(sentence, actions)
        line.closed.connect(lambda: self._remove(line))
        below = (self._lines[0] if self._lines else self._nothing).first
        self._lines.insert(0, line)
        self._column.insertWidget(0, line)
        insert_before(below, *line.buttons, line.close_button)
        self.show()
        self.said.emit(sentence)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
        return line

    def _remove(self, line: NoticeLine) -> None:
        if line not in self._lines:
            return
        self._lines.remove(line)
        if line is self._said:
            self._said = None
        for change, offer in list(self._offers.items()):
            if offer is line:
                del self._offers[change]
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.setVisible(bool(self._lines))
