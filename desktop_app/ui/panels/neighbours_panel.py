"""The nearest recordings as cards: why the answer is what it is."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QToolButton, QWidget

from desktop_app.engine.recognition.answer import Neighbour, Recognition
from desktop_app.ui import answer_text
from desktop_app.ui.language import label_name, number, percent
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.dot import Dot
from desktop_app.ui.widgets.envelope import Envelope

SHOWN_AT_FIRST = 8  # about; as many as fill whole rows
NARROWEST_CARD = 206
WEIGHT_SIZE = (56, 5)  # pixels


class NeighbourCard(Card):
    """One neighbour.

    Signals:
        play_asked: Its Neighbour.
    """

    play_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, margin=13)
        self._neighbour: Neighbour | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.content.setSpacing(6)
        self.dot = Dot(theme)
        self.label = text_label("section")
        self.weight = CalmBar()  # a figure beside the emotion's name would read as how sure that is
        self.weight.setRange(0, 100)
        self.weight.setTextVisible(False)
        self.weight.setFixedSize(*WEIGHT_SIZE)
        self.envelope = Envelope(theme)
        self.origin = text_label("small", wrap=True)
        self.words = text_label("small", wrap=True)
        self.distance = text_label("small")
        self.play = QToolButton()
        self.play.setText("▶")
        self.play.clicked.connect(lambda: self.play_asked.emit(self._neighbour))
        top = QHBoxLayout()
        top.addWidget(self.dot)
        top.addWidget(self.label, 1)
        top.addWidget(self.weight)
        bottom = QHBoxLayout()
        bottom.addWidget(self.distance, 1)
        bottom.addWidget(self.play)
        self.content.addLayout(top)
        self.content.addWidget(self.envelope)
        self.content.addWidget(self.origin)
        self.content.addWidget(self.words)
        self.content.addLayout(bottom)
        self.content.addStretch(1)

    def show_neighbour(self, neighbour: Neighbour, rank: int, heaviest: float) -> None:
        """Show it; `heaviest` is the largest weight of all neighbours."""
        self._neighbour = neighbour
        self.dot.show_label(neighbour.label)
        self.label.setText(label_name(neighbour.label))
        self.weight.setValue(round(100 * neighbour.weight / heaviest) if heaviest > 0 else 0)
        share = self.tr("Its share of what the neighbours say: {0}").format(percent(neighbour.weight))
        self.weight.setToolTip(share)
        self.weight.setAccessibleName(share)
        self.envelope.show_peaks(neighbour.envelope, neighbour.label)
        self.origin.setText(answer_text.origin(neighbour))
        self.words.setText(self.tr("“{0}”").format(neighbour.text) if neighbour.text else "")
        self.words.setVisible(bool(neighbour.text))
        self.distance.setText(
            self.tr("distance {0} · {1} s").format(number(neighbour.distance, 2), number(neighbour.duration_s, 1))
        )
        self.play.setVisible(neighbour.clip is not None)
        name = answer_text.neighbour_in_words(neighbour, rank)
        self.setAccessibleName(name)
        self.play.setAccessibleName(self.tr("Play: {0}").format(name))
        self.play.setToolTip(self.tr("Play this recording"))


class NeighboursPanel(QWidget):
    """The k nearest, nearest first; the first few until asked for all.

    Signals:
        play_asked: A Neighbour.
    """

    play_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._neighbours: tuple[Neighbour, ...] = ()
        self._cards: list[NeighbourCard] = []
        self._columns = 0
        self._show_all = False
        self.title = text_label("section")
        self.sentence = text_label("sentence", wrap=True)
        self.more = QPushButton()
        self.more.setObjectName("flat")
        self.more.clicked.connect(self._toggle_all)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.more)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setVerticalSpacing(10)
        whole.addLayout(top, 0, 0)
        whole.addWidget(self.sentence, 1, 0)
        whole.addLayout(self._grid, 2, 0)

    def prepare(self) -> None:
        """Make the first cards ahead, one at a time: made with the first answer they would hold it up."""
        if len(self._cards) < SHOWN_AT_FIRST:
            self._add_card().ensurePolished()
            QTimer.singleShot(0, self, self.prepare)

    def show_recognition(self, recognition: Recognition) -> None:
        """The neighbours of an answer."""
        self._neighbours = recognition.neighbours
        self.sentence.setText(answer_text.neighbours_in_a_sentence(recognition))
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002
        if self._columns_that_fit() != self._columns:
            self._fill()

    def _fill(self) -> None:
        at_first = self._columns_that_fit() * max(1, round(SHOWN_AT_FIRST / self._columns_that_fit()))
        shown = self._neighbours if self._show_all else self._neighbours[:at_first]
        heaviest = max((neighbour.weight for neighbour in self._neighbours), default=0.0)
        while len(self._cards) < len(shown):
            self._add_card()
        for rank, (card, neighbour) in enumerate(zip(self._cards, shown, strict=False), start=1):
            card.show_neighbour(neighbour, rank, heaviest)
        self._place()
        for i, card in enumerate(self._cards):
            card.setVisible(i < len(shown))
        total = len(self._neighbours)
        self.title.setText(self.tr("It sounds most like these"))
        self.more.setVisible(total > at_first)
        self.more.setText(self.tr("Show fewer") if self._show_all else self.tr("Show all {0}").format(total))

    def _add_card(self) -> NeighbourCard:
        card = NeighbourCard(self._theme, self)
        card.hide()
        card.play_asked.connect(self.play_asked)
        before = self._cards[-1].play if self._cards else self.more
        self.setTabOrder(before, card)
        self.setTabOrder(card, card.play)
        self._cards.append(card)
        self._columns = 0  # not placed yet
        return card

    def _columns_that_fit(self) -> int:
        return max(1, (self.width() + self._grid.spacing()) // (NARROWEST_CARD + self._grid.spacing()))

    def _place(self) -> None:
        columns = self._columns_that_fit()
        if columns == self._columns:
            return
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for i, card in enumerate(self._cards):
            self._grid.addWidget(card, i // columns, i % columns)

    def _toggle_all(self) -> None:
        self._show_all = not self._show_all
        self._fill()
