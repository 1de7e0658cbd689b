"""Whether a long recording loses a sample, from the sound server through PortAudio and the window to the disk.

    python -m tests.benchmarks.long_take [--minutes 10]

Plays a sound, of which no stretch is like another, in real time into a virtual microphone (PulseAudio), records it with
the window's own button, and compares what was recorded with what was played, sample by sample. Exit status 1 where one
differs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from desktop_app.engine.sound.audio import SAMPLE_RATE
from tests.virtual_microphone import MICROPHONE, VirtualMicrophone, missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    arguments = parser.parse_args()
    if missing():
        sys.exit(missing())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        played = folder / "played.wav"
        rng = np.random.default_rng(0)
        sound = rng.integers(-8_000, 8_000, round(60 * arguments.minutes * SAMPLE_RATE), dtype=np.int16)
        sound[sound == 0] = 1  # so that its beginning and its end are seen
        soundfile.write(played, sound, SAMPLE_RATE)
        cable = VirtualMicrophone(folder)
        os.environ.update(cable.environment)
        try:
            recorded, lost = record(cable, played)
        finally:
            cable.close()
    heard = np.flatnonzero(recorded)
    taken = recorded[heard[0] : heard[-1] + 1] if len(heard) else recorded
    same = len(taken) == len(sound) and bool(np.array_equal(taken, sound))
    print(f"played {len(sound)} samples, recorded {len(taken)}, {'all the same' if same else 'not the same'}; {lost}")
    return int(not same)


def record(cable: VirtualMicrophone, played: Path) -> tuple[np.ndarray, str]:
    """The take's samples int16 [n], and what the window said of losses."""
    # here: the sound server must be found when PortAudio starts
    from desktop_app.capture.microphone import SystemMicrophones
    from desktop_app.ui.capture_model import MicState
    from tests.benchmarks.stalls import opened_window, wait

    with opened_window(SystemMicrophones(), microphone=MICROPHONE) as window:
        ended: list[Path] = []
        window.capture.take_ended.connect(lambda take: ended.append(take.path))
        window.record.button.click()
        wait(lambda: window.capture.state is MicState.RECORDING)
        # a program feeds it, since the server itself keeps no sound as long as this one
        feed = ["pacat", "--playback", "--device=cable", "--file-format=wav", "--latency-msec=2000", str(played)]
        player = subprocess.Popen(feed, env={**os.environ, **cable.environment})
        wait(lambda: player.poll() is not None)
        drained = time.monotonic() + 2
        wait(lambda: time.monotonic() > drained)
        reading = window.capture.reading
        window.record.button.click()
        wait(lambda: bool(ended))
        samples, _ = soundfile.read(ended[0], dtype="int16")
    return samples, f"overflows {reading.overflows}, lost {reading.lost}"


if __name__ == "__main__":
    sys.exit(main())
