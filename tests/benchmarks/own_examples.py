"""How long the user's own examples take: adding one, teaching a voice, and a query among a hundred thousand.

python -m tests.benchmarks.own_examples [--examples 100000] [--pack DIR]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from desktop_app import paths
from desktop_app.engine.pack.format import Item
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.people.own_datastore import Doubles, Floats, embed_examples
from desktop_app.engine.people.personal import Personal
from desktop_app.engine.people.store import Store
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.recogniser import Analysis, Recogniser
from desktop_app.engine.recognition.voice import prior_of
from tests.tiny_pack import clip

REPEATS = 30
BATCH = 1024
TAUGHT = 100  # recordings in the store when one more is added


def show(what: str, act: Callable[[], object]) -> None:
    """Prints the median and the slowest of some runs."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        took.append(1e3 * (time.perf_counter() - start))
    print(f"{what}: {np.median(took):.1f} ms, slowest {max(took):.1f} ms")


def teach(recogniser: Recogniser) -> None:
    """A voice of 100 recordings, each an example as well; then one more of both, and the next answer."""
    heard = recogniser.analyse(clip("sad"))
    rng = np.random.default_rng(0)
    labels = recogniser.pack.manifest.labels

    def another() -> Analysis:
        shift = rng.normal(0, 0.3, heard.pooled.shape).astype(np.float32)
        return replace(heard, pooled=heard.pooled + shift, speech_s=2.0, speech_peak=0.9, level_db=-20.0)

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        personal = Personal(store, recogniser)
        me = personal.profiles.create("me").id
        for i in range(TAUGHT):
            personal.examples.add(personal._heard(another(), ()), labels[i % len(labels)], me)
            personal.profiles.contribute(me, personal._heard(another(), ()))
        personal.refresh()
        show(f"add an example to {TAUGHT}", lambda: personal.add_example(another(), labels[0], voice_id=me))
        show(f"teach a voice of {TAUGHT}", lambda: personal.learn(me, another()))
        voice = personal.voice(me).baseline
        show("the next answer", lambda: recogniser.answer(heard, baseline=voice, examples=personal.own))


def query(recogniser: Recogniser, n: int) -> None:
    """A query among n examples that lie as the pack's own clips do."""
    manifest = recogniser.pack.manifest
    prior = prior_of(recogniser.pack)
    rng = np.random.default_rng(0)

    def batches() -> Iterator[Sequence[StoredFeatures]]:
        for start in range(0, n, BATCH):
            size = min(BATCH, n - start)
            which = rng.integers(0, len(manifest.labels), size)
            rows = prior.emotion_offsets[which] + rng.normal(0, 0.7, (size, manifest.pooled_dim)).astype(np.float32)
            yield [
                StoredFeatures(start + i, manifest.labels[k], None, row, None)
                for i, (k, row) in enumerate(zip(which, rows, strict=True))
            ]

    def embed(pooled: Floats, baseline: Floats) -> tuple[Floats, Doubles]:
        headed = recogniser.encoder.head(pooled, baseline)
        return headed.embedding, softmax(headed.logits, manifest.calibration_temperature)

    start = time.perf_counter()
    own = embed_examples(
        batches(),
        {},
        embed,
        pack_labels=manifest.labels,
        prior=prior,
        describe=lambda i: Item(id=str(i), label=""),
    )
    print(f"embed and index {n} examples: {time.perf_counter() - start:.1f} s")
    zeros = np.zeros(manifest.pooled_dim, np.float32)
    pooled = prior.emotion_offsets[0] + rng.normal(0, 0.7, manifest.pooled_dim).astype(np.float32)
    (embedding,), (p_model,) = embed(pooled[None], zeros)
    show("neighbours and p_own", lambda: own.distribution(pooled, zeros, p_model, own.nearest(embedding, 32)))
    exact = set(np.argsort(-(own.embeddings @ embedding))[:32].tolist())
    found = {hit.index for hit in own.nearest(embedding, 32)}
    print(f"of the exact 32 nearest: {len(exact & found)} found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    options = parser.parse_args()
    recogniser = Recogniser(load_pack(options.pack))
    teach(recogniser)
    query(recogniser, options.examples)


if __name__ == "__main__":
    main()
