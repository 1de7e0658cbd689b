"""How long the window's thread is held up while many files are dropped and answered.

    python -m tests.benchmarks.many_files [--pack FOLDER] [--copies 400] [FILE ...]

Stalls as in live_window.py: what counts is the processor time of the window's thread between two ticks.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import onnxruntime  # noqa: F401 - before PySide6, as the app does
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones
from desktop_app.capture.player import SystemPlayer
from desktop_app.capture.takes import TakeFolder
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import EntryState
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow

TICK_S = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    parser.add_argument("--copies", type=int, default=400)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    files = arguments.files or sorted((paths.assets() / "sample").glob("*.wav"))
    app = QApplication([])
    app.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder:
        dropped = Path(folder) / "dropped"
        dropped.mkdir()
        for i in range(arguments.copies):
            source = files[i % len(files)]
            shutil.copy(source, dropped / f"{i:03d} {source.name}")
        settings = SettingsFile(Path(folder) / "settings.json")
        settings.update(introduced=True)
        takes = TakeFolder(Path(folder))
        theme = Theme(app)
        theme.choose("light")
        owner = RecognitionOwner()
        window = MainWindow(
            capture=CaptureModel(FakeMicrophones(), takes, settings),
            owner=owner,
            takes=takes,
            settings=settings,
            theme=theme,
            player=SystemPlayer(),
            pack=arguments.pack,
        )
        window.resize(1240, 820)
        window.show()
        while owner.pack is None:
            app.processEvents()
        work: list[float] = []
        stalls: list[float] = []
        last = [time.perf_counter(), time.thread_time()]

        def tick() -> None:
            now, worked = time.perf_counter(), time.thread_time()
            stalls.append(now - last[0] - TICK_S)
            work.append(worked - last[1])
            last[:] = now, worked

        timer = QTimer()
        timer.setInterval(int(1000 * TICK_S))
        timer.timeout.connect(tick)
        timer.start()
        began = time.perf_counter()
        window.open_paths((dropped,))
        window.queue.idle.connect(app.quit)
        app.exec()
        timer.stop()
        done = sum(e.state is EntryState.DONE for e in window.session.entries())
        print(f"answered          {done} of {arguments.copies} in {time.perf_counter() - began:.1f} s")
        print(f"window's stalls   longest {1000 * max(stalls):.0f} ms")
        print(f"its own work      longest {1000 * max(work):.0f} ms of processor time between two ticks")
        window.close()


if __name__ == "__main__":
    main()
