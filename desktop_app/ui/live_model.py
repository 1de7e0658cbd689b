"""Live answers during a take: when to ask for one, and how they are smoothed to be readable."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.jobs import Job
from desktop_app.ui.recognition_owner import LiveAnswer, LiveTake, RecognitionOwner

ASK_EVERY_MS = 160  # 6 per second, of which a busy machine manages 5
WINDOW_S = 3.0
SHORTEST_S = 0.6  # shorter sound is too little for the encoder
SETTLES_IN_S = 0.6  # time constant of the smoothing


class Smoother:
    """Exponential smoothing of shares over time, which restarts after a pause in speech."""

    def __init__(self, time_constant_s: float = SETTLES_IN_S) -> None:
        self._time_constant_s = time_constant_s
        self._shares: dict[str, float] = {}
        self._at_s = 0.0

    def feed(self, at_s: float, shares: Mapping[str, float] | None) -> dict[str, float] | None:
        """Returns the smoothed shares at a time in seconds. None gives None, and the next shares are not smoothed."""
        if shares is None:
            self._shares = {}
            return None
        if not self._shares:
            self._shares = dict(shares)
        else:
            old = math.exp(-max(0.0, at_s - self._at_s) / self._time_constant_s)
            self._shares = {k: old * self._shares.get(k, 0.0) + (1 - old) * p for k, p in shares.items()}
        self._at_s = at_s
        return dict(self._shares)


class LiveModel(QObject):
    """Asks for an answer on the last seconds of a running take, one question at a time.

    Signals:
        began: A take began.
        answered: (seconds into the take, smoothed shares by label, or None if nobody is speaking).
        placed: The place on the map, also smoothed; None if nobody is speaking.
        ended: The take ended.
    """

    began = Signal()
    answered = Signal(float, object)
    placed = Signal(object)
    ended = Signal()

    def __init__(self, capture: CaptureModel, owner: RecognitionOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._capture = capture
        self._owner = owner
        self._smoother, self._places, self._take = Smoother(), Smoother(), LiveTake()
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        capture.state_changed.connect(self._follow)

    def _follow(self, state: MicState) -> None:
        if state is MicState.RECORDING:
            self._smoother, self._places, self._take = Smoother(), Smoother(), LiveTake()
            self._timer.start()
            self.began.emit()
        elif self._timer.isActive():
            self._timer.stop()
            if self._job is not None:
                self._job.cancel()
            self.ended.emit()

    def _ask(self) -> None:
        if self._owner.pack is None or (self._job is not None and not self._job.is_finished):
            return
        heard_s = self._capture.reading.recorded_s
        if heard_s < SHORTEST_S:
            return
        samples, sample_rate = self._capture.latest(min(WINDOW_S, heard_s))
        self._job = self._owner.answer_live(samples, sample_rate, self._take, heard_s)
        self._job.done.connect(lambda live: self._show(heard_s, live))

    def _show(self, at_s: float, live: LiveAnswer) -> None:
        if self._timer.isActive():
            self.answered.emit(at_s, self._smoother.feed(at_s, live.shares))
            place = self._places.feed(at_s, dict(zip("xy", live.place, strict=True)) if live.place else None)
            self.placed.emit((place["x"], place["y"]) if place else None)
