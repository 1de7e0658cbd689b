"""The shares of emotions side by side in one bar: for one answer in a table's cell, or for many answers."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.ui.theme import Theme

DOT = 12
BAR_HEIGHT = 12
SHARES_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""The answer's pairs of label and share, 0 to 1."""
LABEL_ROLE = int(Qt.ItemDataRole.UserRole) + 3
"""The row's emotion, if it can be relied on."""


def paint_shares(painter: QPainter, room: QRectF, shares: Mapping[str, float], theme: Theme) -> None:
    """Paints shares that sum to 1 at most, in their order, each with its emotion's colour and hatch."""
    path = QPainterPath()
    path.addRoundedRect(room, room.height() / 2, room.height() / 2)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.NonCosmeticBrushPatterns)
    painter.setClipPath(path)
    painter.fillRect(room, QColor(theme.colours.track))
    x = room.x()
    for label, share in shares.items():
        part = QRectF(x, room.y(), share * room.width(), room.height())
        painter.fillRect(part, theme.emotion(label))
        painter.fillRect(part, theme.pattern(label))
        x += part.width()
    painter.restore()


class SharesBar(QWidget):
    """A bar as a widget; its values stand in words beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: Mapping[str, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_shares(self, shares: Mapping[str, float]) -> None:
        """Show shares that sum to 1 at most."""
        if shares != self._shares:
            self._shares = dict(shares)
            self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(200, BAR_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shares(painter, QRectF(self.rect()), self._shares, self._theme)
        painter.end()


class SharesDelegate(QStyledItemDelegate):
    """Paints a cell's SHARES_ROLE as a bar; the cell's text is for screen readers and exports."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        shares = index.data(SHARES_ROLE)
        if shares:
            room = QRectF(option.rect).adjusted(6, 0, -10, 0)
            height = self._theme.px(BAR_HEIGHT)
            top = room.center().y() - height / 2
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_shares(painter, QRectF(room.x(), top, room.width(), height), dict(shares), self._theme)
            painter.restore()


class AnswerDelegate(QStyledItemDelegate):
    """Paints a cell's LABEL_ROLE as a dot before its text."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        label = index.data(LABEL_ROLE)
        size = self._theme.px(DOT)
        dot = QRectF(option.rect.x() + 6, option.rect.center().y() + 0.5 - size / 2, size, size)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        option.rect.adjust(size + 6, 0, 0, 0)
        super().paint(painter, option, index)
        if label:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for brush in (self._theme.emotion(label), self._theme.pattern(label)):
                painter.setBrush(brush)
                painter.drawEllipse(dot)
            painter.restore()
