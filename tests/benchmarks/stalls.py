"""What a benchmark of the window rests on: the app's own window in a folder of its own, and a watch on its thread."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime  # noqa: F401 - before PySide6, as the app does
from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.capture.source import Microphones
from desktop_app.ui.application import build
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.window import MainWindow

TICK_S = 0.005
GOAL_S = 0.050


@contextmanager
def opened_window(microphones: Microphones, pack: Path | None = None, microphone: str = "") -> Iterator[MainWindow]:
    """The window as `voicekin` builds it, its pack open and one of the microphones ready."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with TemporaryDirectory() as name:
        home = Path(name)
        SettingsFile(home / "settings.json").update(
            introduced=True, theme="light", language="en", microphone_name=microphone, microphone_host_api="ALSA"
        )
        window = build(app, home, microphones, pack)
        window.resize(1240, 820)
        window.show()
        wait(lambda: window.owner.known is not None and window.capture.state is MicState.READY)
        yield window
        window.close()


def wait(condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(10)
    loop.exec()
    timer.stop()


class StallWatch(QObject):
    """A 5 ms timer of the window's thread, which notes how late it comes and what the thread worked meanwhile.

    How late it comes tells, on a machine that is busy with other things, of those as well: so the largest delay of a
    thread that does nothing is printed beside it, and the processor time that the window's thread itself used between
    two ticks, which is what our code is to answer for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late_s: list[float] = []
        self.work_s: list[float] = []
        self._idle = _IdleThread()
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * TICK_S))
        self._timer.timeout.connect(self._tick)
        self._last = (0.0, 0.0)

    def start(self) -> None:
        """From now on."""
        self._idle.start()
        self._timer.start()
        self._last = time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        """Up to now."""
        self._tick()
        self._timer.stop()
        self._idle.done.set()
        self._idle.join()

    def report(self) -> int:
        """Print what was found; the exit status, 1 where the window's thread worked longer than GOAL_S at a time."""
        longest, latest = max(self.work_s), int(np.argmax(self.late_s))
        after_s = sum(self.late_s[:latest]) + latest * TICK_S
        print(
            f"window's stalls   longest {_ms(self.late_s[latest])}, {after_s:.2f} s after the start, "
            f"99 % under {_ms(np.quantile(self.late_s, 0.99))}"
        )
        print(f"its own work      longest {_ms(longest)} of processor time between two ticks, goal {_ms(GOAL_S)}")
        print(f"an idle thread's  longest {_ms(max(self._idle.late_s))}")
        return int(longest > GOAL_S)

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.late_s.append(now - self._last[0] - TICK_S)
        self.work_s.append(worked - self._last[1])
        self._last = now, worked


class _IdleThread(threading.Thread):
    """Sleeps for a tick at a time and notes how late it wakes: what the machine itself makes everybody wait."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.late_s: list[float] = [0.0]
        self.done = threading.Event()

    def run(self) -> None:
        before = time.perf_counter()
        while not self.done.is_set():
            time.sleep(TICK_S)
            now = time.perf_counter()
            self.late_s.append(now - before - TICK_S)
            before = now


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"
