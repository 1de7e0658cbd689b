"""The library: recordings of all sessions, to find, name, tag, open and remove; and their trend over time."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.answer_text import in_short
from desktop_app.ui.language import clock, label_name, percent, size, when
from desktop_app.ui.library_model import LibraryModel
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.choice import Choice
from desktop_app.ui.widgets.emotion_key import EmotionKey
from desktop_app.ui.widgets.filter_line import FilterLine
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.recordings_table import RecordingsTable
from desktop_app.ui.widgets.shares_bar import LABEL_ROLE, AnswerDelegate
from desktop_app.ui.widgets.trend_view import TrendView

if TYPE_CHECKING:
    from desktop_app.engine.people.library import LibraryItem

NAME, ANSWER, LENGTH, ADDED, VOICE, TAGS, NOTES = range(7)
WIDTHS = {ANSWER: 196, LENGTH: 68, ADDED: 140, VOICE: 100, TAGS: 120, NOTES: 160}
WIDER = {ANSWER: 232, NOTES: 320, TAGS: 200, VOICE: 160}
LEAST_NAME = 200  # pixels
LEAST_HEIGHT = 160  # pixels, of the table
AROUND_TABLE = 112  # pixels: the page's and the card's margins, and the scroll bar
FIRST_TO_GO = (NOTES, VOICE, TAGS, LENGTH, ADDED)
ID_ROLE = int(Qt.ItemDataRole.UserRole)
SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
FILLED_AT_ONCE = 40  # rows; between two portions the window handles its events
TREND_FROM = 3  # answered recordings; with fewer no trend is shown


class LibraryPage(ScrollPage):
    """A table of the recordings, and actions for the selected ones.

    Signals:
        opened: A LibraryItem whose answer is to be shown.
        play_asked: A LibraryItem to play.
        back_asked: The user wants to go back to the list.
    """

    opened = Signal(object)
    play_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, library: LibraryModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._theme = library, theme
        self._shown: dict[int, LibraryItem] = {}
        self._rows = QStandardItemModel(0, 7, self)
        titles = (self.tr("Name"), self.tr("Answer"), self.tr("Length"), self.tr("Date"), self.tr("Voice"))
        self._rows.setHorizontalHeaderLabels([*titles, self.tr("Tags"), self.tr("Notes")])
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self._rows)
        self.proxy.setSortRole(SORT_ROLE)
        self.proxy.setFilterKeyColumn(-1)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter = FilterLine(
            self.proxy, self.tr("Search names, answers, voices, tags and notes"), self.tr("Search the library")
        )
        self.summary = text_label("quiet", wrap=True)
        self.full = text_label("warn", wrap=True)
        self._make_table(theme)
        self._make_controls(theme)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._fill)
        library.changed.connect(self._fill_soon)
        self._fill()

    def first_focus(self) -> QWidget:
        """The rows."""
        return self.table

    def selection(self) -> "tuple[LibraryItem, ...]":
        """The selected recordings, in the order shown."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        found = (self._shown.get(self.proxy.index(row, NAME).data(ID_ROLE)) for row in rows)
        return tuple(item for item in found if item is not None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start(0)

    def _fill_soon(self) -> None:
        if self.isVisible():  # else once it is shown: a thousand rows at each of a thousand answers take time
            self._soon.start(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - AROUND_TABLE - self._theme.px(LEAST_NAME)
        self.table.show_what_fits(tuple(WIDTHS), FIRST_TO_GO, room)

    def _make_table(self, theme: Theme) -> None:
        self.table = RecordingsTable(theme, self.proxy, self.tr("Library"), WIDTHS, WIDER, LEAST_NAME)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.sortByColumn(ADDED, Qt.SortOrder.DescendingOrder)
        self.table.setItemDelegateForColumn(ANSWER, AnswerDelegate(theme, self.table))
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self.table.activated.connect(self._open_at)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.on_delete(self._remove)

    def _make_controls(self, theme: Theme) -> None:
        self.open = QPushButton(self.tr("Open"))
        self.open.setToolTip(self.tr("Show its answer (Return)"))
        self.open.clicked.connect(lambda: self._emit(self.opened))
        self.play = QPushButton(self.tr("Play"))
        self.play.clicked.connect(lambda: self._emit(self.play_asked))
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setToolTip(
            self.tr("Delete recordings made here, forget files that were opened (Delete); Ctrl+Z undoes it")
        )
        self.remove.clicked.connect(self._remove)
        self.remove_oldest = QPushButton(self.tr("Delete the oldest"))
        self.remove_oldest.clicked.connect(self._library.remove_oldest)
        self.back = QPushButton(self.tr("Back"))
        self.back.clicked.connect(self.back_asked)
        self.name, self.tags, self.notes = QLineEdit(), QLineEdit(), QLineEdit()
        for field, name in ((self.name, self.tr("Name")), (self.tags, self.tr("Tags")), (self.notes, self.tr("Notes"))):
            field.setAccessibleName(name)
        self.tags.setPlaceholderText(self.tr("words, with commas between them"))
        for field, write in (
            (self.name, self._library.rename),
            (self.tags, self._library.tag),
            (self.notes, self._library.note),
        ):
            field.editingFinished.connect(lambda field=field, write=write: self._edited(field, write))
        self.voices = Choice(self.tr("Whose recordings over time"))
        self.voices.activated.connect(self._show_trend)
        self.key = EmotionKey(theme)
        self.trend = TrendView(theme)

    def _lay_out(self) -> None:
        top = FlowLayout(spacing=8)
        top.addWidget(text_label("section", self.tr("Library")))
        for button in (self.open, self.play, self.remove, self.back):
            top.addWidget(button)
        self._full_row = QWidget()
        full = QHBoxLayout(self._full_row)
        full.setContentsMargins(0, 0, 0, 0)
        full.addWidget(self.full, 1)
        full.addWidget(self.remove_oldest)
        self._details = QWidget()
        form = QFormLayout(self._details)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Tags"), self.tags)
        form.addRow(self.tr("Notes"), self.notes)
        self._over_time = QWidget()
        trend = QVBoxLayout(self._over_time)
        trend.setContentsMargins(0, 0, 0, 0)
        row = FlowLayout()
        row.addWidget(text_label("quiet", self.tr("Over time")))
        row.addWidget(self.voices)
        trend.addLayout(row)
        trend.addLayout(self.key)
        trend.addWidget(self.trend)
        card = Card(margin=20)
        card.content.addLayout(top)
        card.content.addWidget(self.summary)
        card.content.addWidget(self._full_row)
        card.content.addWidget(self.filter)
        card.content.addWidget(self.filter.nothing)
        card.content.addWidget(self.table, 1)
        card.content.addWidget(self._details)
        card.content.addWidget(self._over_time)
        around = QVBoxLayout(self.page)
        around.setContentsMargins(24, 20, 24, 24)
        around.addWidget(card)

    def _fill(self) -> None:
        """Update the rows, a few at a time."""
        there = {item.id: item for item in self._library.items}
        for row in range(self._rows.rowCount() - 1, -1, -1):
            item_id = self._rows.item(row, NAME).data(ID_ROLE)
            if item_id not in there:
                self._rows.removeRow(row)
                self._shown.pop(item_id, None)
        changed = [item for item in there.values() if self._shown.get(item.id) != item]
        rows = {self._rows.item(row, NAME).data(ID_ROLE): row for row in range(self._rows.rowCount())}
        for item in changed[:FILLED_AT_ONCE]:
            self._shown[item.id] = item
            cells = _cells(item)
            if item.id in rows:
                for column, cell in enumerate(cells):
                    self._rows.setItem(rows[item.id], column, cell)
            else:
                self._rows.appendRow(cells)
        if len(changed) > FILLED_AT_ONCE:
            self._soon.start(0)
            return
        takes = sum(item.is_take for item in there.values())
        count = self.tr("1 recording") if len(there) == 1 else self.tr("{0} recordings").format(len(there))
        if takes:
            count = self.tr("{0}, {1} of them made here ({2})").format(count, takes, size(self._library.size))
        self.summary.setText(count if there else self.tr("What you record and open is remembered here."))
        self._full_row.setVisible(self._library.is_over_limit)
        self.full.setText(
            self.tr("Your recordings take {0}, and the settings say at most {1}.").format(
                size(self._library.size), size(self._library.limit)
            )
        )
        self._show_voices()
        self._selected()

    def _selected(self) -> None:
        selection = self.selection()
        one = selection[0] if len(selection) == 1 else None
        self.open.setEnabled(one is not None)
        self.play.setEnabled(one is not None)
        self.remove.setEnabled(bool(selection))
        self._details.setVisible(one is not None)
        if one is not None:
            for field, text in ((self.name, one.name), (self.tags, one.tags), (self.notes, one.notes)):
                if not field.hasFocus() and field.text() != text:
                    field.setText(text)

    def _edited(self, field: QLineEdit, write: object) -> None:
        selection = self.selection()
        if len(selection) == 1:
            write(selection[0], field.text())  # type: ignore[operator]

    def _show_voices(self) -> None:
        voices = sorted({i.outcome.voice for i in self._library.items if i.outcome is not None and i.outcome.voice})
        chosen = self.voices.currentData()
        self.voices.clear()
        self.voices.addItem(self.tr("All recordings"), "")
        for voice in voices:
            self.voices.addItem(voice, voice)
        self.voices.setCurrentIndex(max(0, self.voices.findData(chosen)))
        self._show_trend()

    def _show_trend(self) -> None:
        voice = self.voices.currentData()
        answered = [
            item
            for item in reversed(self._library.items)
            if item.outcome is not None and not item.outcome.abstained and voice in ("", item.outcome.voice)
        ]
        self._over_time.setVisible(len(answered) >= TREND_FROM or bool(voice))
        if not answered:
            self.trend.show_shares((), "", "")
            return
        shares = [item.outcome.probabilities for item in answered if item.outcome is not None]
        begins, ends = when(answered[0].added), when(answered[-1].added)
        self.trend.show_shares(shares, begins, ends)
        first, last = self.trend.columns[0], self.trend.columns[-1]
        self.key.show_labels(first)
        words = ", ".join(f"{label_name(label)} {percent(first[label])} → {percent(last[label])}" for label in first)
        self.trend.setAccessibleName(f"{self.voices.currentText()}, {begins} → {ends}: {words}")
        self.trend.setToolTip(words)

    def _emit(self, signal: SignalInstance) -> None:
        for item in self.selection()[:1]:
            signal.emit(item)

    def _remove(self) -> None:
        self._library.remove(self.selection())

    def _open_at(self, index: QModelIndex) -> None:
        item = self._shown.get(index.siblingAtColumn(NAME).data(ID_ROLE))
        if item is not None:
            self.opened.emit(item)


def _cells(item: "LibraryItem") -> list[QStandardItem]:
    outcome = item.outcome
    answer, sort_answer, length = "", "", -1.0
    if outcome is not None:
        answer = sort_answer = in_short(outcome.named, silent=not outcome.probabilities)
        if outcome.named.labels:
            sort_answer = f"{label_name(outcome.named.labels[0])} {outcome.named.share:.4f}"
        length = outcome.duration_s
    texts: tuple[tuple[str, str | float], ...] = (
        (item.name, item.name.casefold()),
        (answer, sort_answer),
        (clock(length) if outcome is not None else "", length),
        (when(item.added), f"{item.added} {item.id:09}"),
        (outcome.voice if outcome is not None else "", outcome.voice if outcome is not None else ""),
        (item.tags, item.tags.casefold()),
        (item.notes, item.notes.casefold()),
    )
    cells = []
    for text, key in texts:
        cell = QStandardItem(text)
        cell.setEditable(False)
        cell.setData(item.id, ID_ROLE)
        cell.setData(key, SORT_ROLE)
        cell.setToolTip(f"{item.notes}\n{item.path}".strip())
        cells.append(cell)
    if outcome is not None and outcome.named.labels:
        cells[ANSWER].setData(outcome.named.labels[0], LABEL_ROLE)
    return cells
