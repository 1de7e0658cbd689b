"""The datastore as a landscape in two dimensions, with the recording on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.language import label_name, translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.accessible import has_role

MARGIN = 16
LEGEND_HEIGHT = 24  # of the legend's last line with the space above it
LEGEND_LINE = 20
MARK_RADIUS = 2.6
STAMP = 10  # logical pixels; the widest mark fits
PAINTS_FOR_S = 0.004  # at a time, so that a pack of thousands of recordings does not block the window
MARKS: tuple[tuple[tuple[float, float], ...], ...] = (  # corners in radii; a disc without any
    (),
    ((0, -1.3), (1.15, 0.8), (-1.15, 0.8)),
    ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    ((0, -1.45), (1.0, 0), (0, 1.45), (-1.0, 0)),
    ((0, 1.3), (1.15, -0.8), (-1.15, -0.8)),
    (
        *((-0.4, -1.3), (0.4, -1.3), (0.4, -0.4), (1.3, -0.4), (1.3, 0.4), (0.4, 0.4)),
        *((0.4, 1.3), (-0.4, 1.3), (-0.4, 0.4), (-1.3, 0.4), (-1.3, -0.4), (-0.4, -0.4)),
    ),
    ((-1.4, -0.5), (1.4, -0.5), (1.4, 0.5), (-1.4, 0.5)),
    ((-1.1, -1.1), (1.1, -1.1), (0, 0), (1.1, 1.1), (-1.1, 1.1), (0, 0)),
    ((-0.5, -1.4), (0.5, -1.4), (0.5, 1.4), (-0.5, 1.4)),
)


Place = tuple[float, float]
"""(x, y), in any unit."""


@dataclass(frozen=True)
class Landscape:
    """The places of the datastore's recordings, or of a selection if there are very many.

    Attributes:
        labels: The emotion of each.
        places: The place of each.
        bounds: Least and largest x, least and largest y.
    """

    labels: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    bounds: tuple[float, float, float, float] = field(init=False, default=(0.0, 1.0, 0.0, 1.0))

    def __post_init__(self) -> None:
        xs, ys = [p[0] for p in self.places], [p[1] for p in self.places]
        if self.places:
            object.__setattr__(self, "bounds", (min(xs), max(xs), min(ys), max(ys)))


def between(weighted: Sequence[tuple[Place, float]]) -> Place | None:
    """The weighted mean of places: where a clip with these neighbours lies."""
    total = sum(w for _, w in weighted)
    if total <= 0:
        return None
    return sum(p[0] * w for p, w in weighted) / total, sum(p[1] * w for p, w in weighted) / total


@has_role(QAccessible.Role.Graphic)
class MapView(QWidget):
    """Marks differ in shape as well as in colour. The landscape is painted once, in portions, and cached; only the clip
    is painted again."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._landscape = Landscape()
        self._labels: tuple[str, ...] = ()
        self._neighbours: tuple[Place, ...] = ()
        self._clip: Place | None = None
        self._ground: QPixmap | None = None
        self._stamps: dict[str, QPixmap] = {}
        self._n_painted = 0
        self._legend_height = LEGEND_HEIGHT
        self._painting = QTimer(self)
        self._painting.setInterval(0)
        self._painting.timeout.connect(self._paint_more)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._repaint_ground)

    @property
    def is_painted(self) -> bool:
        """Whether the whole landscape has been painted."""
        return self._ground is not None and self._n_painted == len(self._landscape.places)

    @property
    def clip_at(self) -> Place | None:
        """The place of the recording in the landscape's units; None if there is none."""
        return self._clip

    def show_landscape(self, landscape: Landscape, labels: tuple[str, ...]) -> None:
        """Show the pack's landscape."""
        self._landscape, self._labels = landscape, labels
        self._repaint_ground()

    def show_clip(self, neighbours: Sequence[tuple[Place, float]], with_neighbours: bool = True) -> None:
        """Show the recording at its neighbours' (place, weight), with or without marking them; [] shows nothing."""
        self._neighbours = tuple(place for place, _ in neighbours) if with_neighbours else ()
        self._clip = between(neighbours)
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(360, 300)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(240, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002
        self._repaint_ground()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        ground = self._ground or self._begin_ground()
        if not self.is_painted:
            self._painting.start()
        painter = self._theme.painter(self)
        painter.drawPixmap(0, 0, ground)
        if self._clip is not None:
            self._draw_clip(painter, self._clip)
        painter.end()

    def _draw_clip(self, painter: QPainter, clip: tuple[float, float]) -> None:
        colours = self._theme.colours
        at = self._point(clip)
        painter.setPen(QPen(QColor(colours.text), 1))
        for place in self._neighbours:
            line = QColor(colours.text)
            line.setAlpha(70)
            painter.setPen(QPen(line, 1))
            painter.drawLine(at, self._point(place))
            painter.setPen(QPen(QColor(colours.text), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._point(place), 5, 5)
        painter.setPen(QPen(QColor(colours.card), 3))
        painter.setBrush(QColor(colours.text))
        painter.drawPolygon(_star(at, 11))

    def _repaint_ground(self) -> None:
        self._ground = None
        self._painting.stop()
        self.update()

    def _begin_ground(self) -> QPixmap:
        ratio = self.devicePixelRatioF() * self._theme.scale
        room = self._room()
        ground = QPixmap(int(room.width() * ratio), int(room.height() * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(12, QFont.Weight.Medium))
        lines = self._legend_lines(painter.fontMetrics())
        self._legend_height = LEGEND_HEIGHT + LEGEND_LINE * (len(lines) - 1)
        for i, line in enumerate(lines):
            bottom = room.height() - LEGEND_LINE * (len(lines) - 1 - i)
            for x, label in line:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.emotion(label))
                _mark(painter, QPointF(x + 5, bottom - 9), self._labels.index(label), 5)
                painter.setPen(QColor(self._theme.colours.quiet))
                painter.drawText(QPointF(x + 15, bottom - 5), label_name(label))
        painter.end()
        self._ground = ground
        self._stamps = {label: self._stamp(label, ratio) for label in set(self._landscape.labels)}
        self._n_painted = 0
        return ground

    def _legend_lines(self, metrics: QFontMetrics) -> list[list[tuple[int, str]]]:
        """The (x, label) of each line, wrapped at the width."""
        lines: list[list[tuple[int, str]]] = [[]]
        x = MARGIN
        for label in self._labels:
            width = 15 + metrics.horizontalAdvance(label_name(label))
            if lines[-1] and x + width > self._room().width():
                lines.append([])
                x = MARGIN
            lines[-1].append((x, label))
            x += width + 19
        return lines

    def _paint_more(self) -> None:
        """Stamp marks for a few milliseconds; the rest follows after the window has handled its events."""
        if self._ground is None or not self.isVisible():
            self._painting.stop()  # the next repaint goes on with it
            return
        until = perf_counter() + PAINTS_FOR_S
        labels, places = self._landscape.labels, self._landscape.places
        half = STAMP / 2
        painter = QPainter(self._ground)
        while self._n_painted < len(places) and perf_counter() < until:
            portion = range(self._n_painted, min(self._n_painted + 50, len(places)))
            for i in portion:
                at = self._point(places[i])
                painter.drawPixmap(QPointF(at.x() - half, at.y() - half), self._stamps[labels[i]])
            self._n_painted = portion.stop
        painter.end()
        if self.is_painted:
            self._painting.stop()
        self.update()

    def _stamp(self, label: str, ratio: float) -> QPixmap:
        """The picture of a mark, painted once and stamped thousands of times, which is ten times faster."""
        stamp = QPixmap(int(STAMP * ratio), int(STAMP * ratio))
        stamp.setDevicePixelRatio(ratio)
        stamp.fill(Qt.GlobalColor.transparent)
        painter = QPainter(stamp)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = self._theme.emotion(label)
        colour.setAlpha(140)
        painter.setBrush(colour)
        kind = self._labels.index(label) if label in self._labels else 0
        _mark(painter, QPointF(STAMP / 2, STAMP / 2), kind, MARK_RADIUS)
        painter.end()
        return stamp

    def _point(self, place: Place) -> QPointF:
        """The place on the screen; both axes have the same unit, so that distances are comparable."""
        left, right, low, high = self._landscape.bounds
        area = self._room().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN - self._legend_height)
        unit = min(area.width() / max(right - left, 1e-9), area.height() / max(high - low, 1e-9))
        middle = area.center()
        return QPointF(
            middle.x() + unit * (place[0] - (left + right) / 2), middle.y() - unit * (place[1] - (low + high) / 2)
        )

    def _room(self) -> QRectF:
        """The widget in the painter's units."""
        return QRectF(0, 0, self.width() / self._theme.scale, self.height() / self._theme.scale)


def map_description(recordings: int) -> str:
    """What a screen reader says of the map."""
    return translate("Map", "A map of {0} recordings that the pack knows; those that sound alike lie close.").format(
        recordings
    )


def _mark(painter: QPainter, at: QPointF, kind: int, radius: float) -> None:
    corners = MARKS[kind % len(MARKS)]
    if corners:
        painter.drawPolygon(QPolygonF([at + QPointF(x, y) * radius for x, y in corners]))
    else:
        painter.drawEllipse(at, radius, radius)


def _star(at: QPointF, radius: float) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(
                at.x() + (radius if i % 2 == 0 else radius * 0.45) * math.sin(math.pi * i / 5),
                at.y() - (radius if i % 2 == 0 else radius * 0.45) * math.cos(math.pi * i / 5),
            )
            for i in range(10)
        ]
    )
