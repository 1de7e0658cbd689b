"""The spectrogram and the pitch of the visible part of a recording, computed in a worker and only if switched on."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from desktop_app.errors import Cancelled
from desktop_app.ui.jobs import Job, JobState, Worker, while_alive
from desktop_app.ui.panels.timeline_panel import DetailWanted, TimelinePanel

SOON_MS = 120  # while the view is dragged, nothing is asked for
BLOCK_S = 10.0

Found = tuple[NDArray[np.uint8] | None, tuple[NDArray[np.float32], float] | None]
"""A picture of `engine.sound.spectrogram`, and the pitch as `engine.sound.pitch.thinned` gives it."""


class SoundDetail(QObject):
    """Asks for what the timeline shows, one part at a time; when another is shown, the one under way is given up."""

    def __init__(self, panel: TimelinePanel, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel, self._worker = panel, worker
        self._job: Job | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._ask)
        panel.detail_changed.connect(self._give_up)

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._soon.start()

    def _ask(self) -> None:
        wanted = self._panel.wanted_detail()
        if wanted is not None:
            self._job = self._worker.submit(partial(_work_out, wanted))
            self._job.done.connect(while_alive(self._panel, partial(self._show, wanted)))

    def _show(self, wanted: DetailWanted, found: Found) -> None:
        levels, pitch = found
        if levels is not None:
            self._panel.view.show_spectrogram(wanted.part, levels)
        if pitch is not None:
            self._panel.show_pitch(wanted.part, *pitch)


def _work_out(wanted: DetailWanted, state: JobState) -> Found:
    from desktop_app.engine.sound.audio import SAMPLE_RATE, read_blocks
    from desktop_app.engine.sound.pitch import pitch, thinned
    from desktop_app.engine.sound.spectrogram import spectrogram

    part = wanted.part
    parts = [np.zeros(0, np.float32)]
    for block in read_blocks(wanted.path, SAMPLE_RATE, BLOCK_S, wanted.channel, part.start_s, part.end_s):
        if state.should_stop():
            raise Cancelled
        parts.append(block)
    samples = np.concatenate(parts)
    levels = spectrogram(samples, wanted.columns, wanted.rows) if wanted.spectrogram else None
    return levels, thinned(pitch(samples, state.should_stop), wanted.columns) if wanted.pitch else None
