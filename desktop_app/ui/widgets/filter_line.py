"""A line to type in that lets some rows of a table through, and the sentence where it lets none."""

from PySide6.QtCore import QSortFilterProxyModel
from PySide6.QtWidgets import QLineEdit

from desktop_app.ui.widgets.card import text_label


class FilterLine(QLineEdit):
    """Filters a sorted view by what is typed.

    Attributes:
        nothing: A label for the place of the rows, seen while there are rows and none is let through.
    """

    def __init__(self, rows: QSortFilterProxyModel, placeholder: str, name: str) -> None:
        super().__init__()
        self._rows = rows
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.nothing = text_label("quiet", wrap=True)
        self.nothing.hide()
        self.textChanged.connect(rows.setFilterFixedString)
        self.textChanged.connect(self._look)
        for changed in (rows.rowsInserted, rows.rowsRemoved):
            changed.connect(self._look)

    def _look(self) -> None:
        none = bool(self.text()) and not self._rows.rowCount() and self._rows.sourceModel().rowCount() > 0
        if none:
            self.nothing.setText(self.tr("No recording matches “{0}”.").format(self.text()))
        self.nothing.setVisible(none)
