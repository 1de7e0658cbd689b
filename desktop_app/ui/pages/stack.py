"""The stack of pages, and where the keyboard focus goes when the page in front changes.

A page is a widget; its method `first_focus() -> QWidget | None`, if any, tells what gets the focus with the page.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget


class Pages(QStackedWidget):
    """The pages. By default Qt moves the focus of a hidden page to the next widget, which may be a button.

    Signals:
        turned: The page that came to the front.
    """

    turned = Signal(object)

    def __init__(self, elsewhere: QWidget, parent: QWidget | None = None) -> None:
        """`elsewhere` gets the focus if a page does not want it."""
        super().__init__(parent)
        self._elsewhere = elsewhere
        QApplication.instance().focusChanged.connect(self._bring_into_view)  # type: ignore[union-attr]

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front. The focus moves to it if the last page had it; elsewhere it stays."""
        if page is self.currentWidget():
            return
        focused = QApplication.focusWidget()
        leaves = focused is None or focused is self or self.isAncestorOf(focused)
        self.setCurrentWidget(page)
        if leaves:
            self.take_focus()
        self.turned.emit(page)

    def take_focus(self) -> None:
        """Give the focus to the page in front."""
        page = self.currentWidget()
        first: QWidget | None = page.first_focus() if page is not None and hasattr(page, "first_focus") else None
        (first or self._elsewhere).setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_into_view(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Scroll to the widget with the focus; Qt does this only if the Tab key moved it."""
        area = now.parentWidget() if now is not None else None
        while area is not None and now is not None:
            if isinstance(area, QScrollArea) and now.visibleRegion().isEmpty():
                area.ensureWidgetVisible(now)
            area = area.parentWidget()
