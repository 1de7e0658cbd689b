"""All results as one table: sorted, filtered, tried again, stopped, exported."""

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.session import Entry, EntryState, SessionModel, sorted_view
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.filter_line import FilterLine

WIDE_FROM = 760  # pixels of width: under it the remarks need the room, and the tip of a row tells its folder
WIDE_NAME, NARROW_NAME = 200, 140


class ResultsPage(QWidget):
    """The session's recordings with everything that is known of them.

    Signals:
        opened: The Entry that was double-clicked, or on which Return was pressed.
        retry_asked, stop_asked: A tuple of Entry.
        back_asked: The person wants to see a single answer again.
    """

    opened = Signal(object)
    retry_asked = Signal(object)
    stop_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.proxy = sorted_view(session, self)
        self.filter = FilterLine(
            self.proxy, self.tr("Filter by name, answer, folder or remark"), self.tr("Filter the results")
        )
        self.table = QTableView()
        self.table.setModel(self.proxy)
        self.table.setAccessibleName(self.tr("Results"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)  # a second line would not be seen
        self.table.setTabKeyNavigation(False)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(SessionModel.NAME, Qt.SortOrder.AscendingOrder)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(32)
        header = self.table.horizontalHeader()
        # of fixed width: to fit the contents, every change of any row would measure all of them
        for column, width in ((0, WIDE_NAME), (1, 118), (2, 64), (3, 82), (4, 110)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(SessionModel.NOTE, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self.table.activated.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setToolTip(self.tr("Answer the selected recordings again; without a selection, those that failed"))
        self.retry.clicked.connect(lambda: self.retry_asked.emit(self._to_retry()))
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Stop the selected recordings that wait or run"))
        self.stop.clicked.connect(lambda: self.stop_asked.emit(self.selection()))
        self.back = QPushButton(self.tr("Back"))
        self.back.clicked.connect(self.back_asked)

        top = QHBoxLayout()
        top.addWidget(text_label("section", self.tr("All results")), 1)
        for button in (self.retry, self.stop, self.back):
            top.addWidget(button)
        card = Card(margin=20)
        card.content.addLayout(top)
        card.content.addWidget(self.filter)
        card.content.addWidget(self.filter.nothing)
        card.content.addWidget(self.table, 1)
        around = QVBoxLayout(self)
        around.setContentsMargins(24, 20, 24, 24)
        around.addWidget(card)

    def first_focus(self) -> QWidget:
        """The rows."""
        return self.table

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < WIDE_FROM
        if narrow != self.table.isColumnHidden(SessionModel.FOLDER):
            for column in (SessionModel.SEGMENTS, SessionModel.FOLDER):
                self.table.setColumnHidden(column, narrow)
            self.table.setColumnWidth(SessionModel.NAME, NARROW_NAME if narrow else WIDE_NAME)

    def selection(self) -> tuple[Entry, ...]:
        """The selected recordings, in the order shown."""
        return self._entries(sorted(index.row() for index in self.table.selectionModel().selectedRows()))

    def shown(self) -> tuple[Entry, ...]:
        """The recordings that the filter lets through, in the order shown."""
        return self._entries(range(self.proxy.rowCount()))

    def _entries(self, rows: Iterable[int]) -> tuple[Entry, ...]:
        entries = (self._session.entry_at(self.proxy.index(row, 0)) for row in rows)
        return tuple(entry for entry in entries if entry is not None)

    def _to_retry(self) -> tuple[Entry, ...]:
        again = (EntryState.FAILED, EntryState.STOPPED)
        return self.selection() or tuple(entry for entry in self.shown() if entry.state in again)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._session.entry_at(index))

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for text, button in ((self.tr("Try again"), self.retry), (self.tr("Stop"), self.stop)):
            action = QAction(text, menu)
            action.triggered.connect(button.click)
            menu.addAction(action)
        menu.popup(self.table.viewport().mapToGlobal(at))
