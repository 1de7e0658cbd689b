"""A table of recordings, one row each; the name column takes the remaining room."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop_app.ui.theme import Theme

ROW_HEIGHT = 32
MOST_OF_TABLE = 0.5  # for a column besides the name


class NameDelegate(QStyledItemDelegate):
    """A name that is too long keeps its beginning and its end; whatever else is too long, its beginning."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class RecordingsTable(QTableView):
    """Sorted by clicking on its header; read-only, without horizontal scrolling.

    Attributes:
        widths: Widths of all columns except the name's, in pixels for text of the usual size.
        wider: Of those whose text may be longer, the widths that they grow to, one after the other, where the name has
            more than `least_name`.
    """

    def __init__(
        self,
        theme: Theme,
        rows: QAbstractItemModel,
        name: str,
        widths: Mapping[int, int],
        wider: Mapping[int, int] = MappingProxyType({}),
        least_name: int = 0,
    ) -> None:
        super().__init__()
        self._theme = theme
        self.widths, self.wider, self._least_name = dict(widths), dict(wider), least_name
        self.setModel(rows)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)  # a second line would be cut off
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.setItemDelegateForColumn(0, NameDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        # only visible rows are measured; measuring all of four hundred at each change is slow
        header.setResizeContentsPrecision(0)
        theme.changed.connect(self._fit_text)
        self._fit_text()

    def sizeHint(self) -> QSize:
        """No higher than it must be: it has what the others leave, and the page around it scrolls no sooner."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def show_what_fits(self, wanted: tuple[int, ...], first_to_go: tuple[int, ...], room: int) -> None:
        """Show the wanted columns; those that come first in `first_to_go` are hidden until the rest fits, in pixels."""
        shown = list(wanted)
        for column in first_to_go:
            if sum(self._theme.px(self.widths[one]) for one in shown) > room and column in shown:
                shown.remove(column)
        changed = [column for column in self.widths if self.isColumnHidden(column) == (column in shown)]
        for column in changed:
            self.setColumnHidden(column, column not in shown)
        if changed:  # else all fit as they did; this is called at every answer
            self._fit_text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_text()

    def on_delete(self, act: Callable[[], object]) -> None:
        """Set what the Delete key does."""
        key = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(act)

    def _fit_text(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.px(ROW_HEIGHT))
        # not the contents' widths, since fitting them would measure all rows at every change
        room = self.viewport().width()
        most = round(MOST_OF_TABLE * room)
        fitted = {column: min(self._theme.px(width), most) for column, width in self.widths.items()}
        spare = room - self._theme.px(self._least_name)
        spare -= sum(width for column, width in fitted.items() if not self.isColumnHidden(column))
        for column, width in self.wider.items():
            if spare > 0 and not self.isColumnHidden(column):
                more = min(spare, self._theme.px(width) - fitted[column])
                fitted[column] += more
                spare -= more
        for column, width in fitted.items():
            self.horizontalHeader().resizeSection(column, width)
