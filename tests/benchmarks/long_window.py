"""Whether the window stays alive while a long recording is answered, shown, zoomed and gone through, the second time
with its spectrogram and pitch.

    python -m tests.benchmarks.long_window [--minutes 60]

The recording is the sample clip that ships, joined with pauses. Exit status 1 where the window's thread worked for more
than 50 ms at a time.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from desktop_app.ui.session import EntryState
from desktop_app.ui.window import MainWindow
from tests.benchmarks.stalls import StallWatch, opened_window, wait


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args().minutes
    sample = load_audio(paths.assets() / "sample" / "sample.wav").samples
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder, opened_window(FakeMicrophones(FakeSource())) as window:
        path = Path(folder) / "long.wav"
        with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1) as file:
            while file.tell() < minutes * 60 * SAMPLE_RATE:
                file.write(np.concatenate([sample * rng.uniform(0.2, 1), np.zeros(int(rng.integers(8_000, 40_000)))]))
        watch = StallWatch()
        watch.start()
        began = time.perf_counter()
        window.open_paths((path,))
        wait(lambda: window.session.rowCount() > 0 and window.session.entries()[0].state is EntryState.DONE)
        print(f"{minutes:.0f} minutes answered in {time.perf_counter() - began:.1f} s")
        _look(window)
        window.timeline.spectrogram.setChecked(True)
        window.timeline.pitch.setChecked(True)
        _look(window)
        wait(lambda: not window.queue.total and window.timeline.pitch_range.isVisible())
        watch.stop()
        return watch.report()


def _look(window: MainWindow) -> None:
    """What a person does with an answer of that length."""
    view, table = window.timeline.view, window.answer_page.passages.table
    for act in (
        *[lambda: view.zoom(1.5)] * 12,
        *[lambda: view.set_view(view.view.start_s + 30, view.view.end_s + 30)] * 20,
        lambda: view.set_view(0.0, view.duration_s),
        *[lambda: table.selectRow((table.currentIndex().row() + 7) % max(table.model().rowCount(), 1))] * 20,
        *[lambda: view.set_position((view.value() + 60) % 3600)] * 20,
        lambda: table.sortByColumn(0, Qt.SortOrder.AscendingOrder),
        lambda: window.answer_page.area.verticalScrollBar().setValue(2_000),
    ):
        act()
        for _ in range(3):
            QApplication.processEvents()
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
