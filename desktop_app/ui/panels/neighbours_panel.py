"""The nearest recordings as cards, which explain the answer."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QToolButton, QWidget

from desktop_app.engine.recognition.answer import Neighbour, Recognition
from desktop_app.ui import answer_text
from desktop_app.ui.language import label_name, number, percent
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.accessible import has_role
from desktop_app.ui.widgets.calm_bar import CalmBar
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.dot import Dot
from desktop_app.ui.widgets.envelope import Envelope
from desktop_app.ui.widgets.flow_layout import FlowLayout

SHOWN_AT_FIRST = 8  # roughly; the number is adjusted to fill whole rows
NARROWEST_CARD = 206
WEIGHT_HEIGHT, LEAST_WEIGHT = 7, 40  # pixels, of its bar
KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End),
)


@has_role(QAccessible.Role.ListItem)
class NeighbourCard(Card):
    """One neighbour. Return plays it; the arrow keys move between cards.

    Signals:
        play_asked: Its Neighbour.
        key_pressed: A key that moves to another card.
    """

    play_asked = Signal(object)
    key_pressed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, margin=13)
        self._neighbour: Neighbour | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab stops at only one of the cards
        self.content.setSpacing(6)
        self.dot = Dot(theme)
        self.label = text_label("section")
        self.weight = CalmBar()  # a number beside the emotion's name could be mistaken for its probability
        self.weight.setRange(0, 100)
        self.weight.setTextVisible(False)
        self.weight.setFixedHeight(WEIGHT_HEIGHT)
        self.weight.setMinimumWidth(LEAST_WEIGHT)
        self.envelope = Envelope(theme)
        self.origin = text_label("small", wrap=True)
        self.words = text_label("small", wrap=True)
        self.distance = text_label("small")
        self.play = QToolButton()
        self.play.setText("▶")
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.play.clicked.connect(lambda: self.play_asked.emit(self._neighbour))
        top = QHBoxLayout()
        top.addWidget(self.dot)
        top.addWidget(self.label, 1)
        weight = QHBoxLayout()
        weight.addWidget(text_label("small", self.tr("Weight")))
        weight.addWidget(self.weight, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.distance, 1)
        bottom.addWidget(self.play)
        self.content.addLayout(top)
        self.content.addWidget(self.envelope)
        self.content.addWidget(self.origin)
        self.content.addWidget(self.words)
        self.content.addStretch(1)  # cards beside each other have their bars and buttons in line
        self.content.addLayout(weight)
        self.content.addLayout(bottom)

    def show_neighbour(self, neighbour: Neighbour, rank: int, of: int, heaviest: float) -> None:
        """Show a neighbour, its position among how many, and its weight relative to `heaviest`, the largest."""
        self._neighbour = neighbour
        self.dot.show_label(neighbour.label)
        self.label.setText(label_name(neighbour.label))
        self.weight.setValue(round(100 * neighbour.weight / heaviest) if heaviest > 0 else 0)
        share = self.tr("Weight: {0} of what the neighbours say; the longest bar is the heaviest").format(
            percent(neighbour.weight)
        )
        self.weight.setToolTip(share)
        self.weight.setAccessibleName(share)
        self.envelope.show_peaks(neighbour.envelope, neighbour.label)
        self.origin.setText(answer_text.origin(neighbour))
        self.words.setText(self.tr("“{0}”").format(neighbour.text) if neighbour.text else "")
        self.words.setVisible(bool(neighbour.text))
        self.distance.setText(
            self.tr("distance {0} · {1} s").format(number(neighbour.distance, 2), number(neighbour.duration_s, 1))
        )
        self.play.setVisible(not neighbour.own)
        name = answer_text.neighbour_in_words(neighbour, rank, of)
        self.setAccessibleName(name)
        self.play.setAccessibleName(self.tr("Play: {0}").format(name))
        self.play.setToolTip(self.tr("Play this recording (Return)"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.play.isVisibleTo(self):
            self.play.click()
        elif event.key() in KEYS:
            self.key_pressed.emit(event.key())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.key_pressed.emit(0)


@has_role(QAccessible.Role.List)
class NeighboursPanel(QWidget):
    """The k nearest, nearest first; only the first few until asked for all. Tab stops at it once, as at any list.

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
        self.title = text_label("section", self.tr("It sounds most like these"))
        self.sentence = text_label("sentence", wrap=True)
        self.more = QPushButton()
        self.more.setObjectName("flat")
        self.more.clicked.connect(self._toggle_all)
        top = FlowLayout(ends=True)
        top.addWidget(self.title)
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
        """Make the first cards in advance, one at a time, so that they do not delay the first answer."""
        if len(self._cards) < SHOWN_AT_FIRST:
            self._add_card().ensurePolished()
            QTimer.singleShot(0, self, self.prepare)

    def show_recognition(self, recognition: Recognition) -> None:
        """Show the neighbours of an answer."""
        self._neighbours = recognition.neighbours
        self.setAccessibleName(f"{self.title.text()}. {answer_text.neighbours_in_a_sentence(recognition)}")
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
            card.show_neighbour(neighbour, rank, len(self._neighbours), heaviest)
        self._place()
        for i, card in enumerate(self._cards):
            card.setVisible(i < len(shown))
        if not any(card.focusPolicy() == Qt.FocusPolicy.StrongFocus for card in self._cards[: len(shown)]):
            self._go(0, 0)
        total = len(self._neighbours)
        self.more.setVisible(total > at_first)
        self.more.setText(self.tr("Show fewer") if self._show_all else self.tr("Show all {0}").format(total))

    def _add_card(self) -> NeighbourCard:
        card = NeighbourCard(self._theme, self)
        card.hide()
        card.play_asked.connect(self.play_asked)
        card.key_pressed.connect(partial(self._go, len(self._cards)))
        self.setTabOrder(self._cards[-1] if self._cards else self.more, card)
        if not self._cards:
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cards.append(card)
        self._columns = 0  # not placed yet
        return card

    def _columns_that_fit(self) -> int:
        return max(1, (self.width() + self._grid.spacing()) // (self._theme.px(NARROWEST_CARD) + self._grid.spacing()))

    def _place(self) -> None:
        columns = self._columns_that_fit()
        if columns == self._columns:
            return
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for i, card in enumerate(self._cards):
            self._grid.addWidget(card, i // columns, i % columns)

    def _go(self, at: int, key: int) -> None:
        """Move the focus from a card as a key says; Tab later returns to the card that had it last."""
        shown = [card for card in self._cards if card.isVisibleTo(self)]
        last = len(shown) - 1
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._columns, Qt.Key.Key_Down: self._columns}
        to = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}.get(Qt.Key(key), at + step.get(Qt.Key(key), 0))
        if not 0 <= to <= last:
            return
        for card in self._cards:
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if card is shown[to] else Qt.FocusPolicy.ClickFocus)
        if to != at:
            shown[to].setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_all(self) -> None:
        self._show_all = not self._show_all
        self._fill()
