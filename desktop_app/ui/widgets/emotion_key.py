"""The key to colours and hatches: a dot and a name for each emotion."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.ui.language import label_name
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.dot import Dot
from desktop_app.ui.widgets.flow_layout import FlowLayout


class EmotionKey(FlowLayout):
    """Names in a row that wraps, to be put beside what they explain."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing=12)
        self._theme = theme
        self._labels: tuple[str, ...] = ()

    def show_labels(self, labels: Iterable[str]) -> None:
        """Show these emotions, in this order."""
        if (wanted := tuple(labels)) == self._labels:
            return
        self._labels = wanted
        while (item := self.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for label in wanted:
            dot = Dot(self._theme)
            dot.show_label(label)
            name = QWidget()
            row = QHBoxLayout(name)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
            row.addWidget(dot)
            row.addWidget(text_label("small", label_name(label)))
            self.addWidget(name)
