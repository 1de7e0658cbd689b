"""A recording over time: waveform, stacked probabilities, labels in words, a time axis; to zoom, hear and select."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from desktop_app.engine.recognition.answer import Recognition, Segment
from desktop_app.engine.recognition.timeline import Stretch, clock, ticks
from desktop_app.engine.sound.envelope import PEAK_S, columns
from desktop_app.ui.language import label_name, percent, translate
from desktop_app.ui.theme import Theme

SHORTEST_VIEW_S = 0.5
ZOOM_STEP = 1.5
WAVE_TOP, WAVE_HEIGHT = 4, 76
STACK_TOP, STACK_HEIGHT = 88, 108
NAMES_TOP, NAMES_HEIGHT = 200, 22
AXIS_TOP = 228
HEIGHT = 252


class TimelineView(QWidget):
    """Shows a part of one recording; everything is painted once into a picture and again only when something changed.

    Keys: left and right go from segment to segment, with Shift they select, Return plays, + and - zoom, 0 shows all.

    Signals:
        play_asked: Seconds from which to play.
        selected: The Stretch that is selected, or None.
        view_changed: The part that is shown became another.
    """

    play_asked = Signal(float)
    selected = Signal(object)
    view_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recognition: Recognition | None = None
        self._peaks: NDArray[np.float32] = np.zeros(0, np.float32)
        self._start_s, self._end_s = 0.0, 1.0
        self._position_s: float | None = None
        self._cursor = -1
        self._pressed_s: float | None = None
        self._selection: Stretch | None = None
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Timeline", "Emotions over time"))
        theme.changed.connect(self._repaint)

    @property
    def duration_s(self) -> float:
        """Length of the recording shown, at least SHORTEST_VIEW_S."""
        return max(self._recognition.duration_s if self._recognition else 0.0, SHORTEST_VIEW_S)

    @property
    def view(self) -> Stretch:
        """The part that is shown."""
        return Stretch(self._start_s, self._end_s)

    @property
    def selection(self) -> Stretch | None:
        """The part that is selected."""
        return self._selection

    def show_recording(self, recognition: Recognition | None, peaks: NDArray[np.float32]) -> None:
        """Shows all of a recording; peaks float32 [n] as `engine.sound.envelope.Peaks` gathers them."""
        self._recognition = recognition
        self._peaks = peaks
        self._cursor = -1
        self._position_s = None
        self._select(None)
        self.set_view(0.0, self.duration_s)

    def set_view(self, start_s: float, end_s: float) -> None:
        """Shows another part, moved and cut so that it lies within the recording."""
        length = min(max(end_s - start_s, SHORTEST_VIEW_S), self.duration_s)
        self._start_s = min(max(start_s, 0.0), self.duration_s - length)
        self._end_s = self._start_s + length
        self._repaint()
        self.view_changed.emit()

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Shows `factor` times less (above 1) or more, and keeps `around_s`, else the middle, in its place."""
        around = (self._start_s + self._end_s) / 2 if around_s is None else around_s
        # at the very end of zooming out the length is cut, and so must be the factor
        length = min((self._end_s - self._start_s) / factor, self.duration_s)
        share = (around - self._start_s) / (self._end_s - self._start_s)
        self.set_view(around - share * length, around + (1 - share) * length)

    def set_position(self, seconds: float | None) -> None:
        """Where the sound is just now; None: it does not play. The view follows it."""
        if seconds is not None and not self._start_s <= seconds <= self._end_s:
            length = self._end_s - self._start_s
            self.set_view(seconds - 0.05 * length, seconds + 0.95 * length)
        self._position_s = seconds
        self.update()

    def segment_at(self, seconds: float) -> Segment | None:
        """The segment that lies there."""
        segments = self._recognition.segments if self._recognition else ()
        return next((s for s in segments if s.start_s <= seconds < s.end_s), None)

    def seconds_at(self, x: float) -> float:
        """The time at a horizontal place of the widget."""
        share = min(max(x / max(self.width(), 1), 0.0), 1.0)
        return self._start_s + share * (self._end_s - self._start_s)

    def x_at(self, seconds: float) -> float:
        """The horizontal place of a time."""
        return (seconds - self._start_s) / (self._end_s - self._start_s) * self.width()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._repaint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if across:
            step = -across / 1200 * (self._end_s - self._start_s)
            self.set_view(self._start_s + step, self._end_s + step)
        elif along:
            self.zoom(ZOOM_STEP ** (along / 120), self.seconds_at(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._recognition:
            self._pressed_s = self.seconds_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_s is None:
            return
        pressed_x, x = self.x_at(self._pressed_s), event.position().x()
        if abs(x - pressed_x) >= QApplication.startDragDistance():
            here = self.seconds_at(x)
            self._select(Stretch(min(self._pressed_s, here), max(self._pressed_s, here)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_s is None:
            return
        pressed_x = self.x_at(self._pressed_s)
        if abs(event.position().x() - pressed_x) < QApplication.startDragDistance():
            self._select(None)
            self.play_asked.emit(self._pressed_s)
        self._pressed_s = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(self.seconds_at(event.position().x()))
        if segment is not None:
            self._select(Stretch(segment.start_s, segment.end_s))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(-1 if key == Qt.Key.Key_Left else 1, extend)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.play_asked.emit(self._selection.start_s if self._selection else self._start_s)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.set_view(0.0, self.duration_s)
        elif key == Qt.Key.Key_Escape and self._selection:
            self._select(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._picture is None:
            self._picture = self._painted()
        colours = self._theme.colours
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._selection:
            left, right = self.x_at(self._selection.start_s), self.x_at(self._selection.end_s)
            veil = QColor(colours.accent)
            veil.setAlpha(60)
            painter.fillRect(QRectF(left, 0, right - left, AXIS_TOP), veil)
            painter.setPen(QColor(colours.accent))
            painter.drawRect(QRectF(left, 0, max(right - left, 1), AXIS_TOP - 1))
        if self._position_s is not None:
            painter.fillRect(QRectF(self.x_at(self._position_s) - 1, 0, 2, AXIS_TOP), QColor(colours.record))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(0, 0, self.width() - 1, self.height() - 1)
        painter.end()

    def _step(self, step: int, extend: bool) -> None:
        segments = self._recognition.segments if self._recognition else ()
        if not segments:
            return
        self._cursor = min(max(self._cursor + step, 0), len(segments) - 1)
        segment = segments[self._cursor]
        start, end = segment.start_s, segment.end_s
        if extend and self._selection:
            start, end = min(start, self._selection.start_s), max(end, self._selection.end_s)
        self._select(Stretch(start, end))
        if not self._start_s <= segment.start_s <= self._end_s:
            length = self._end_s - self._start_s
            self.set_view(segment.start_s - length / 2, segment.start_s + length / 2)
        words = translate("Timeline", "{0} to {1}: {2}, {3}").format(
            clock(segment.start_s),
            clock(segment.end_s),
            label_name(segment.label),
            percent(segment.probabilities.get(segment.label, 0.0)),
        )
        self.setAccessibleDescription(words)

    def _select(self, stretch: Stretch | None) -> None:
        if stretch != self._selection:
            self._selection = stretch
            self.selected.emit(stretch)
            self.update()

    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.colours.card))
        painter = QPainter(picture)
        self._paint_waveform(painter)
        painter.fillRect(QRectF(0, STACK_TOP, self.width(), STACK_HEIGHT), QColor(self._theme.colours.track))
        self._paint_segments(painter)
        self._paint_axis(painter)
        painter.end()
        return picture

    def _paint_waveform(self, painter: QPainter) -> None:
        first, last = int(self._start_s / PEAK_S), int(np.ceil(self._end_s / PEAK_S))
        middle, half = WAVE_TOP + WAVE_HEIGHT / 2, WAVE_HEIGHT / 2
        heights = np.clip(columns(self._peaks[first:last], self.width()), 0.0, 1.0) * half
        painter.setPen(QColor(self._theme.colours.quiet))
        painter.drawLine(QLineF(0, middle, self.width(), middle))
        painter.drawLines([QLineF(x, middle - h, x, middle + h) for x, h in enumerate(heights.tolist()) if h >= 0.5])

    def _paint_segments(self, painter: QPainter) -> None:
        if self._recognition is None:
            return
        painter.setFont(self._theme.font(11))
        metrics = painter.fontMetrics()
        for segment in self._recognition.segments:
            if segment.end_s <= self._start_s or segment.start_s >= self._end_s:
                continue
            left, right = max(self.x_at(segment.start_s), 0.0), min(self.x_at(segment.end_s), float(self.width()))
            width = max(right - left, 1.0)
            bottom = float(STACK_TOP + STACK_HEIGHT)
            for label, share in segment.probabilities.items():
                height = share * STACK_HEIGHT
                bottom -= height
                box = QRectF(left, bottom, width, height)
                painter.fillRect(box, self._theme.emotion(label))
                painter.fillRect(box, self._theme.pattern(label))
            painter.fillRect(QRectF(left, NAMES_TOP, width, NAMES_HEIGHT), self._theme.emotion(segment.label))
            name = label_name(segment.label)
            if width >= metrics.horizontalAdvance(name) + 2:
                box = QRectF(left, NAMES_TOP, width, NAMES_HEIGHT)
                plate = QRectF(0, 0, min(metrics.horizontalAdvance(name) + 6, width), NAMES_HEIGHT - 4)
                plate.moveCenter(box.center())
                painter.fillRect(plate, QColor(self._theme.colours.card))
                painter.setPen(QColor(self._theme.colours.text))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_axis(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.colours.quiet))
        metrics = painter.fontMetrics()
        for time in ticks(self._start_s, self._end_s, max(2, self.width() // 80)):
            x, text = self.x_at(time), clock(time)
            painter.drawLine(QLineF(x, AXIS_TOP, x, AXIS_TOP + 4))
            half = metrics.horizontalAdvance(text) / 2
            inside = min(max(x - half, 1.0), self.width() - 2 * half - 1)
            painter.drawText(QPointF(inside, HEIGHT - 6), text)
