"""The menu for the channel to use: the one with the clearest voice, or a particular one, for this session."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

MOST_CHANNELS = 8


class ChannelMenu(QMenu):
    """Applies to files that are opened or tried again after the choice.

    Signals:
        chosen: The channel, counted from 0; None: the one with the clearest voice.

    Attributes:
        choices: The actions: all channels first, then one for each.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Channel to listen to"))
        self._group = QActionGroup(self)
        self.choices = [self._add(self.tr("The &clearest"), None)]
        self.addSeparator()
        names = {0: self.tr("&1, left"), 1: self.tr("&2, right")}
        for channel in range(MOST_CHANNELS):
            self.choices.append(self._add(names.get(channel, f"&{channel + 1}"), channel))
        self.choices[0].setChecked(True)

    def _add(self, text: str, channel: int | None) -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.triggered.connect(lambda: self.chosen.emit(channel))
        self._group.addAction(action)
        self.addAction(action)
        return action
