"""The left side of every page: recording, the choice of a voice, the recordings of this session."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.theme import Theme

WIDTH = 340
MOST_OF_WINDOW = 0.42


class Side(QScrollArea):
    """Scrolls, since a small screen has no room for all of it while a voice is taught."""

    def __init__(self, theme: Theme, *panels: QWidget) -> None:
        """The last panel gets the room that the others leave."""
        super().__init__()
        self._theme = theme
        side = QWidget()
        side.setObjectName("side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(12)
        for panel in panels:
            column.addWidget(panel, 1 if panel is panels[-1] else 0)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(side)
        theme.changed.connect(self._fit_text)

    def fit(self, window_width: int) -> None:
        """Make it as wide as its text needs, but less than half of the window."""
        self.setFixedWidth(min(self._theme.px(WIDTH), round(MOST_OF_WINDOW * window_width)))

    def _fit_text(self) -> None:
        self.fit(self.window().width())
