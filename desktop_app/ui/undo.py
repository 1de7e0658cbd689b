"""Undo for everything that the user removed or changed, the latest first."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

MOST = 100
"""The largest number of changes that can be undone; older ones are dropped."""


@dataclass(frozen=True, eq=False)
class Change:
    """A change that was made: a sentence about it, and the function that undoes it."""

    sentence: str
    take_back: Callable[[], object]


class UndoStack(QObject):
    """Changes that can be undone, from the latest one by one, or any of them by itself.

    There is no redo: pressing Ctrl+Z repeatedly goes back through the changes.

    Signals:
        pushed: A Change that can be undone from now on.
        gone: A Change that was undone, or is too old for that.
    """

    pushed = Signal(object)
    gone = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: list[Change] = []

    @property
    def last(self) -> Change | None:
        """The change that Ctrl+Z would undo."""
        return self._changes[-1] if self._changes else None

    def push(self, sentence: str, take_back: Callable[[], object]) -> Change:
        """Add a change that can be undone."""
        change = Change(sentence, take_back)
        self._changes.append(change)
        if len(self._changes) > MOST:
            self.gone.emit(self._changes.pop(0))
        self.pushed.emit(change)
        return change

    def undo(self, change: Change | None = None) -> None:
        """Undo a change, by default the latest; one that was undone already is ignored."""
        change = change or self.last
        if change is None or change not in self._changes:
            return
        self._changes.remove(change)
        self.gone.emit(change)
        change.take_back()
