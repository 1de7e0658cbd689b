"""What an archive costs on a cluster: against one process, with two workers, with a long recording, with 20,000 files.

    python -m tests.benchmarks.archive clips [--files 2000]    overhead of one worker, and what a second one gives
    python -m tests.benchmarks.archive long [--minutes 60]     one recording on one worker and on two
    python -m tests.benchmarks.archive many [--files 2000 20000]  memory, 1 % broken, two workers killed: each file once
    python -m tests.benchmarks.archive again [--files 100000]  answered again from features

All figures of a line are of one run, so that the machine's load is in both sides of each ratio; CPU seconds are those
of all processes together. `clips`, `long` and `again` take the default pack and speech from the clip that ships,
`many` a pack of a few kilobytes, since it is about what is beside the hearing.
"""

import argparse
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import soundfile

import voicekin
from desktop_app import paths
from desktop_app.engine.batch.classify import Asked
from desktop_app.engine.batch.cluster import ClusterBatch, opened_cluster
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from tests.tiny_pack import LABELS, RATE, build_tiny_pack, clip
from voicekin.archives import Dataset, DatasetWriter


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["clips", "long", "many", "again"])
    parser.add_argument("--files", type=int, nargs="+")
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VOICEKIN_HOME"] = str(Path(folder) / "home")
        if arguments.what == "clips":
            clips(Path(folder), (arguments.files or [2_000])[0])
        elif arguments.what == "long":
            long(Path(folder), arguments.minutes)
        elif arguments.what == "many":
            return many(Path(folder), arguments.files or [2_000, 20_000])
        else:
            again(Path(folder), (arguments.files or [100_000])[0])
    return 0


def spoken() -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return load_audio(paths.assets() / "sample" / "sample.wav").samples


@contextmanager
def measured(what: str, hours: float) -> Iterator[list[float]]:
    """Prints and gives [wall, CPU] seconds of the block, processes that it started and ended among them."""
    began, before = time.perf_counter(), _cpu_s()
    took: list[float] = []
    yield took
    took += [time.perf_counter() - began, _cpu_s() - before]
    print(f"{what}: {took[0]:.1f} s, {took[1]:.1f} CPU s, {3600 * hours / took[0]:.0f} times as quick as the sound")


def _cpu_s() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def classified(
    recogniser: voicekin.Recogniser, files: Sequence[Path], cluster: str | None
) -> tuple[dict[str, voicekin.Outcome], float, float]:
    """Outcomes by path, each once, and the wall and CPU seconds of all processes from the first outcome to the last:
    without starting processes."""
    outcomes: dict[str, voicekin.Outcome] = {}
    began = cpu = 0.0
    answers = recogniser.classify(files, voice="none", jobs=1, cluster=cluster)
    for outcome in answers:
        if not outcomes:
            began, cpu = time.perf_counter(), _cpu_of_all_s()
        assert outcome.path not in outcomes
        outcomes[outcome.path] = outcome
        if len(outcomes) == len(files):
            began, cpu = time.perf_counter() - began, _cpu_of_all_s() - cpu
    return outcomes, began, cpu


def _cpu_of_all_s() -> float:
    me = psutil.Process()
    return float(sum(sum(process.cpu_times()[:2]) for process in (me, *me.children(recursive=True))))


def clips(folder: Path, n: int) -> None:
    """4 s each, as most clips of corpora are."""
    sound = np.tile(spoken(), 3)
    files = [folder / f"{i}.wav" for i in range(n)]
    for i, path in enumerate(files):
        start = 997 * i % (len(sound) - 4 * SAMPLE_RATE)
        soundfile.write(path, sound[start : start + 4 * SAMPLE_RATE], SAMPLE_RATE)
    recogniser = voicekin.load()
    hours = n * 4 / 3600
    took = {}
    for cluster in (None, "local:1", "local:2", None):
        with measured(cluster or "this process", hours):
            outcomes, rest_s, cpu_s = classified(recogniser, files, cluster)
        print(f"  from the first answer to the last {rest_s:.1f} s, {cpu_s:.1f} CPU s")
        took[cluster] = (rest_s, cpu_s, outcomes)
    alone, one, two = (took[cluster] for cluster in (None, "local:1", "local:2"))
    print(
        f"{n} clips. One worker for this process: {one[0] / alone[0] - 1:+.1%} of time, "
        f"{one[1] / alone[1] - 1:+.1%} of CPU time."
    )
    print(f"Two workers are {one[0] / two[0]:.2f} times as quick as one.")
    same = sum(replace(a, timing_ms=two[2][p].timing_ms) == two[2][p] for p, a in alone[2].items())  # type: ignore
    print(f"{same} of {n} answers are the same to the bit.")


def long(folder: Path, minutes: float) -> None:
    """One recording, cut at its pauses."""
    sound = np.concatenate([spoken(), np.zeros(SAMPLE_RATE // 2, np.float32)])
    path = folder / "long.wav"
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1) as file:
        for _ in range(int(minutes * 60 * SAMPLE_RATE / len(sound))):
            file.write(sound)
    recogniser = voicekin.load()
    found, seconds = {}, {}
    for cluster in ("local:1", "local:2"):
        # without the start of processes: from when the pack is with the workers until the answer
        with opened_cluster(cluster, recogniser.pack, lambda: False) as there:
            began, cpu = time.perf_counter(), _cpu_of_all_s()
            (found[cluster],) = ClusterBatch(there, recogniser._ready(), [path], Asked()).outcomes()
            seconds[cluster] = time.perf_counter() - began
            print(f"{minutes} minutes by {cluster}: {seconds[cluster]:.1f} s, {_cpu_of_all_s() - cpu:.1f} CPU s")
    one, two = found["local:1"], found["local:2"]
    print(f"Two workers are {seconds['local:1'] / seconds['local:2']:.2f} times as quick as one.")
    print(f"The same to the bit: {replace(one, timing_ms=two.timing_ms) == two}")  # type: ignore


def many(folder: Path, counts: Sequence[int]) -> int:
    """Two workers, each killed once, and 1 % of broken files; memory of this process, which holds the scheduler too."""
    recogniser = voicekin.load(build_tiny_pack(folder / "pack"))
    good, bad = folder / "good.wav", folder / "bad.wav"
    soundfile.write(good, clip(LABELS[0], 1, 0.5), RATE)
    bad.write_text("This is no sound.")
    wrong = 0
    for n in counts:
        files = []
        (folder / str(n)).mkdir()
        for i in range(n):
            files.append(folder / str(n) / f"{i}.wav")
            files[-1].hardlink_to(bad if i % 100 == 50 else good)
        found: Counter[str] = Counter()
        failed = 0
        peak = 0
        me = psutil.Process()
        killed: list[int] = []

        def kill(killed: list[int] = killed, me: psutil.Process = me) -> None:
            workers = [p for p in me.children(recursive=True) if p.cpu_times().user > 0.5 and p.pid not in killed]
            if workers:
                killed.append(workers[0].pid)
                os.kill(workers[0].pid, signal.SIGKILL)

        began = time.perf_counter()
        with DatasetWriter(folder / f"{n}.parquet") as dataset:
            for count, outcome in enumerate(recogniser.classify(files, voice="none", cluster="local:2"), 1):
                dataset.add(outcome)
                found[outcome.path] += 1
                failed += isinstance(outcome, voicekin.Failure)
                if count in (n // 4, n // 2):
                    threading.Thread(target=kill).start()
                if count % 100 == 0:
                    peak = max(peak, me.memory_info().rss)
        took = time.perf_counter() - began
        once = sum(times == 1 for times in found.values())
        print(
            f"{n} files in {took:.0f} s ({1e3 * took / n:.1f} ms each), {len(killed)} workers killed: {once} answered "
            f"or refused once, {failed} refused; at most {peak / 1e6:.0f} MB"
        )
        wrong += once != n or failed != n // 100
    return int(wrong > 0)


def again(folder: Path, n: int) -> None:
    """Features of as many recordings as asked for, made of the sample's with a little noise, answered with a voice."""
    recogniser = voicekin.load()
    (heard,) = recogniser.classify([paths.assets() / "sample" / "sample.wav"], features=True)
    assert isinstance(heard, voicekin.Recognition)
    assert heard.features is not None
    features = heard.features
    rng = np.random.default_rng(0)
    spread = features.pooled.std()
    with DatasetWriter(folder / "a.parquet") as dataset:
        for i in range(n):
            pooled = features.pooled + spread * rng.standard_normal(features.pooled.shape, np.float32)
            dataset.add(replace(heard, path=f"/calls/{i // 1000}/{i}.wav", features=replace(features, pooled=pooled)))
    size = sum(p.stat().st_size for p in (folder / "a.parquet").rglob("*.parquet"))
    voice = recogniser.estimate_voice([paths.assets() / "sample" / "sample.wav"])
    for name, options in (("a voice", {"voice": voice}), ("each alone", {"voice": "none"}), ("by folder", {})):
        began, before = time.perf_counter(), _cpu_s()
        with DatasetWriter(folder / "b.parquet", overwrite=True) as target:
            for outcome in recogniser.answer_again(Dataset(folder / "a.parquet"), **options):  # type: ignore
                target.add(outcome)
        took = time.perf_counter() - began
        print(f"{n} recordings ({size / 1e6:.0f} MB) with {name}: {took:.0f} s, {_cpu_s() - before:.0f} CPU s")


if __name__ == "__main__":
    sys.exit(main())
