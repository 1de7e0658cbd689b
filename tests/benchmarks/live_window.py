"""How much a live minute costs: share of a core, answers a second, and the longest stall of the window's thread.

    python -m tests.benchmarks.live_window [--pack FOLDER] [--seconds 20] [FILE ...]

Plays the files (or the pack's own sample clip) in real time into a fake microphone. A stall is the time by which a
5 ms timer of the window's thread comes late; on a machine that is busy with other things it tells of those as well, so
the largest stall of a thread that does nothing is printed beside it, and the processor time that the window's thread
itself used between two ticks, which is what our code is to answer for.
"""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import onnxruntime  # noqa: F401 - before PySide6, as the app does
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.capture.player import SystemPlayer
from desktop_app.capture.takes import TakeFolder
from desktop_app.engine.audio import load_audio
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow

TICK_S = 0.005


class IdleThread(threading.Thread):
    """Sleeps for a tick at a time and notes how late it wakes: what the machine itself makes everybody wait."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stalls: list[float] = []
        self.done = threading.Event()

    def run(self) -> None:
        before = time.perf_counter()
        while not self.done.is_set():
            time.sleep(TICK_S)
            now = time.perf_counter()
            self.stalls.append(now - before - TICK_S)
            before = now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    files = arguments.files or sorted((paths.assets() / "sample").glob("*.wav"))
    sound = np.concatenate([load_audio(path).samples for path in files])

    app = QApplication([])
    app.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder:
        source = FakeSource()
        settings = SettingsFile(Path(folder) / "settings.json")
        settings.update(introduced=True)
        takes = TakeFolder(Path(folder))
        theme = Theme(app)
        theme.choose("light")
        capture = CaptureModel(FakeMicrophones(source), takes, settings)
        owner = RecognitionOwner()
        window = MainWindow(
            capture=capture,
            owner=owner,
            takes=takes,
            settings=settings,
            theme=theme,
            player=SystemPlayer(),
            pack=arguments.pack,
        )
        window.resize(1240, 820)
        window.show()
        while owner.pack is None or capture.state is not MicState.READY:
            app.processEvents()
        source.play(np.tile(sound, int(arguments.seconds * 16_000 / len(sound)) + 2))
        window.record.button.click()
        while capture.state is not MicState.RECORDING:
            app.processEvents()

        answers: list[bool] = []
        stalls: list[float] = []
        work: list[float] = []
        last = [time.perf_counter(), time.thread_time()]

        def tick() -> None:
            now = time.perf_counter()
            stalls.append(now - last[0] - TICK_S)
            worked = time.thread_time()
            work.append(worked - last[1])
            last[:] = now, worked

        timer = QTimer()
        timer.setInterval(int(1000 * TICK_S))
        timer.timeout.connect(tick)
        window.live.answered.connect(lambda _, shares: answers.append(shares is not None))
        idle = IdleThread()
        idle.start()
        timer.start()
        began, cpu = time.perf_counter(), time.process_time()
        last[:] = began, time.thread_time()
        QTimer.singleShot(int(1000 * arguments.seconds), app.quit)
        app.exec()
        timer.stop()
        idle.done.set()
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        print(f"share of a core   {cpu_s / wall_s:.3f}")
        print(f"answers a second  {len(answers) / wall_s:.2f}, {sum(answers)} of {len(answers)} with speech")
        print(
            f"window's stalls   longest {1000 * max(stalls):.0f} ms, 99 % under {1000 * np.quantile(stalls, 0.99):.0f}"
        )
        print(f"its own work      longest {1000 * max(work):.0f} ms of processor time between two ticks")
        print(
            f"an idle thread's  longest {1000 * max(idle.stalls):.0f} ms, "
            f"99 % under {1000 * np.quantile(idle.stalls, 0.99):.0f}"
        )
        window.close()


if __name__ == "__main__":
    main()
