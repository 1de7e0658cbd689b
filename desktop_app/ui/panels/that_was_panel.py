"""“That was …”: the buttons to correct an answer.

Its buttons never get the keyboard focus, so that nothing is taught by accident. They are clicked, or pressed with Alt
and their number wherever the focus is.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.ui.language import label_name, translate
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.flow_layout import FlowLayout


class ThatWasPanel(QWidget):
    """One button for each emotion; hidden by the window if corrections can't be stored.

    Signals:
        chosen: The label chosen.
        other_asked: The user wants to enter a label of their own.
        refused: A key of a button was pressed, but the recording has no speech.

    Attributes:
        refusal: The sentence in place of the buttons for such a recording.
    """

    refused = Signal()
    chosen = Signal(str)
    other_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        self._row = FlowLayout()
        self.setLayout(self._row)
        self._title = text_label("quiet", self.tr("That was…"))
        self._row.addWidget(self._title)
        no_speech = translate("Error", "No speech was heard in this recording, so it can't be an example.")
        self.refusal = text_label("quiet", no_speech, wrap=True)
        self.refusal.hide()
        self._row.addWidget(self.refusal)
        self._is_silent = False
        # the shortcuts of hidden buttons do nothing; these say why nothing is learnt
        self._keys = [QShortcut(QKeySequence(f"Alt+{number}"), self) for number in range(10)]
        for key in self._keys:
            key.activated.connect(self.refused)
            key.setEnabled(False)
        self.other = QPushButton(self.tr("Something else…"))
        self.other.setToolTip(self.tr("A word of your own (Alt+0); with three recordings it joins the answers"))
        self.other.clicked.connect(self.other_asked)
        self.other.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.other.setShortcut("Alt+0")
        self._row.addWidget(self.other)

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Make a button for each label, with its number as the shortcut."""
        if tuple(self.buttons) == labels:
            return
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = {}
        for at, label in enumerate(labels, start=1):
            button = QPushButton(label_name(label))
            button.setAccessibleName(translate("ThatWasPanel", "That was: {0}").format(label_name(label)))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            if at <= 9:
                button.setShortcut(f"Alt+{at}")
                button.setToolTip(f"Alt+{at}")
            button.clicked.connect(lambda _checked=False, label=label: self.chosen.emit(label))
            self._row.addWidget(button)
            self.buttons[label] = button
        self._row.removeWidget(self.other)
        self._row.addWidget(self.other)  # comes last
        self.set_silent(self._is_silent)

    def set_silent(self, silent: bool) -> None:
        """Set whether the recording has no speech, so that it can't be an example."""
        self._is_silent = silent
        for widget in (self._title, self.other, *self.buttons.values()):
            widget.setVisible(not silent)
        self.refusal.setVisible(silent)
        for key in self._keys:
            key.setEnabled(silent)
