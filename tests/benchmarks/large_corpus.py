"""A corpus larger than memory: what training heads on it holds there, and how quickly the feature cache grows.

    python -m tests.benchmarks.large_corpus [--clips 1000,4000] [--keys 100000,1000000] [--keep DIR]

Makes corpora of so many clips, stretches of a quarter of a second of noisy tones in files of ten minutes. A process
of its own prepares, fits, tunes and evaluates each, and tells the most memory that is its own in each stage (RssAnon:
pages of files, which the system takes back when it needs them, are not counted). In the place of an encoder stand
drawn features, 2,048 a clip as with Whisper-base: it holds one batch at a time, however many clips there are. As
these corpora are small the process holds less of them at once than usual, 4 MiB of features and 256 clips at work,
and gives freed memory back at once, so that the growth by clip is that of what is kept of each. From it follows what
900,000 clips, 1,000 hours of four seconds each, would take: an extrapolation, made over two orders of magnitude. Then
256 rows are added to caches that hold so many already. Exit status 1 where a goal is missed: under 8 GB at 1,000
hours, and no append ten times as slow as the first.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from trainer.data.features import CHUNK, FeatureCache

RATE, CLIP_S, FILE_S = 16_000, 0.25, 600.0
LABELS = ("angry", "happy", "neutral", "sad")
OF_A_SPEAKER = 50  # clips
HOURS_1000 = 900_000  # clips of four seconds
MOST_GB, SLOWEST = 8.0, 10.0
ALLOWED = 256 * 4  # MB that features may take in memory before they lie in files, several arrays at a time

RECIPE = """name = "large"
[corpora]
names = ["own"]
folders = {{ own = "{folder}" }}
labels = ["angry", "happy", "neutral", "sad"]
[backbone]
name = "{encoder}"
layers = 1
pooled_layers = [0, 1]
[augment]
kinds = ["volume"]
copies = 1
[head]
members = 1
width = 128
[training]
epochs = 1
[protocol]
folds = 2
seeds = [0]
baseline_counts = [0, -1]
"""

CHILD = """
import json, sys, threading, time
from pathlib import Path
import numpy as np
import trainer.data.features
import trainer.training.datastore
import trainer.training.fit
from trainer.results.evaluate import evaluate_run
from trainer.run import Run

trainer.data.features.IN_MEMORY, trainer.training.fit.AT_ONCE = 4 << 20, 256
trainer.training.datastore.DISTANCES_AT_ONCE = 1 << 18
rng, most, ended = np.random.default_rng(0), [0], threading.Event()
trainer.data.features.encode = lambda model, sounds, precision: rng.standard_normal(
    (len(sounds), model.pooled_dim), np.float32
)

def own_mb():
    lines = [line.split() for line in open("/proc/self/status")]
    return next(int(words[1]) / 1024 for words in lines if words[0] == "RssAnon:")

def watch():
    while not ended.wait(0.02):
        most[0] = max(most[0], own_mb())

threading.Thread(target=watch, daemon=True).start()
told = {}
run = Run(Path(sys.argv[1]), Path(sys.argv[2]))
stages = {"prepare": run.prepare, "fit": run.fit, "tune": run.tune, "evaluate": lambda: evaluate_run(run)}
for name, stage in stages.items():
    began, most[0] = time.perf_counter(), own_mb()
    stage()
    told[name] = [round(most[0], 1), round(time.perf_counter() - began, 1)]
ended.set()
print(json.dumps(told))
"""


def make_corpus(folder: Path, n: int) -> None:
    """n clips, OF_A_SPEAKER each, as stretches of long files, named in clips.csv."""
    rng, per_file = np.random.default_rng(0), int(FILE_S / CLIP_S)
    folder.mkdir()
    times = np.arange(round(CLIP_S * RATE)) / RATE
    with (folder / "clips.csv").open("w", newline="", encoding="utf-8") as f:
        table = csv.writer(f)
        table.writerow(("path", "label", "speaker", "start", "end"))
        for first in range(0, n, per_file):
            clips = []
            for i in range(first, min(first + per_file, n)):
                label, speaker = i % len(LABELS), i // OF_A_SPEAKER
                tone = np.sin(2 * np.pi * (150 + 60 * label + 11 * (speaker % 20)) * times)
                clips.append(0.2 * tone + 0.02 * rng.standard_normal(len(times)))
                start = (i - first) * CLIP_S
                table.writerow((f"{first}.wav", LABELS[label], f"s{speaker}", start, start + CLIP_S))
            soundfile.write(folder / f"{first}.wav", np.concatenate(clips), RATE)


def make_encoder(folder: Path) -> None:
    config = WhisperConfig(
        d_model=512, encoder_layers=1, encoder_attention_heads=8, encoder_ffn_dim=512, num_mel_bins=80
    )
    WhisperEncoder(config).save_pretrained(folder)


def measured(place: Path, n: int) -> dict[str, list[float]]:
    """Most memory in MB and seconds of each stage."""
    make_corpus(place / str(n), n)
    recipe = place / f"{n}.toml"
    recipe.write_text(RECIPE.format(folder=place / str(n), encoder=place / "encoder"), encoding="utf-8")
    command = [sys.executable, "-c", CHILD, str(recipe), str(place / f"run-{n}")]
    env = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}  # glibc's
    env["VOICEKIN_CACHE"] = str(place / "cache")
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3600, env=env).stdout
    found: dict[str, list[float]] = json.loads(output.splitlines()[-1])
    return found


def append_ms(place: Path, n: int) -> float:
    """Of adding 256 rows to a cache of n, the median of nine."""
    cache = FeatureCache(place / f"cache-{n}", 8)
    rows = np.zeros((CHUNK, 8), np.float32)
    block = 50_000
    for first in range(0, n, block):
        cache.append([f"{i:064x}-15" for i in range(first, first + block)], np.zeros((block, 8), np.float32))
    taken = []
    for i in range(9):
        began = time.perf_counter()
        cache.append([f"new-{i}-{j}" for j in range(CHUNK)], rows)
        taken.append(1000 * (time.perf_counter() - began))
    return float(np.median(taken))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", default="1000,4000")
    parser.add_argument("--keys", default="100000,1000000")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="an empty or new folder for all that is made")
    options = parser.parse_args()
    sizes, keys = ([int(n) for n in text.split(",")] for text in (options.clips, options.keys))
    with tempfile.TemporaryDirectory() as made:
        place = options.keep or Path(made)
        place.mkdir(parents=True, exist_ok=True)
        make_encoder(place / "encoder")
        by_size = {}
        for n in sizes:
            by_size[n] = measured(place, n)
            told = ", ".join(f"{stage} {mb:.0f} MB {s:.0f} s" for stage, (mb, s) in by_size[n].items())
            print(f"{n} clips: {told}", flush=True)
        most = 0.0
        for stage in by_size[sizes[0]]:
            slope, start = np.polyfit(sizes, [by_size[n][stage][0] for n in sizes], 1)
            at = (start + slope * HOURS_1000 + ALLOWED) / 1000
            most = max(most, at)
            print(f"{stage}: {1000 * slope:.2f} kB a clip; {at:.1f} GB at 1,000 hours, {ALLOWED} MB of it features")
        appends = [append_ms(place, n) for n in keys]
        for n, ms in zip(keys, appends, strict=True):
            print(f"{CHUNK} rows added to a cache of {n}: {ms:.2f} ms")
    ok = most <= MOST_GB and max(appends) <= SLOWEST * appends[0]
    print("goals kept" if ok else "a goal is missed")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
