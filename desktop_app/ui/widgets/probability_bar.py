"""One emotion's bar for the mix, with two thin ones below it for classifier and neighbours."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.language import label_name, percent, translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar, draw_track

NAME_WIDTH = 104
SHARE_WIDTH = 58
PALE = 130  # of 255


@dataclass(frozen=True)
class BarRow:
    """The values of one bar, 0 to 1; model and neighbours are None in live answers.

    Attributes:
        strong: True for the most probable emotion of an answer that can be relied on.
        sure: False for an answer that can't, whose bars are pale.
    """

    label: str
    mix: float
    model: float | None = None
    neighbours: float | None = None
    strong: bool = False
    sure: bool = True


class ProbabilityBar(CalmBar):
    """A progress bar for screen readers, whose name gives the emotion and all three shares."""

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row = BarRow(label, 0.0)
        self.setRange(0, 100)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_row(self.row)
        theme.changed.connect(self.update)

    def show_row(self, row: BarRow) -> None:
        """Show the values of a row."""
        self.row = row
        self.setValue(round(100 * row.mix))
        name = f"{label_name(row.label)} {percent(row.mix)}"
        if row.model is not None and row.neighbours is not None:
            name = translate("Answer", "{0}; model {1}, nearest recordings {2}").format(
                name, percent(row.model), percent(row.neighbours)
            )
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(420, 38)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(200, 38)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours, row = self._theme.colours, self.row
        painter = self._theme.painter(self)
        whole = self.width() / self._theme.scale
        weight = QFont.Weight.DemiBold if row.strong else QFont.Weight.Normal
        painter.setFont(self._theme.font(15, weight))
        painter.setPen(QColor(colours.text))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, NAME_WIDTH, 24), left, label_name(row.label))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(whole - SHARE_WIDTH, 0, SHARE_WIDTH, 24), right, percent(row.mix))
        width = whole - NAME_WIDTH - SHARE_WIDTH
        self._draw(painter, QRectF(NAME_WIDTH, 4, width, 16), row.mix, hatch=True)
        if row.model is not None and row.neighbours is not None:
            self._draw(painter, QRectF(NAME_WIDTH, 24, width, 4), row.model, faint=True)
            self._draw(painter, QRectF(NAME_WIDTH, 31, width, 4), row.neighbours, faint=True, dashed=True)
        painter.end()

    def _draw(
        self,
        painter: QPainter,
        track: QRectF,
        share: float,
        hatch: bool = False,
        faint: bool = False,
        dashed: bool = False,
    ) -> None:
        radius = min(5.0, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        if not faint:
            draw_track(painter, track, self._theme)
        filled = track.width() * max(0.0, min(1.0, share))
        if filled < 1:
            return
        colour = self._theme.emotion(self.row.label)
        if not self.row.sure:
            colour.setAlpha(PALE)
        painter.save()
        painter.setClipRect(QRectF(track.x(), track.y(), filled, track.height()))
        painter.setBrush(colour)
        if dashed:
            x = track.x()
            while x < track.x() + filled:
                painter.drawRect(QRectF(x, track.y(), 5, track.height()))
                x += 8
        else:
            painter.drawRoundedRect(
                QRectF(track.x(), track.y(), max(filled, 2 * radius), track.height()), radius, radius
            )
        if hatch:
            painter.setBrush(self._theme.pattern(self.row.label))
            painter.drawRect(track)
        painter.restore()
