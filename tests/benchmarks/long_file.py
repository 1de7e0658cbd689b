"""How fast, in how much memory and how patiently a long recording is analysed.

    python -m tests.benchmarks.long_file [MINUTES]

It joins clips of the corpora (VOICEKIN_CORPORA), else the sample clip that ships, to recordings of 1 and of MINUTES
(60) minutes, 44.1 kHz, and analyses each in a process of its own. It prints times real time, peak memory, the longest
time without progress and how soon a cancel is answered; the exit status is 1 where a figure misses its bound.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr

from desktop_app import paths
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from desktop_app.engine.sound.envelope import Peaks
from desktop_app.errors import Cancelled

ROOT = Path(__file__).parents[2]
RATE = 44_100
PAUSE_S = 0.8

LEAST_TIMES_REAL_TIME = 60.0
MOST_EXTRA_MB = 150.0
MOST_SILENT_S = 1.0
MOST_CANCEL_S = 0.5


def make(path: Path, minutes: float) -> None:
    """Joins clips with pauses until the recording is long enough."""
    found = sorted(Path(os.environ.get("VOICEKIN_CORPORA", "nowhere")).glob("*/*/*.flac"))
    found = random.Random(1).sample(found, 200) if len(found) >= 200 else sorted((paths.assets()).rglob("*.flac"))
    clips = [soxr.resample(load_audio(clip).samples, SAMPLE_RATE, RATE) for clip in found]
    rng = np.random.default_rng(0)
    written = 0
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        while written < minutes * 60 * RATE:
            sound = np.concatenate([clips[rng.integers(len(clips))], np.zeros(round(PAUSE_S * RATE))])
            file.write(sound + 1e-4 * rng.standard_normal(len(sound)))
            written += len(sound)


def measure(path: Path) -> dict[str, float]:
    """Analyses and answers; then once more, cancelled after a moment."""
    import resource

    recogniser = Recogniser(load_pack(paths.default_pack()))
    peaks = Peaks(SAMPLE_RATE)
    told = [time.monotonic()]
    began = time.monotonic()
    analysis = recogniser.analyse_file(path, progress=lambda _: told.append(time.monotonic()), listen=peaks.feed)
    analysed = time.monotonic()
    answer = recogniser.answer(analysis, progress=lambda _: told.append(time.monotonic()))
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)

    stop = threading.Event()
    asked_at = [0.0]

    def cancel() -> None:
        asked_at[0] = time.monotonic()
        stop.set()

    threading.Timer(min(1.0, took / 2), cancel).start()
    try:
        recogniser.analyse_file(path, should_stop=stop.is_set)
        cancel_s = 0.0  # it was over before
    except Cancelled:
        cancel_s = time.monotonic() - asked_at[0]
    return {
        "duration_s": answer.duration_s,
        "segments": len(answer.segments),
        "took_s": took,
        "answer_s": took - (analysed - began),
        "decode_and_vad_s": analysis.decode_ms / 1e3,
        "encode_s": analysis.encode_ms / 1e3,
        "times_real_time": answer.duration_s / took,
        "peak_mb": memory,
        "longest_without_progress_s": float(np.diff([*told, began + took]).max()),
        "cancel_s": cancel_s,
    }


def main() -> int:
    """Measures both and compares."""
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
        return 0
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for length in (1.0, minutes):
            path = Path(folder) / f"{length:g} minutes.wav"
            make(path, length)
            measure_one = [sys.executable, "-m", "tests.benchmarks.long_file", "measure", str(path)]
            done = subprocess.run(measure_one, cwd=ROOT, stdout=subprocess.PIPE, check=True)
            figures.append(json.loads(done.stdout))
            print(f"{length:g} minutes: " + ", ".join(f"{k} {v:.4g}" for k, v in figures[-1].items()), flush=True)
    short, long = figures
    bounds = {
        "times real time": long["times_real_time"] >= LEAST_TIMES_REAL_TIME,
        "memory beyond one minute's": long["peak_mb"] - short["peak_mb"] <= MOST_EXTRA_MB,
        "progress": long["longest_without_progress_s"] <= MOST_SILENT_S,
        "cancel": long["cancel_s"] <= MOST_CANCEL_S,
    }
    for name, kept in bounds.items():
        print(f"{'ok' if kept else 'MISSED':<8}{name}")
    return int(not all(bounds.values()))


if __name__ == "__main__":
    sys.exit(main())
