"""Whether a long recording from a microphone loses a single sample: noise is played into a virtual one and compared.

python -m tests.benchmarks.long_recording [--minutes 10]
"""

import argparse
import os
import queue
import tempfile
import threading
from pathlib import Path

import numpy as np
import soundfile

from desktop_app.capture.microphone import SystemMicrophones
from desktop_app.capture.recorder import Event, Recorder, TakeEnded, TakeStarted
from tests.virtual_microphone import MICROPHONE, VirtualMicrophone

RATE = 16_000
QUIET_S = 1.0  # after the sound, for what is still in buffers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = np.random.default_rng(1).integers(-8_000, 8_000, int(minutes * 60 * RATE), dtype=np.int16)
        soundfile.write(folder / "noise.wav", noise, RATE, subtype="PCM_16")
        cable = VirtualMicrophone(folder / "sound")
        os.environ.update(cable.environment)
        microphones = SystemMicrophones()
        microphone = next(m for m in microphones.available() if m.name == MICROPHONE)
        events: queue.Queue[Event] = queue.Queue()
        recorder = Recorder(microphones.open(microphone), events.put)
        recorder.open()
        recorder.start_take(folder / "take.wav")
        assert isinstance(events.get(timeout=20), TakeStarted)
        cable.play(folder / "noise.wav").wait()
        threading.Event().wait(QUIET_S)
        recorder.stop_take()
        ended = events.get(timeout=20)
        assert isinstance(ended, TakeEnded)
        assert ended.path is not None
        reading = recorder.reading
        recorder.close()
        cable.close()
        take, _ = soundfile.read(ended.path, dtype="int16")
        begin = int(np.flatnonzero(take)[0])
        # noise may begin with zeros, and a server may be late with its first block, which nobody heard then
        shift = next(s for s in range(RATE) if np.array_equal(take[begin : begin + 64], noise[s : s + 64]))
        n = min(len(noise) - shift, len(take) - begin)
        wrong = int(np.count_nonzero(take[begin : begin + n] != noise[shift : shift + n]))
        print(f"played {len(noise)} samples, recorded {len(take)}, compared {n}, different {wrong}")
        print(f"overflows {reading.overflows}, lost {reading.lost}, not heard at the beginning {shift}")


if __name__ == "__main__":
    main()
