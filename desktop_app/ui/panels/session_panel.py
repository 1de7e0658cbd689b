"""The list of this session's recordings and what was heard in them."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTableView, QWidget

from desktop_app.ui.session import Entry, SessionModel, sorted_view
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.filter_line import FilterLine

ANSWER_WIDTH = 118  # pixels
LEAST_HEIGHT = 140  # pixels: the heading and three recordings
FILTER_FROM = 8  # recordings; a shorter list is read at a glance


class SessionPanel(Card):
    """A table that can be sorted and filtered.

    Signals:
        selected: The Entry whose row is current.
        open_asked: The person wants to choose files.
    """

    selected = Signal(object)
    open_asked = Signal()

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12)
        self._session = session
        self.proxy = sorted_view(session, self)

        self.open = QPushButton(self.tr("Open files…"))
        self.open.setToolTip(self.tr("Choose audio files (Ctrl+O), or drop them anywhere on the window"))
        self.open.clicked.connect(self.open_asked)
        self.filter = FilterLine(self.proxy, self.tr("Filter"), self.tr("Filter the recordings"))
        self.filter.hide()
        self.empty = text_label("quiet", self.tr("Your recordings and dropped files are listed here."), wrap=True)

        self.table = QTableView()
        self.table.setModel(self.proxy)
        self.table.setAccessibleName(self.tr("Recordings of this session"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self.table.setWordWrap(False)  # a second line would not be seen
        self.table.setTabKeyNavigation(False)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(SessionModel.ADDED, Qt.SortOrder.DescendingOrder)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(34)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(SessionModel.NAME, QHeaderView.ResizeMode.Stretch)
        # of fixed width: to fit the contents, every change of any row would measure all of them
        header.setSectionResizeMode(SessionModel.ANSWER, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(SessionModel.ANSWER, ANSWER_WIDTH)
        for column in range(SessionModel.SHARES, session.columnCount()):
            self.table.setColumnHidden(column, True)  # the table of all results has them; names need the room
        header.setResizeContentsPrecision(
            0
        )  # by the rows in sight: all of four hundred would be measured at each change
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)

        top = QHBoxLayout()
        top.addWidget(text_label("section", self.tr("Recordings")), 1)
        top.addWidget(self.open)
        self.content.addLayout(top)
        self.content.addWidget(self.filter)
        self.content.addWidget(self.filter.nothing)
        self.content.addWidget(self.empty)
        self.content.addWidget(self.table, 1)
        self.content.addStretch(0)
        session.rowsInserted.connect(self._count_changed)
        session.rowsRemoved.connect(self._count_changed)
        self._count_changed()

    def select(self, entry: Entry | None) -> None:
        """Make a recording's row the current one; None: no row, so that a click on any of them says so."""
        if entry is None:
            self.table.selectionModel().clear()
        else:
            index = self.proxy.mapFromSource(self._session.index(self._session.row_of(entry.number), 0))
            self.table.setCurrentIndex(index)

    def _current_changed(self, current: QModelIndex) -> None:
        entry = self._session.entry_at(current)
        if entry is not None:
            self.selected.emit(entry)

    def _count_changed(self) -> None:
        count = self._session.rowCount()
        self.table.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        self.filter.setVisible(count >= FILTER_FROM or bool(self.filter.text()))
