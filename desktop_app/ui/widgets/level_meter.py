"""The microphone's level in decibels of full scale."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.capture.level import FLOOR_DB, Level
from desktop_app.ui.language import translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar, draw_track

SHOWN_FLOOR_DB = -60.0
TICKS_DB = (-60, -40, -20, -10, 0)
TICK_GAP = 4  # pixels between two of them, at least


class LevelMeter(CalmBar):
    """A bar for the root mean square, a line for the peak, a scale in dB. Its value, for screen readers, is in dBFS."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level = Level()
        self.setRange(int(FLOOR_DB), 0)
        self.setValue(int(FLOOR_DB))
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Record", "Microphone level in decibels of full scale"))
        theme.changed.connect(self.update)

    def show_level(self, level: Level) -> None:
        """Show a level."""
        if level != self._level:
            self._level = level
            self.setValue(round(level.rms_db))
            self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(200, 30)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(80, 30)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        colours = self._theme.colours
        painter = self._theme.painter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 2, self._width, 8)
        draw_track(painter, track, self._theme)
        right = self._x(self._level.rms_db)
        if right > 1:
            painter.save()
            painter.setClipRect(QRectF(0, 0, right, 12))
            painter.setBrush(QColor(colours.good if self._level.peak_db < -1 else colours.record))
            painter.drawRoundedRect(track, 4, 4)
            painter.restore()
        peak = self._x(self._level.peak_db)
        if peak > 1:
            painter.setBrush(QColor(colours.text))
            painter.drawRect(QRectF(min(peak, self._width - 2.0), 0, 2, 12))
        painter.setPen(QColor(colours.quiet))
        painter.setFont(self._theme.font(10))
        free = self._width + TICK_GAP
        for tick in reversed(TICKS_DB):
            text = "0 dB" if tick == 0 else str(tick)
            width = painter.fontMetrics().horizontalAdvance(text)
            x = min(max(0.0, self._x(tick) - width / 2), self._width - width)
            if x + width + TICK_GAP <= free:  # else there is no room beside the one to its right
                painter.drawText(int(x), 25, text)
                free = x
        painter.end()

    @property
    def _width(self) -> float:
        return self.width() / self._theme.scale

    def _x(self, db: float) -> float:
        return max(0.0, min(1.0, 1 - db / SHOWN_FLOOR_DB)) * self._width
