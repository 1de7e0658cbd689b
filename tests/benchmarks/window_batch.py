"""Whether the window stays alive while hundreds of clips are answered: its longest stall, and what it worked itself.

    python -m tests.benchmarks.window_batch [--clips 400] [--broken 20] [--answer]

Drops a folder of clips cut from the sample clip that ships on the window and waits for the last answer. Some of them
may be broken, and with --answer not the table is in front but an answer, with the list beside it. Exit status 1 where
the window's thread worked for more than 50 ms at a time.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from desktop_app.ui.session import EntryState
from tests.benchmarks.stalls import StallWatch, opened_window, wait


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--broken", type=int, default=0)
    parser.add_argument("--answer", action="store_true")
    arguments = parser.parse_args()
    sample = np.concatenate([load_audio(path).samples for path in sorted((paths.assets() / "sample").glob("*.wav"))])
    with tempfile.TemporaryDirectory() as folder, opened_window(FakeMicrophones(FakeSource())) as window:
        rng = np.random.default_rng(0)
        for i in range(arguments.clips):
            start = int(rng.integers(max(1, len(sample) - 2 * SAMPLE_RATE)))
            soundfile.write(Path(folder) / f"clip {i}.wav", sample[start : start + 2 * SAMPLE_RATE], SAMPLE_RATE)
        for path in sorted(Path(folder).iterdir())[: arguments.broken]:
            path.write_bytes(path.read_bytes()[:30])  # its header is cut
        watch = StallWatch()
        watch.start()
        began = time.perf_counter()
        window.open_paths((Path(folder),))
        if arguments.answer:
            wait(lambda: window.queue.done > 0)
            window.recordings.select(window.session.entries()[0])
        wait(lambda: window.session.rowCount() == arguments.clips and not window.queue.total)
        watch.stop()
        done = sum(entry.state is EntryState.DONE for entry in window.session.entries())
        print(f"{done} clips answered in {time.perf_counter() - began:.1f} s")
        return watch.report()


if __name__ == "__main__":
    sys.exit(main())
