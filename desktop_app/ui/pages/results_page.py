"""All results in one table, with a summary: to sort, filter, try again, stop, export and remove."""

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.answer_text import is_silent, named
from desktop_app.ui.dialogs.side_by_side_dialog import SideBySideDialog
from desktop_app.ui.language import counted
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.session import Entry, EntryState, SessionModel, sorted_view
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.filter_line import FilterLine
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.recordings_table import RecordingsTable
from desktop_app.ui.widgets.shares_bar import AnswerDelegate, SharesBar, SharesDelegate

WIDTHS = {
    SessionModel.ANSWER: 172,
    SessionModel.SHARES: 124,
    SessionModel.BASIS: 190,
    SessionModel.LENGTH: 68,
    SessionModel.SEGMENTS: 70,
    SessionModel.ADDED: 124,
    SessionModel.FOLDER: 130,
    SessionModel.NOTE: 166,
}
WIDER = {SessionModel.ANSWER: 232, SessionModel.BASIS: 250, SessionModel.NOTE: 420, SessionModel.FOLDER: 220}
LEAST_NAME = 230  # pixels: names of published corpora fit; columns are hidden, from the last, to keep this width
FIRST_TO_GO = (
    *(SessionModel.SEGMENTS, SessionModel.FOLDER, SessionModel.ADDED, SessionModel.BASIS, SessionModel.LENGTH),
    *(SessionModel.NOTE, SessionModel.SHARES),
)
AROUND_TABLE = 112  # pixels: the page's and the card's margins, and the scroll bar
LEAST_HEIGHT = 180  # pixels, of the table
UNDER_WAY = (EntryState.WAITING, EntryState.RUNNING)
AGAIN = (EntryState.FAILED, EntryState.STOPPED)
COUNTED_EVERY_MS = 100  # answers may come faster than anybody can read


class ResultsPage(ScrollPage):
    """The session's recordings with all their values.

    Signals:
        opened: The Entry that was double-clicked, or on which Return was pressed.
        retry_asked, stop_asked, remove_asked: A tuple of Entry.
        back_asked: The user wants to go back to a single answer.

    Attributes:
        compare_action: Shows the two selected recordings side by side; for a menu.
    """

    opened = Signal(object)
    retry_asked = Signal(object)
    stop_asked = Signal(object)
    remove_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, session: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self._is_paused = False
        self.proxy = sorted_view(session, self)
        self.filter = FilterLine(
            self.proxy, self.tr("Filter by name, answer, folder or remark"), self.tr("Filter the results")
        )
        self.summary = text_label("sentence", wrap=True)
        self.strip = SharesBar(theme)
        self.strip.setToolTip(self.tr("How many recordings have each emotion; two emotions count half each"))
        self._make_table(theme)
        self._make_buttons()
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(COUNTED_EVERY_MS)
        self._soon.timeout.connect(self._count)
        for changed in (session.entry_changed, session.rowsInserted, session.rowsRemoved):
            changed.connect(self._count_soon)
        self.table.selectionModel().selectionChanged.connect(self._count)
        self._count()

    def _make_table(self, theme: Theme) -> None:
        self.table = RecordingsTable(theme, self.proxy, self.tr("Results"), WIDTHS, WIDER, LEAST_NAME)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.sortByColumn(SessionModel.ADDED, Qt.SortOrder.AscendingOrder)
        self.table.setItemDelegateForColumn(SessionModel.ANSWER, AnswerDelegate(theme, self.table))
        self.table.setItemDelegateForColumn(SessionModel.SHARES, SharesDelegate(theme, self.table))
        self.table.activated.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.on_delete(self._remove)

    def _make_buttons(self) -> None:
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setToolTip(self.tr("Answer the selected recordings again; without a selection, those that failed"))
        self.retry.clicked.connect(lambda: self.retry_asked.emit(self._to_retry()))
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Stop the selected recordings that wait or run"))
        self.stop.clicked.connect(lambda: self.stop_asked.emit(self.selection()))
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setToolTip(self.tr("Take the selected recordings off the list (Delete); their files stay"))
        self.remove.clicked.connect(self._remove)
        self.compare = QPushButton(self.tr("Side by side"))
        self.compare.setToolTip(self.tr("Show the two selected recordings side by side (Ctrl+D)"))
        self.compare_action = QAction(self.tr("Two recordings side &by side"), self)
        self.compare_action.setShortcut(QKeySequence("Ctrl+D"))
        for asked in (self.compare.clicked, self.compare_action.triggered):
            asked.connect(self._compare)
        self.export = QPushButton(self.tr("Export"))
        self.export.setToolTip(self.tr("Write the selected results, or all that are shown, to a file"))
        self.back = QPushButton(self.tr("Back"))
        self.back.clicked.connect(self.back_asked)

    def _lay_out(self) -> None:
        top = FlowLayout(spacing=8)
        top.addWidget(text_label("section", self.tr("All results")))
        for button in (self.retry, self.stop, self.remove, self.compare, self.export, self.back):
            top.addWidget(button)
        card = Card(margin=20)
        card.content.addLayout(top)
        card.content.addWidget(self.summary)
        card.content.addWidget(self.strip)
        card.content.addWidget(self.filter)
        card.content.addWidget(self.filter.nothing)
        self.table.setMinimumHeight(LEAST_HEIGHT)
        card.content.addWidget(self.table, 1)
        around = QVBoxLayout(self.page)
        around.setContentsMargins(24, 20, 24, 24)
        around.addWidget(card)

    def first_focus(self) -> QWidget:
        """The rows."""
        return self.table

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_paused(self, paused: bool) -> None:
        """Say in the summary whether the queue is paused."""
        if paused != self._is_paused:
            self._is_paused = paused
            self._count()

    def reveal(self, entry: Entry) -> None:
        """Scroll to a recording's row."""
        at = self.proxy.mapFromSource(self._session.index(self._session.row_of(entry.number), SessionModel.NAME))
        self.table.scrollTo(at)

    def selection(self) -> tuple[Entry, ...]:
        """The selected recordings, in the order shown."""
        return self._entries(sorted(index.row() for index in self.table.selectionModel().selectedRows()))

    def shown(self) -> tuple[Entry, ...]:
        """The recordings that match the filter, in the order shown."""
        return self._entries(range(self.proxy.rowCount()))

    def _entries(self, rows: Iterable[int]) -> tuple[Entry, ...]:
        entries = (self._session.entry_at(self.proxy.index(row, 0)) for row in rows)
        return tuple(entry for entry in entries if entry is not None)

    def _fit(self) -> None:
        """Hide columns that leave the name too little room; the tool tip and the answer's page show them."""
        has_remarks = any(entry.remark for entry in self._session.entries())
        wanted = tuple(column for column in WIDTHS if column != SessionModel.NOTE or has_remarks)
        self.table.show_what_fits(wanted, FIRST_TO_GO, self.width() - AROUND_TABLE - self._theme.px(LEAST_NAME))

    def _count_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        """Update the summary and enable the actions that are possible."""
        entries = self._session.entries()
        answers = [e.recognition for e in entries if e.recognition]
        short = [named(one) for one in answers]
        labels = Counter(one.labels[0] for one in short if len(one.labels) == 1)
        between = sum(len(one.labels) > 1 and not one.of_time for one in short)
        mixed = sum(len(one.labels) > 1 and one.of_time for one in short)
        silent = sum(map(is_silent, answers))
        uncertain = sum(not one.labels for one in short) - silent
        failed = sum(1 for e in entries if e.state is EntryState.FAILED)
        parts = [counted(n, label) for label, n in labels.most_common()]
        parts += [self.tr("{0} between two emotions").format(between)] if between else []
        parts += [self.tr("{0} with two emotions").format(mixed)] if mixed else []
        parts += [self.tr("{0} uncertain").format(uncertain)] if uncertain else []
        parts += [self.tr("{0} without speech").format(silent)] if silent else []
        parts += [self.tr("{0} without an answer").format(failed)] if failed else []
        left = sum(1 for e in entries if e.state in UNDER_WAY and e.recognition is None)
        parts += [self.tr("{0} waiting").format(left)] if left else []
        parts += [self.tr("paused")] if self._is_paused else []
        how_many = self.tr("1 recording") if len(entries) == 1 else self.tr("{0} recordings").format(len(entries))
        if entries:
            self.summary.setText(f"{how_many}: {', '.join(parts)}" if parts else how_many)
        else:
            self.summary.setText(
                self.tr("Drop audio files on this window, or choose them with “Open files…” (Ctrl+O).")
            )
        shares: Counter[str] = Counter()
        for one in short:
            shares.update({label: 1 / len(one.labels) / len(entries) for label in one.labels})
        self.strip.show_shares(dict(shares.most_common()))
        self.strip.setVisible(bool(shares))
        selection = self.selection()
        self.retry.setEnabled(bool(self._to_retry()))
        self.stop.setEnabled(any(entry.state in UNDER_WAY for entry in selection))
        self.remove.setEnabled(bool(selection))
        two = len(selection) == 2 and all(entry.recognition is not None for entry in selection)
        self.compare.setEnabled(two)
        self.compare_action.setEnabled(two)
        self.export.setEnabled(bool(answers))
        self._fit()

    def _to_retry(self) -> tuple[Entry, ...]:
        if selection := self.selection():
            return selection
        # the rows that the filter shows are looked at only if there is something to find: they may be a thousand
        some = any(entry.state in AGAIN for entry in self._session.entries())
        return tuple(entry for entry in self.shown() if entry.state in AGAIN) if some else ()

    def _remove(self) -> None:
        row = min((index.row() for index in self.table.selectionModel().selectedRows()), default=-1)
        self.remove_asked.emit(self.selection())
        left = self.proxy.rowCount()
        if row >= 0 and left:
            self.table.selectRow(min(row, left - 1))

    def _compare(self) -> None:
        one, other = self.selection()
        dialog = SideBySideDialog((one, other), self._session, self._theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._session.entry_at(index))

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for button in (self.compare, self.retry, self.stop, self.remove):
            action = QAction(button.text(), menu)
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
            menu.addAction(action)
        menu.popup(self.table.viewport().mapToGlobal(at))
