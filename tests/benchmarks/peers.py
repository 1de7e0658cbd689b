"""How quick an answer is: from file to answer here, and the same clip through other frozen encoders, in one run.

    python -m tests.benchmarks.peers [--seconds 4] [--threads 2] [--repeat 30] [CLIP]

Takes the sample clip that ships, or CLIP, repeated or cut to length. wav2vec2-base runs as people run it, by eager
PyTorch, with random weights of the right shape, since time does not depend on them (it takes the trainer's packages);
openSMILE's eGeMAPS where `pip install opensmile` was done (its licence is for research only). The ways take turns; of
each the quickest and the middle of all turns are told: what the machine can do, and what it did.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import soundfile

from desktop_app import paths
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio


def wav2vec2(clip: Path, threads: int) -> Callable[[], Any] | None:
    try:
        import torch
        from transformers import Wav2Vec2Config, Wav2Vec2Model
    except ImportError:
        return None
    torch.set_num_threads(threads)
    model = Wav2Vec2Model(Wav2Vec2Config()).eval()

    def ask() -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(load_audio(clip).samples)[None]).last_hidden_state.mean(1)

    return ask


def egemaps(clip: Path) -> Callable[[], Any] | None:
    try:
        import opensmile
    except ImportError:
        return None
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    return lambda: smile.process_signal(load_audio(clip).samples, SAMPLE_RATE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=30)
    options = parser.parse_args()
    source = options.clip or min((paths.assets() / "sample").glob("*.wav"))
    samples = np.resize(load_audio(source).samples, round(options.seconds * SAMPLE_RATE))
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.wav"
        soundfile.write(clip, samples, SAMPLE_RATE)
        recogniser = Recogniser(load_pack(paths.default_pack()), options.threads)
        timings = []

        def ours() -> None:
            timings.append(recogniser.recognise_file(clip).timing_ms)

        ways = {
            "VoiceKin, file to answer": ours,
            "openSMILE eGeMAPS": egemaps(clip),
            "wav2vec2-base, eager": wav2vec2(clip, options.threads),
        }
        took: dict[str, list[float]] = {name: [] for name, way in ways.items() if way is not None}
        for turn in range(options.repeat + 1):
            for name in took:
                way = ways[name]
                assert way is not None
                began = perf_counter()
                way()
                if turn:  # the first run allocates
                    took[name].append(1e3 * (perf_counter() - began))
    own = took["VoiceKin, file to answer"]
    print(f"A clip of {options.seconds:g} s, {options.threads} threads, {options.repeat} turns; ms")
    print(f"{'':<28}{'quickest':>10}{'middle':>10}{'times ours':>12}")
    for name, ms in took.items():
        print(f"{name:<28}{min(ms):>10.1f}{np.median(ms):>10.1f}{min(ms) / min(own):>12.1f}")
    for name in ways.keys() - took.keys():
        print(f"{name:<28}{'not installed':>20}")
    parts = timings[1:]
    for part in ("decode", "encode", "retrieve"):
        print(f"  of ours, {part:<18}{min(getattr(t, part) for t in parts):>10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
