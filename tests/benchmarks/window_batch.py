"""Whether the window stays alive while hundreds of clips are answered: its longest stall, and what it worked itself.

    python -m tests.benchmarks.window_batch [--clips 400]

Drops a folder of clips cut from the sample clip that ships on the window and waits for the last answer. As in
live_window, a stall is the time by which a 5 ms timer of the window's thread comes late; on a machine that is busy with
other things the processor time that the window's thread itself spent between two ticks says more.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime  # noqa: F401 - before PySide6, as the app does
import soundfile
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.capture.player import SystemPlayer
from desktop_app.capture.takes import TakeFolder
from desktop_app.engine.audio import SAMPLE_RATE, load_audio
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow
from tests.benchmarks.live_window import TICK_S, IdleThread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=400)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sample = np.concatenate([load_audio(path).samples for path in sorted((paths.assets() / "sample").glob("*.*a*"))])
    app = QApplication([])
    app.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        rng = np.random.default_rng(0)
        for i in range(arguments.clips):
            start = int(rng.integers(max(1, len(sample) - 2 * SAMPLE_RATE)))
            soundfile.write(clips / f"clip {i}.wav", sample[start : start + 2 * SAMPLE_RATE], SAMPLE_RATE)
        settings = SettingsFile(Path(folder) / "settings.json")
        settings.update(introduced=True)
        takes = TakeFolder(Path(folder))
        theme = Theme(app)
        theme.choose("light")
        owner = RecognitionOwner()
        window = MainWindow(
            capture=CaptureModel(FakeMicrophones(FakeSource()), takes, settings),
            owner=owner,
            takes=takes,
            settings=settings,
            theme=theme,
            player=SystemPlayer(),
            pack=paths.default_pack(),
        )
        window.resize(1240, 820)
        window.show()
        while owner.pack is None:
            app.processEvents()

        stalls: list[float] = []
        work: list[tuple[float, int]] = []
        last = [time.perf_counter(), time.thread_time()]

        def tick() -> None:
            now, worked = time.perf_counter(), time.thread_time()
            stalls.append(now - last[0] - TICK_S)
            if worked - last[1] > 0.03:
                print(f"  {1000 * (worked - last[1]):.0f} ms of work after {now - began:.1f} s")
            work.append((worked - last[1], window.queue.done))
            last[:] = now, worked

        timer = QTimer()
        timer.setInterval(int(1000 * TICK_S))
        timer.timeout.connect(tick)
        window.queue.idle.connect(lambda: app.quit() if window.session.rowCount() else None)
        idle = IdleThread()
        idle.start()
        timer.start()
        began = time.perf_counter()
        last[:] = began, time.thread_time()
        window.open_paths((clips,))
        app.exec()
        timer.stop()
        idle.done.set()
        longest, when = max(work)
        print(f"{arguments.clips} clips in {time.perf_counter() - began:.1f} s")
        print(f"window's stalls   longest {1000 * max(stalls):.0f} ms")
        print(f"its own work      longest {1000 * longest:.0f} ms between two ticks, when {when} clips were done")
        print(f"an idle thread's  longest {1000 * max(idle.stalls):.0f} ms")
        window.close()


if __name__ == "__main__":
    main()
