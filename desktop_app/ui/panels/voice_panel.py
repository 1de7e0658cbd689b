"""Whose voice it is: the place for the speaker's baseline."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from desktop_app.ui.widgets.card import Card, text_label


class VoicePanel(Card):
    """A choice of voices; hidden until there is more than one to choose from.

    Signals:
        chosen: The key of the voice chosen.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12)
        self.voices = QComboBox()
        self.voices.setAccessibleName(self.tr("Whose voice it is"))
        self.voices.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.voices.activated.connect(lambda at: self.chosen.emit(self.voices.itemData(at)))
        self.content.addWidget(text_label("quiet", self.tr("Whose voice is it?")))
        self.content.addWidget(self.voices)
        self.hide()

    def show_voices(self, voices: tuple[tuple[str, str], ...], current: str) -> None:
        """(key, name) of each, and the key of the one in use."""
        self.voices.clear()
        for key, name in voices:
            self.voices.addItem(name, key)
        self.voices.setCurrentIndex(max(0, self.voices.findData(current)))
        self.setVisible(len(voices) > 1)
