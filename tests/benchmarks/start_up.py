"""How long it takes from the start of the process to a window that can be used, and to one that can answer.

    python -m tests.benchmarks.start_up [--runs 7]

Starts `voicekin` as a person does, in a user data folder of its own, on the display there is (offscreen where none is).
Usable: painted, and the event loop has come round with nothing left to do. Exit status 1 where the median is over
1.5 s.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL_S = 1.5

# what runs in the process that is measured: VoiceKin's own entry, which imports in this order, and looks at the clock
PROGRAM = """
import sys, time
import onnxruntime
from PySide6.QtCore import QTimer
from desktop_app.__main__ import main
from desktop_app.ui.window import MainWindow

def tell(what):
    print(what, time.time(), flush=True)

class Watched(MainWindow):
    is_painted = False

    def showEvent(self, event):
        super().showEvent(event)
        self.owner.opened.connect(lambda _: (tell("answers"), self.close()))

    def paintEvent(self, event):
        super().paintEvent(event)
        if not self.is_painted:
            self.is_painted = True
            QTimer.singleShot(0, lambda: tell("usable"))

from desktop_app.ui import application
application.MainWindow = Watched
sys.exit(main([]))
"""


def start(home: Path) -> dict[str, float]:
    """Seconds from the start of the process to "usable" and to "answers"."""
    environment = {**os.environ, "VOICEKIN_HOME": str(home)}
    if not os.environ.get("DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    began = time.time()
    program = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return {word: float(at) - began for word, at in (line.split() for line in program.stdout.splitlines())}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        start(Path(home))  # the first one reads the disk
        runs = [start(Path(home)) for _ in range(arguments.runs)]
    for word in ("usable", "answers"):
        seconds = sorted(run[word] for run in runs)
        spread = f"{seconds[0]:.2f} to {seconds[-1]:.2f}"
        print(f"{word:8} after {statistics.median(seconds):.2f} s (median of {len(runs)}; {spread})")
    return int(statistics.median(run["usable"] for run in runs) > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
