"""Which page is in front, and where the keyboard's focus goes when that changes.

A page is a widget that may have `first_focus() -> QWidget | None`: what has the keyboard when it comes to the front.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget


class Pages(QStackedWidget):
    """The pages. Left to itself Qt gives the focus of a page that goes to whatever comes next, a button among it.

    Signals:
        turned: The page that is in front now.
    """

    turned = Signal(object)

    def __init__(self, elsewhere: QWidget, parent: QWidget | None = None) -> None:
        """`elsewhere` has the focus where a page has no use for it."""
        super().__init__(parent)
        self._elsewhere = elsewhere
        QApplication.instance().focusChanged.connect(self._bring_into_view)  # type: ignore[union-attr]

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front. The focus goes to it from the page before; beside the pages it stays."""
        if page is self.currentWidget():
            return
        focused = QApplication.focusWidget()
        leaves = focused is None or focused is self or self.isAncestorOf(focused)
        self.setCurrentWidget(page)
        if leaves:
            self.take_focus()
        self.turned.emit(page)

    def take_focus(self) -> None:
        """Give the keyboard to the page in front."""
        page = self.currentWidget()
        first: QWidget | None = page.first_focus() if page is not None and hasattr(page, "first_focus") else None
        (first or self._elsewhere).setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_into_view(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What has the keyboard is seen: Qt scrolls for the Tab key, and for nothing else that moves the focus."""
        area = now.parentWidget() if now is not None else None
        while area is not None and now is not None:
            if isinstance(area, QScrollArea) and now.visibleRegion().isEmpty():
                area.ensureWidgetVisible(now)
            area = area.parentWidget()
