"""The spectrogram of the visible part of a recording, computed in a worker and only if it is switched on."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.ui.jobs import Job, JobState, Worker, while_alive
from desktop_app.ui.panels.timeline_panel import TimelinePanel

SOON_MS = 120  # while the view is dragged, nothing is asked for
BLOCK_S = 10.0


class Spectrogram(QObject):
    """Asks for what the timeline shows, one picture at a time; pictures that come too late are dropped."""

    def __init__(self, panel: TimelinePanel, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel, self._worker = panel, worker
        self._job: Job | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._ask)
        panel.spectrogram_wanted.connect(self._soon.start)

    def _ask(self) -> None:
        wanted = self._panel.wanted_spectrogram()
        if wanted is None:
            return
        path, channel, part, columns, rows = wanted
        if self._job is not None:
            self._job.cancel()
        self._job = self._worker.submit(partial(_work_out, path, channel, part, columns, rows))
        self._job.done.connect(while_alive(self._panel, partial(self._panel.view.show_spectrogram, part)))


def _work_out(
    path: Path, channel: int | None, part: Stretch, columns: int, rows: int, state: JobState
) -> NDArray[np.uint8] | None:
    from desktop_app.engine.sound.audio import SAMPLE_RATE, read_blocks
    from desktop_app.engine.sound.spectrogram import spectrogram

    parts = []
    for block in read_blocks(path, SAMPLE_RATE, BLOCK_S, channel, part.start_s, part.end_s):
        if state.should_stop():
            return None
        parts.append(block)
    return spectrogram(np.concatenate(parts), columns, rows) if parts else None
