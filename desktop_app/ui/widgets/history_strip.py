"""The last minute of live answers: a stack of shares for each moment of speech, and a gap where nobody spoke."""

from bisect import bisect_left
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, groupby

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.language import label_name, translate
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import draw_track

SHOWN_S = 60.0
BAND_TOP, BAND_HEIGHT = 18, 40
NAMED_SHARE = 0.35  # a name is written over a stretch of at least this share of its width
MOMENT_S = 0.15  # about the time from one live answer to the next


@dataclass(frozen=True)
class Moment:
    """A moment of speech, prepared for painting, so that the work is not repeated at every repaint.

    Attributes:
        at_s: When, in seconds of the take.
        labels: The emotions, from top to bottom.
        tops: For each the (seconds, share) where its area begins; it ends where the next one begins.
        leading: The strongest emotion.
    """

    at_s: float
    labels: tuple[str, ...]
    tops: tuple[QPointF, ...]
    leading: str

    @classmethod
    def of(cls, at_s: float, shares: Mapping[str, float]) -> "Moment":
        """Makes a moment from the shares at a time."""
        tops = accumulate(shares.values(), initial=0.0)
        places = tuple(QPointF(at_s, top) for _, top in zip(shares, tops, strict=False))
        return cls(at_s, tuple(shares), places, max(shares, key=lambda label: shares[label]))


class HistoryStrip(QWidget):
    """Newest at the right; an emotion's name is written where it is the strongest for long enough."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._runs: deque[list[Moment]] = deque()
        self._is_speech = False
        self._newest_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Live", "The last minute"))
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Forget everything."""
        self._runs.clear()
        self._is_speech, self._newest_s = False, 0.0
        self.update()

    def add(self, at_s: float, shares: Mapping[str, float] | None) -> None:
        """Add the shares at a time of the take, in seconds; None if nobody spoke."""
        self._newest_s = at_s
        if shares:
            moment = Moment.of(at_s, shares)
            if not self._is_speech or self._runs[-1][-1].labels != moment.labels:
                self._runs.append([])
            self._runs[-1].append(moment)
        self._is_speech = bool(shares)
        while self._runs and self._runs[0][-1].at_s < at_s - SHOWN_S:
            self._runs.popleft()
        if self._runs:
            oldest = self._runs[0]
            del oldest[: bisect_left(oldest, at_s - SHOWN_S, key=lambda moment: moment.at_s)]
        self.update()

    def sizeHint(self) -> QSize:
        return self._theme.size(300, 76)

    def minimumSizeHint(self) -> QSize:
        return self._theme.size(200, 76)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = self._theme.painter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        band = QRectF(0, BAND_TOP, self._width, BAND_HEIGHT)
        draw_track(painter, band, self._theme)
        painter.save()
        painter.setClipRect(band)
        painter.translate(self._x(0.0), BAND_TOP)
        painter.scale(self._width / SHOWN_S, BAND_HEIGHT)  # from here on, units are seconds and shares
        for run in self._runs:
            self._draw(painter, run)
        painter.restore()
        self._write(painter)
        painter.end()

    @property
    def _width(self) -> float:
        return self.width() / self._theme.scale

    def _x(self, at_s: float) -> float:
        """The x coordinate of a time."""
        return self._width * (1 - (self._newest_s - at_s + MOMENT_S) / SHOWN_S)

    def _draw(self, painter: QPainter, run: list[Moment]) -> None:
        """Draw one area for each emotion down to the bottom, covered by the next one's: this leaves no seams, and takes
        a few strokes for hundreds of moments."""
        first_s, last_s = run[0].at_s, run[-1].at_s + MOMENT_S
        bottom = (QPointF(last_s, 1.0), QPointF(first_s, 1.0))
        for i, label in enumerate(run[0].labels):
            top = [moment.tops[i] for moment in run]
            painter.setBrush(self._theme.emotion(label))
            painter.drawPolygon(QPolygonF([*top, QPointF(last_s, top[-1].y()), *bottom]))

    def _write(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.colours.quiet))
        free_from = 0.0
        for run in self._runs:
            for leader, led in groupby(run, key=lambda moment: moment.leading):
                moments = list(led)
                name = label_name(leader)
                width = painter.fontMetrics().horizontalAdvance(name)
                left = max(self._x(moments[0].at_s), free_from)
                # names stand above their stretch; stretches that are too short have none
                if left + NAMED_SHARE * width <= self._x(moments[-1].at_s + MOMENT_S) and left + width <= self._width:
                    painter.drawText(int(left), 13, name)
                    free_from = left + width + 8
        for seconds in (60, 45, 30, 15):
            text = translate("Live", "{0} s ago").format(seconds)
            painter.drawText(int(self._width * (1 - seconds / SHOWN_S)), 72, text)
        now = translate("Live", "now")
        painter.drawText(int(self._width) - painter.fontMetrics().horizontalAdvance(now), 72, now)
