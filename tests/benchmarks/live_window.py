"""How much a live minute costs: share of a core, answers a second, and the longest stall of the window's thread.

    python -m tests.benchmarks.live_window [--pack FOLDER] [--seconds 75] [FILE ...]

Plays the files (or the sample clip that ships) in real time into a fake microphone, from the click that begins the
recording to its answer; longer than a minute, so that the strip of the last minute is full. Exit status 1 where a goal
is missed: 35 % of a core, 5 answers a second, and no more than 50 ms of work at a time in the window's thread.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import load_audio
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.session import EntryState
from tests.benchmarks.stalls import StallWatch, opened_window, wait

GOAL_SHARE = 0.35
GOAL_ANSWERS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    parser.add_argument("--seconds", type=float, default=75.0)
    arguments = parser.parse_args()
    files = arguments.files or sorted((paths.assets() / "sample").glob("*.wav"))
    sound = np.concatenate([load_audio(path).samples for path in files])
    source = FakeSource()
    with opened_window(FakeMicrophones(source), arguments.pack) as window:
        answers: list[bool] = []
        window.live.answered.connect(lambda _, shares: answers.append(shares is not None))
        source.play(np.tile(sound, int(arguments.seconds * 16_000 / len(sound)) + 2))
        watch = StallWatch()
        watch.start()
        window.record.button.click()
        wait(lambda: window.capture.state is MicState.RECORDING)
        began, cpu = time.perf_counter(), time.process_time()
        wait(lambda: time.perf_counter() - began > arguments.seconds)
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        answers_a_second = len(answers) / wall_s
        window.record.button.click()
        wait(lambda: any(entry.state is EntryState.DONE for entry in window.session.entries()))
        watch.stop()
        print(f"share of a core   {cpu_s / wall_s:.3f}, goal {GOAL_SHARE}")
        print(f"answers a second  {answers_a_second:.2f}, {sum(answers)} of {len(answers)} with speech")
        missed = watch.report()
        return int(missed or cpu_s / wall_s > GOAL_SHARE or answers_a_second < GOAL_ANSWERS)


if __name__ == "__main__":
    sys.exit(main())
