"""A progress bar that is painted when its turn comes."""

from PySide6.QtWidgets import QProgressBar


class CalmBar(QProgressBar):
    """QProgressBar paints itself inside `setValue`, and the window with it: all that waits to be painted is painted at
    once, for every bar that moves anew. This one asks to be painted like any other widget."""

    def setValue(self, value: int) -> None:
        if value != self.value():
            self.setUpdatesEnabled(False)
            super().setValue(value)
            self.setUpdatesEnabled(True)
