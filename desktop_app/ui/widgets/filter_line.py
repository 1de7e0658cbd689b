"""A text field that filters the rows of a table, and the sentence shown if no row matches."""

from PySide6.QtCore import QSortFilterProxyModel
from PySide6.QtWidgets import QLineEdit

from desktop_app.ui.widgets.card import text_label


class FilterLine(QLineEdit):
    """Filters a sorted view by the text.

    Attributes:
        nothing: A label in place of the rows, visible if there are rows but none matches.
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
