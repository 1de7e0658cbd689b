"""The passages of a long recording: time, emotion, certainty; to filter and play."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QPushButton, QWidget

from desktop_app.engine.recognition.timeline import Passage, Stretch, passages
from desktop_app.ui.language import clock, label_name, percent, speaker_label
from desktop_app.ui.session import Entry
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.recordings_table import ROW_HEIGHT, RecordingsTable
from desktop_app.ui.widgets.shares_bar import LABEL_ROLE, AnswerDelegate

LABEL, TIME, LENGTH, SURE, SPEAKER = range(5)
WIDTHS = {TIME: 130, LENGTH: 90, SURE: 90, SPEAKER: 150}
LEAST_LABEL = 180  # pixels for the emotion, with the margins
ROWS = 8  # visible
SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
NUMBER_ROLE = int(Qt.ItemDataRole.UserRole)


class PassagesPanel(Card):
    """A list; hidden if there is only one passage.

    Signals:
        play_asked: (number of the Entry, start in seconds, end).
        selected: The Stretch of the row that is current.
    """

    play_asked = Signal(int, float, object)
    selected = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entry: Entry | None = None
        self._passages: tuple[Passage, ...] = ()
        self._names: tuple[str, ...] = ()
        self._rows = QStandardItemModel(0, 5, self)
        self._rows.setSortRole(SORT_ROLE)
        titles = (self.tr("Sounds like"), self.tr("Time"), self.tr("Length"), self.tr("How sure"), self.tr("Speaker"))
        self._rows.setHorizontalHeaderLabels(titles)
        self.table = RecordingsTable(theme, self._rows, self.tr("Passages of this recording"), WIDTHS)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setItemDelegateForColumn(LABEL, AnswerDelegate(theme, self.table))
        self.table.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
        self.table.activated.connect(self._play)
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self.play = QPushButton(self.tr("Play this passage"))
        self.play.setToolTip(self.tr("Return on a row, or a double click, plays it, too"))
        self.play.clicked.connect(lambda: self._play(self.table.currentIndex()))
        top = FlowLayout(ends=True)
        top.addWidget(text_label("section", self.tr("What it consists of")))
        top.addWidget(self.play)
        self.content.addLayout(top)
        self.content.addWidget(self.table)
        theme.changed.connect(self._fit)
        self._fit()

    def show_entry(self, entry: Entry) -> None:
        """Show a recording's passages."""
        recognition = entry.recognition
        before, self._entry = self._entry, entry
        found = passages(recognition.segments) if recognition is not None else ()
        names = tuple(speaker.name for speaker in recognition.speakers) if recognition is not None else ()
        self.setVisible(len(found) > 1)
        if (found, names) == (self._passages, self._names) and before is not None and before.number == entry.number:
            return
        self._names = names
        self._passages = found
        self._fit()
        self._rows.setRowCount(0)
        for number, passage in enumerate(found):
            self._rows.appendRow(_row(number, passage, names))
        self._rows.sort(TIME)
        self.table.horizontalHeader().setSortIndicator(TIME, Qt.SortOrder.AscendingOrder)
        self.play.setEnabled(False)

    def _passage(self, index: QModelIndex) -> Passage | None:
        return self._passages[index.siblingAtColumn(LABEL).data(NUMBER_ROLE)] if index.isValid() else None

    def _select(self, current: QModelIndex) -> None:
        passage = self._passage(current)
        self.play.setEnabled(passage is not None)
        if passage is not None:
            self.selected.emit(Stretch(passage.start_s, passage.end_s))

    def _play(self, index: QModelIndex) -> None:
        passage = self._passage(index)
        if passage is not None and self._entry is not None:
            self.play_asked.emit(self._entry.number, passage.start_s, passage.end_s)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.table.setFixedHeight(self._theme.px((ROWS + 1) * ROW_HEIGHT))
        wanted = (TIME, LENGTH, SURE, SPEAKER) if len(self._names) > 1 else (TIME, LENGTH, SURE)
        room = self.width() - self._theme.px(LEAST_LABEL)
        self.table.show_what_fits(wanted, (LENGTH, SURE, SPEAKER), room)


def _row(number: int, passage: Passage, names: tuple[str, ...]) -> list[QStandardItem]:
    length_s = int(passage.end_s) - int(passage.start_s)  # between the times as they are shown
    times = f"{clock(passage.start_s)} – {clock(passage.end_s)}"
    name = label_name(passage.label)
    sure = percent(passage.share)
    who = speaker_label(names[passage.speaker], passage.speaker) if passage.speaker is not None and names else ""
    cells = ((name, name), (times, passage.start_s), (clock(length_s), length_s), (sure, passage.share), (who, who))
    items = []
    for text, key in cells:
        item = QStandardItem(text)
        item.setEditable(False)
        item.setData(key, SORT_ROLE)
        items.append(item)
    items[LABEL].setData(number, NUMBER_ROLE)
    items[LABEL].setData(passage.label, LABEL_ROLE)
    items[LABEL].setData(f"{name}, {times}", int(Qt.ItemDataRole.AccessibleTextRole))
    return items
