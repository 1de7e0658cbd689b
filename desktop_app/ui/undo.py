"""What can be taken back: everything that a person removed or changed, the latest first."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

MOST = 100
"""So many changes can be taken back; what the oldest ones hold is let go."""


@dataclass(frozen=True, eq=False)
class Change:
    """Something that was done: the sentence that says so, and what takes it back."""

    sentence: str
    take_back: Callable[[], object]


class UndoStack(QObject):
    """Changes that can be taken back, one by one from the latest or any of them by itself.

    Taking back is not done again: Ctrl+Z pressed often goes back through what was done, and never to and fro.

    Signals:
        pushed: A Change that can be taken back from now on.
        gone: A Change that was taken back, or is too old for it.
    """

    pushed = Signal(object)
    gone = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: list[Change] = []

    @property
    def last(self) -> Change | None:
        """What Ctrl+Z would take back."""
        return self._changes[-1] if self._changes else None

    def push(self, sentence: str, take_back: Callable[[], object]) -> Change:
        """Say what was done and how it is taken back."""
        change = Change(sentence, take_back)
        self._changes.append(change)
        if len(self._changes) > MOST:
            self.gone.emit(self._changes.pop(0))
        self.pushed.emit(change)
        return change

    def undo(self, change: Change | None = None) -> None:
        """Take back a change, by itself the latest; one that was taken back already is left alone."""
        change = change or self.last
        if change is None or change not in self._changes:
            return
        self._changes.remove(change)
        self.gone.emit(change)
        change.take_back()
