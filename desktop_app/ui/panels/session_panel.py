"""The list of this session's recordings and their answers."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QPushButton, QWidget

from desktop_app.ui.session import Entry, SessionModel, sorted_view
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.filter_line import FilterLine
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.recordings_table import RecordingsTable

ANSWER_WIDTH = 132  # pixels
LEAST_HEIGHT = 140  # pixels: the heading and three recordings
FILTER_FROM = 8  # recordings; a shorter list needs no filter


class SessionPanel(Card):
    """A table that can be sorted and filtered.

    Signals:
        selected: The Entry whose row is current.
        open_asked: The user wants to choose files.
    """

    selected = Signal(object)
    open_asked = Signal()

    def __init__(self, session: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12)
        self._session = session
        self.proxy = sorted_view(session, self)

        self.open = QPushButton(self.tr("Open files…"))
        self.open.setToolTip(self.tr("Choose audio files (Ctrl+O), or drop them anywhere on the window"))
        self.open.clicked.connect(self.open_asked)
        self.filter = FilterLine(self.proxy, self.tr("Filter"), self.tr("Filter the recordings"))
        self.filter.hide()
        self.empty = text_label("quiet", self.tr("Your recordings and dropped files are listed here."), wrap=True)

        widths = {SessionModel.ANSWER: ANSWER_WIDTH}
        self.table = RecordingsTable(theme, self.proxy, self.tr("Recordings of this session"), widths)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self.table.sortByColumn(SessionModel.ADDED, Qt.SortOrder.DescendingOrder)
        for column in range(SessionModel.SHARES, session.columnCount()):
            self.table.setColumnHidden(column, True)  # the table of all results has them; names need the room
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)

        top = FlowLayout(ends=True)
        top.addWidget(text_label("section", self.tr("Recordings")))
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
        """Make a recording's row the current one; None: no row, so that a click on any row is reported."""
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
