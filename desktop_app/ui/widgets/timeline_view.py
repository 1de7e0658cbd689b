"""A recording over time: waveform, stacked probabilities, labels, time axis; to zoom, play and select."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
    qRgb,
)
from PySide6.QtWidgets import QAbstractSlider, QApplication, QSizePolicy, QWidget

from desktop_app.engine.recognition.answer import Recognition, Segment
from desktop_app.engine.recognition.timeline import Stretch, clock, smoothed_shares, ticks
from desktop_app.engine.sound.envelope import PEAK_S, columns, means
from desktop_app.engine.sound.pitch import HIGHEST_HZ, LOWEST_HZ
from desktop_app.ui.language import label_name, percent, speaker_label, translate
from desktop_app.ui.theme import Theme

SHORTEST_VIEW_S = 0.5
ZOOM_STEP = 1.5
GAP = 8  # between two bands
NAMES_HEIGHT = 22
LANE_HEIGHT = 28  # the upper half shows the name
LANE_STRIP = 10
AXIS_HEIGHT = 24
PITCH_HEIGHT = 84
PITCH_MARKS = (100, 200, 400)  # Hz, an octave apart
PLATE_ALPHA = 190  # of 255: the curve shines through behind the axis's numbers
LEAST_SEGMENT = 14  # pixels; if segments are narrower on average, their smoothed course is shown
SMOOTHED_OVER = 18  # pixels
EVERY = 2  # pixels: the course is computed at this distance
FULL_SCALE = 0.999


@dataclass(frozen=True)
class Bands:
    """The bands' places in pixels, from top to bottom: waveform, pitch, shares, names, speakers' lanes, axis."""

    wave: int
    stack: int
    lanes: int = 0
    pitch: int = 0

    @property
    def pitch_top(self) -> int:
        return self.wave + GAP

    @property
    def stack_top(self) -> int:
        return self.pitch_top + self.pitch + (GAP if self.pitch else 0)

    @property
    def names_top(self) -> int:
        return self.stack_top + self.stack + GAP // 2

    @property
    def axis_top(self) -> int:
        return self.lanes_top + self.lanes * LANE_HEIGHT + GAP

    @property
    def lanes_top(self) -> int:
        return self.names_top + NAMES_HEIGHT + (GAP if self.lanes else 0)

    @property
    def height(self) -> int:
        return self.axis_top + AXIS_HEIGHT


USUAL = Bands(wave=80, stack=108)
LARGE = Bands(wave=104, stack=176)


class TimelineView(QAbstractSlider):
    """Shows a part of one recording, painted into a cached picture that is renewed only when something changes.

    For screen readers it is a slider whose value is the start of the selection in seconds, with a description.

    Keys: left and right go from segment to segment, with Shift they select, Return plays, + and - zoom, 0 shows all.

    Signals:
        play_asked: Seconds from which to play.
        selected: The selected Stretch, or None.
        view_changed: The part that is shown has changed.
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
        self._spectrogram: tuple[Stretch, NDArray[np.uint8]] | None = None
        self._pitch: tuple[Stretch, NDArray[np.float32], float] | None = None
        self._bands = USUAL
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Timeline", "Emotions over time"))
        theme.changed.connect(self._repaint)
        self.valueChanged.connect(self._go_to)

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

    def show_recording(
        self, recognition: Recognition | None, peaks: NDArray[np.float32], is_large: bool = False
    ) -> None:
        """Shows all of a recording; peaks float32 [n] as `engine.sound.envelope.Peaks` gathers them."""
        several = len(recognition.speakers) if recognition is not None and len(recognition.speakers) > 1 else 0
        self._bands = replace(LARGE if is_large else USUAL, lanes=several, pitch=self._bands.pitch)
        self.updateGeometry()
        self._recognition = recognition
        self._peaks = peaks
        self._spectrogram = None
        self._pitch = None
        self._cursor = -1
        self._position_s = None
        self._select(None)
        self.blockSignals(True)
        self.setRange(0, int(self.duration_s))
        self.setValue(0)
        self.blockSignals(False)
        self.set_view(0.0, self.duration_s)

    @property
    def spectrogram_size(self) -> tuple[int, int]:
        """The columns and rows of a spectrogram that there is room for."""
        return max(1, round(self._width)), self._bands.wave

    @property
    def has_spectrogram(self) -> bool:
        """Whether there is one for the visible part."""
        return self._spectrogram is not None and self._spectrogram[0] == self.view

    def show_spectrogram(self, part: Stretch, levels: NDArray[np.uint8] | None) -> None:
        """Shows a picture of `engine.sound.spectrogram` in place of the waveform while its part is visible; or None."""
        self._spectrogram = (part, levels) if levels is not None else None
        self._repaint()

    @property
    def has_pitch(self) -> bool:
        """Whether the pitch of the visible part is shown."""
        return self._pitch is not None and self._pitch[0] == self.view

    def set_pitch_visible(self, visible: bool) -> None:
        """Makes room for the pitch below the waveform, or none."""
        self._bands = replace(self._bands, pitch=PITCH_HEIGHT if visible else 0)
        self._pitch = None
        self.updateGeometry()
        self._repaint()

    def show_pitch(self, part: Stretch, hz: NDArray[np.float32], step_s: float) -> None:
        """Shows the pitch of a part, float32 [n] in Hz, every `step_s` seconds from its start; NaN: no pitch."""
        self._pitch = (part, hz, step_s)
        self._repaint()

    def set_view(self, start_s: float, end_s: float) -> None:
        """Shows another part, moved and shortened to lie within the recording."""
        length = min(max(end_s - start_s, SHORTEST_VIEW_S), self.duration_s)
        self._start_s = min(max(start_s, 0.0), self.duration_s - length)
        self._end_s = self._start_s + length
        self._repaint()
        self.view_changed.emit()

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Zooms in (`factor` above 1) or out, keeping the place of `around_s`, or of the middle."""
        around = (self._start_s + self._end_s) / 2 if around_s is None else around_s
        # when zooming out, the length is limited, and so is the factor
        length = min((self._end_s - self._start_s) / factor, self.duration_s)
        share = (around - self._start_s) / (self._end_s - self._start_s)
        self.set_view(around - share * length, around + (1 - share) * length)

    def set_position(self, seconds: float | None) -> None:
        """Shows the position of the sound, which the view follows; None: nothing is playing."""
        if seconds is not None and not self._start_s <= seconds <= self._end_s:
            length = self._end_s - self._start_s
            self.set_view(seconds - 0.05 * length, seconds + 0.95 * length)
        self._position_s = seconds
        self.update()

    def segment_at(self, seconds: float) -> Segment | None:
        """The segment at a time."""
        segments = self._recognition.segments if self._recognition else ()
        return next((s for s in segments if s.start_s <= seconds < s.end_s), None)

    def seconds_at(self, x: float) -> float:
        """The time at an x coordinate of the widget."""
        share = min(max(x / max(self.width(), 1), 0.0), 1.0)
        return self._start_s + share * (self._end_s - self._start_s)

    def x_at(self, seconds: float) -> float:
        """The x coordinate of a time."""
        return (seconds - self._start_s) / (self._end_s - self._start_s) * self.width()

    def sizeHint(self) -> QSize:
        return self._theme.size(600, self._bands.height)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(240, self._bands.height)

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
        colours, bottom = self._theme.colours, self._bands.axis_top
        painter = self._theme.painter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._selection:
            left, right = self._x(self._selection.start_s), self._x(self._selection.end_s)
            veil = QColor(colours.accent)
            veil.setAlpha(60)
            painter.fillRect(QRectF(left, 0, right - left, bottom), veil)
            painter.setPen(QColor(colours.accent))
            painter.drawRect(QRectF(left, 0, max(right - left, 1), bottom - 1))
        if self._position_s is not None:
            painter.fillRect(QRectF(self._x(self._position_s) - 1, 0, 2, bottom), QColor(colours.record))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(QRectF(0.5, 0.5, self._width - 1, self._bands.height - 1))
        painter.end()

    @property
    def _width(self) -> float:
        """The widget's width in the painter's units."""
        return self.width() / self._theme.scale

    def _x(self, seconds: float) -> float:
        """The painter's x coordinate of a time."""
        return self.x_at(seconds) / self._theme.scale

    def _step(self, step: int, extend: bool) -> None:
        segments = self._recognition.segments if self._recognition else ()
        if not segments:
            return
        self._cursor = min(max(self._cursor + step, 0), len(segments) - 1)
        self._go(segments[self._cursor], extend)

    def _go_to(self, seconds: int) -> None:
        """Called when a screen reader moves the slider."""
        segments = self._recognition.segments if self._recognition else ()
        if not segments or (self._selection is not None and int(self._selection.start_s) == seconds):
            return
        self._cursor = min(range(len(segments)), key=lambda i: abs(segments[i].start_s - seconds))
        self._go(segments[self._cursor])

    def _go(self, segment: Segment, extend: bool = False) -> None:
        start, end = segment.start_s, segment.end_s
        if extend and self._selection:
            start, end = min(start, self._selection.start_s), max(end, self._selection.end_s)
        words = translate("Timeline", "{0} to {1}: {2}, {3}").format(
            clock(segment.start_s),
            clock(segment.end_s),
            label_name(segment.label),
            percent(segment.probabilities.get(segment.label, 0.0)),
        )
        if self._bands.lanes and segment.speaker is not None and self._recognition is not None:
            name = speaker_label(self._recognition.speaker_of(segment), segment.speaker)
            words = f"{name}, {words}"
        self.setAccessibleDescription(words)
        self._select(Stretch(start, end))
        if not self._start_s <= segment.start_s <= self._end_s:
            length = self._end_s - self._start_s
            self.set_view(segment.start_s - length / 2, segment.start_s + length / 2)

    def select(self, stretch: Stretch | None) -> None:
        """Selects a part and scrolls to it; None clears the selection."""
        self._select(stretch)
        if stretch is not None and not self._start_s <= stretch.start_s <= stretch.end_s <= self._end_s:
            length = max(self._end_s - self._start_s, 1.2 * (stretch.end_s - stretch.start_s))
            middle = (stretch.start_s + stretch.end_s) / 2
            self.set_view(middle - length / 2, middle + length / 2)

    def _select(self, stretch: Stretch | None) -> None:
        if stretch != self._selection:
            self._selection = stretch
            if stretch is not None:
                self.setValue(int(stretch.start_s))
            self.selected.emit(stretch)
            self.update()

    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def _painted(self) -> QPixmap:
        ratio, bands = self.devicePixelRatioF() * self._theme.scale, self._bands
        picture = QPixmap(max(1, round(self._width * ratio)), max(1, round(bands.height * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.colours.card))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.NonCosmeticBrushPatterns)
        self._paint_waveform(painter)
        if bands.pitch:
            self._paint_pitch(painter)
        painter.fillRect(QRectF(0, bands.stack_top, self._width, bands.stack), QColor(self._theme.colours.track))
        segments = self._recognition.segments if self._recognition else ()
        seen = [s for s in segments if s.end_s > self._start_s and s.start_s < self._end_s]
        if seen and self._width / len(seen) < LEAST_SEGMENT:
            self._paint_course(painter, seen)
        else:
            self._paint_segments(painter, seen)
        if self._bands.lanes:
            self._paint_lanes(painter, seen)
        self._paint_axis(painter)
        painter.end()
        return picture

    def _paint_waveform(self, painter: QPainter) -> None:
        """Paints each column's largest peak, pale, and in it the mean of its peaks, for loudness over minutes."""
        if self._spectrogram is not None and self.has_spectrogram:
            self._paint_spectrogram(painter, self._spectrogram[1])
            return
        middle = half = self._bands.wave / 2
        first, last = int(self._start_s / PEAK_S), int(np.ceil(self._end_s / PEAK_S))
        n = max(1, round(self._width))
        peaks = self._peaks[first:last]
        if last > len(self._peaks) > first:  # the axis ends a little after the last sound
            n = max(1, round(n * len(peaks) / (last - first)))
        highest = np.clip(columns(peaks, n), 0.0, 1.0)
        usual = np.clip(means(peaks, n), 0.0, 1.0)
        colours = self._theme.colours
        painter.setPen(QColor(colours.edge))
        painter.drawLine(QLineF(0, middle, self._width, middle))
        for heights, colour in ((highest, colours.edge), (usual, colours.text)):
            painter.setPen(QColor(colour))
            lengths = (heights * half).tolist()
            painter.drawLines([QLineF(x, middle - h, x, middle + h) for x, h in enumerate(lengths) if h >= 0.5])
        painter.setPen(QPen(QColor(colours.record), 2))
        painter.drawLines([QLineF(x, 0, x, 4) for x in np.flatnonzero(highest >= FULL_SCALE).tolist()])

    def _paint_spectrogram(self, painter: QPainter, levels: NDArray[np.uint8]) -> None:
        """Paints with colours from the card's to the text's."""
        rows, columns = levels.shape
        image = QImage(np.ascontiguousarray(levels).tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
        low, high = QColor(self._theme.colours.card), QColor(self._theme.colours.text)
        first, last = ([colour.red(), colour.green(), colour.blue()] for colour in (low, high))
        steps = np.linspace(first, last, 256).round().astype(int).tolist()
        image.setColorTable([qRgb(red, green, blue) for red, green, blue in steps])
        painter.drawImage(QRectF(0, 0, self._width, self._bands.wave), image)

    def _paint_pitch(self, painter: QPainter) -> None:
        """Paints an axis of octaves, and the voiced stretches of the pitch as lines."""
        bands, colours = self._bands, self._theme.colours

        def height(hz: NDArray[np.float32] | float) -> NDArray[np.float64]:
            share = np.log(hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)
            return np.asarray(bands.pitch_top + bands.pitch * (1 - share))

        painter.save()
        painter.setClipRect(QRectF(0, bands.pitch_top, self._width, bands.pitch))
        painter.setFont(self._theme.font(11))
        marks = {mark: float(height(mark)) for mark in PITCH_MARKS}
        painter.setPen(QColor(colours.line))
        painter.drawLines([QLineF(0, y, self._width, y) for y in marks.values()])
        if self._pitch is not None:
            part, hz, step_s = self._pitch
            xs = [self._x(part.start_s + i * step_s) for i in range(len(hz))]
            points = [QPointF(x, y) for x, y in zip(xs, np.nan_to_num(height(hz)).tolist(), strict=True)]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.accent), 2, c=Qt.PenCapStyle.RoundCap))
            for begin, end in _runs(~np.isnan(hz)):
                painter.drawPolyline(points[begin:end] if end - begin > 1 else [points[begin], points[begin]])
        painter.setPen(QColor(colours.quiet))
        veil = QColor(colours.card)
        veil.setAlpha(PLATE_ALPHA)
        for mark, y in marks.items():
            plate = painter.fontMetrics().boundingRect(f"{mark} Hz").translated(2, round(y) - 3)
            painter.fillRect(plate, veil)
            painter.drawText(QPointF(2, round(y) - 3), f"{mark} Hz")
        painter.restore()

    def _paint_segments(self, painter: QPainter, segments: Sequence[Segment]) -> None:
        bands = self._bands
        for segment in segments:
            left, right = max(self._x(segment.start_s), 0.0), min(self._x(segment.end_s), self._width)
            width = max(right - left, 1.0)
            bottom = float(bands.stack_top + bands.stack)
            for label, share in segment.probabilities.items():
                height = share * bands.stack
                bottom -= height
                box = QRectF(left, bottom, width, height)
                painter.fillRect(box, self._theme.emotion(label))
                painter.fillRect(box, self._theme.pattern(label))
            self._paint_label(painter, QRectF(left, bands.names_top, width, NAMES_HEIGHT), segment.label)
        for label, run in groupby(segments, key=lambda segment: segment.label):
            first, *others = run
            left = max(self._x(first.start_s), 0.0)
            right = min(self._x((others or [first])[-1].end_s), self._width)
            self._paint_name(painter, QRectF(left, bands.names_top, right - left, NAMES_HEIGHT), label)

    def _paint_course(self, painter: QPainter, segments: Sequence[Segment]) -> None:
        """Paints many segments: the smoothed course of their shares, and the strongest label."""
        bands = self._bands
        labels = list(segments[0].probabilities)
        xs = np.arange(0.0, self._width + EVERY, EVERY)
        per_pixel = (self._end_s - self._start_s) / max(self._width, 1)
        times = self._start_s + xs * per_pixel
        shares = smoothed_shares(segments, labels, times, SMOOTHED_OVER * per_pixel)
        is_speech = ~np.isnan(shares[:, 0])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.save()
        painter.setClipRect(QRectF(0, 0, self._width, bands.height))
        for begin, end in _runs(is_speech):
            below = bands.stack_top + bands.stack - bands.stack * np.cumsum(shares[begin:end], axis=1)
            under = np.full(end - begin, float(bands.stack_top + bands.stack))
            at = xs[begin:end]
            for i, label in enumerate(labels):
                over = below[:, i]
                forth = [QPointF(x, y) for x, y in zip(at.tolist(), over.tolist(), strict=True)]
                back = [QPointF(x, y) for x, y in zip(at[::-1].tolist(), under[::-1].tolist(), strict=True)]
                area = QPolygonF(forth + back)
                for brush in (self._theme.emotion(label), self._theme.pattern(label)):
                    painter.setBrush(brush)
                    painter.drawPolygon(area)
                under = over
            leads = np.argmax(shares[begin:end], axis=1)
            turns = np.concatenate([[0], np.flatnonzero(np.diff(leads)) + 1, [len(leads)]])
            for first, last in pairwise(turns.tolist()):
                left, width = at[first], max((last - first) * EVERY, EVERY)
                box = QRectF(left, bands.names_top, width, NAMES_HEIGHT)
                self._paint_label(painter, box, labels[leads[first]])
                self._paint_name(painter, box, labels[leads[first]])
        painter.restore()

    def _paint_label(self, painter: QPainter, box: QRectF, label: str) -> None:
        painter.fillRect(box, self._theme.emotion(label))
        painter.fillRect(box, self._theme.pattern(label))

    def _paint_name(self, painter: QPainter, box: QRectF, label: str) -> None:
        """Paints a label's name if it fits."""
        painter.setFont(self._theme.font(11))
        name = label_name(label)
        needed = painter.fontMetrics().horizontalAdvance(name)
        if box.width() >= needed + 2:
            plate = QRectF(0, 0, min(needed + 6, box.width()), box.height() - 4)
            plate.moveCenter(box.center())
            painter.fillRect(plate, QColor(self._theme.colours.card))
            painter.setPen(QColor(self._theme.colours.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            painter.setPen(Qt.PenStyle.NoPen)

    def _paint_lanes(self, painter: QPainter, segments: Sequence[Segment]) -> None:
        """Paints when each speaker speaks, below their name."""
        assert self._recognition is not None
        painter.setFont(self._theme.font(11))
        for at, speaker in enumerate(self._recognition.speakers):
            top = self._bands.lanes_top + at * LANE_HEIGHT
            strip = QRectF(0, top + LANE_HEIGHT - LANE_STRIP - 2, self._width, LANE_STRIP)
            painter.fillRect(strip, QColor(self._theme.colours.track))
            colour = self._theme.speaker(at)
            for segment in segments:
                if segment.speaker == at:
                    left, right = max(self._x(segment.start_s), 0.0), min(self._x(segment.end_s), self._width)
                    painter.fillRect(QRectF(left, strip.top(), max(right - left, 1.0), LANE_STRIP), colour)
            painter.setPen(QColor(self._theme.colours.text))
            painter.drawText(QPointF(1, strip.top() - 3), speaker_label(speaker.name, at))

    def _paint_axis(self, painter: QPainter) -> None:
        top = self._bands.axis_top
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.colours.quiet))
        metrics = painter.fontMetrics()
        for time in ticks(self._start_s, self._end_s, max(2, int(self._width // 80))):
            x, text = self._x(time), clock(time)
            painter.drawLine(QLineF(x, top, x, top + 4))
            half = metrics.horizontalAdvance(text) / 2
            inside = min(max(x - half, 1.0), self._width - 2 * half - 1)
            painter.drawText(QPointF(inside, self._bands.height - 6), text)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a mask [n] is True without a break: (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
