"""What if there were more neighbours, or with more weight: k and alpha, tried on an answer."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from desktop_app.engine.recognition.answer import Recognition
from desktop_app.ui import answer_text
from desktop_app.ui.language import percent
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.shares_bar import SharesBar

MOST_NEIGHBOURS = 64
ALPHA_STEPS = 20


class WhatIfPanel(Card):
    """Two sliders below a heading that opens and closes.

    Signals:
        changed: (k, alpha) to answer with; None for one that the user has not chosen.

    Attributes:
        asked: (k, alpha) that the user chose for the answer shown; None for the default of pack and examples.
    """

    changed = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12)
        self.asked: tuple[int | None, float | None] = (None, None)
        self.heading = QToolButton()
        self.heading.setObjectName("disclosure")
        self.heading.setText(self.tr("What if…"))
        self.heading.setCheckable(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setArrowType(Qt.ArrowType.RightArrow)
        self.heading.toggled.connect(self._open)
        self.k = _slider(1, MOST_NEIGHBOURS, self.tr("Number of neighbours"))
        self.alpha = _slider(0, ALPHA_STEPS, self.tr("Weight of the neighbours"))
        self.k_text, self.alpha_text = QLabel(), QLabel()
        self.answer, self.share = text_label("section", wrap=True), text_label("section", wrap=True)
        self.strip = SharesBar(theme)  # the answer's bars may be scrolled away while a slider is moved
        self.reset = QPushButton(self.tr("Reset"))
        self.reset.clicked.connect(self.go_back)
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.answer, 0, 0)
        grid.addWidget(self.strip, 0, 1)
        grid.addWidget(self.share, 0, 2)
        grid.addWidget(text_label("quiet", self.tr("Number of neighbours"), wrap=True), 1, 0)
        grid.addWidget(self.k, 1, 1)
        grid.addWidget(self.k_text, 1, 2)
        grid.addWidget(text_label("quiet", self.tr("Weight of the neighbours"), wrap=True), 2, 0)
        grid.addWidget(self.alpha, 2, 1)
        grid.addWidget(self.alpha_text, 2, 2)
        grid.addWidget(self.reset, 3, 1, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self._body)
        self._body.hide()
        self._soon = QTimer(self)  # a dragged slider asks when it rests for a frame or two
        self._soon.setSingleShot(True)
        self._soon.setInterval(30)
        self._soon.timeout.connect(self._ask)
        self._theme = theme
        theme.changed.connect(self._fit_text)
        self._fit_text()
        self.k.valueChanged.connect(lambda k: self._moved(k, self.asked[1]))
        self.alpha.valueChanged.connect(lambda step: self._moved(self.asked[0], step / ALPHA_STEPS))

    def set_pack(self, k: int, alpha: float) -> None:
        """Set the pack's own values."""
        self.k.setMaximum(max(MOST_NEIGHBOURS, k))
        self.show_values(k, alpha)

    def show_values(self, k: int, alpha: float) -> None:
        """Show the default values of an answer, without asking for another."""
        self.asked = (None, None)
        for slider, value in ((self.k, k), (self.alpha, round(alpha * ALPHA_STEPS))):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        self._show_texts()

    def show_recognition(self, recognition: Recognition) -> None:
        """Show the new answer."""
        self.answer.setText(answer_text.headline(recognition))
        self.share.setText(answer_text.share(recognition))
        self.strip.show_shares(recognition.probabilities)

    def go_back(self) -> None:
        """Go back to the default values."""
        self._soon.stop()
        self.asked = (None, None)
        self.changed.emit(None, None)

    def _fit_text(self) -> None:
        self.heading.setIconSize(self._theme.size(16, 16))  # the room of the arrow

    def _open(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self.heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

    def _moved(self, k: int | None, alpha: float | None) -> None:
        self.asked = (k, alpha)
        self._show_texts()
        self._soon.start()

    def _ask(self) -> None:
        self.changed.emit(*self.asked)

    def _show_texts(self) -> None:
        self.k_text.setText(str(self.k.value()))
        self.alpha_text.setText(percent(self.alpha.value() / ALPHA_STEPS))


def _slider(least: int, most: int, name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(least, most)
    slider.setAccessibleName(name)
    slider.setMinimumWidth(120)
    return slider
