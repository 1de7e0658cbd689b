"""Mutated recordings of every kind: none may crash the app, hang, end in a traceback, or be heard in part silently.

    python -m tests.fuzz.decoders [--files 3000] [--seed 0] [--keep FOLDER]

Prints what became of them by kind, and each fault with the seed that makes it again. Exit status 1 if there is one.
The files are read in a process of their own, so that a crash in there is seen.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.engine.sound.made_recordings import KINDS, write

SECONDS = 6.0
LIMIT_S = 60.0
"""A file that takes longer hangs: whole ones take a tenth of a second."""

MISSED_S = 0.3
"""Less that is missing is no part of a recording."""

MORE_KINDS = {
    "plain.wav": "-c:a pcm_s16le",
    "float.wav": "-c:a pcm_f32le",
    "long.rf64": "-c:a pcm_s16le -rf64 always -f wav",
    "plain.aiff": "-c:a pcm_s16be",
    "plain.au": "-c:a pcm_s16be",
    "plain.flac": "-c:a flac",
    "constant.mp3": "-c:a libmp3lame -ar 44100",
    "variable.mp3": "-c:a libmp3lame -q:a 5 -ar 44100 -write_xing 0",
    "vorbis.ogg": "-c:a libvorbis",
    "speech.opus": "-c:a libopus -b:a 16k",
}
WITHOUT_LENGTH = (
    "raw.aac",
    "phone.amr",
    "film.ac3",
    "film.eac3",
    "variable.mp3",
    "flash.flv",
    "transport.m2ts",
    "radio.rm",
)
"""Streams that say nowhere how long they are: one that was cut, or had some of its packets taken out, is another whole
one, and nobody can tell."""


@dataclass(frozen=True)
class Verdict:
    """What became of a file: "whole", "told" (with remarks), "refused", or a fault."""

    kind: str
    words: str = ""

    @property
    def is_fault(self) -> bool:
        return self.kind not in ("whole", "told", "refused")


def mutated(whole: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Which mutation, and the bytes."""
    size = len(whole)
    at = int(rng.integers(size)) if rng.random() < 0.6 else int(rng.integers(min(size, 2_048)))
    run = int(min(size - at, 2 ** rng.uniform(0, np.log2(size / 3))))
    data = bytearray(whole)
    match name := str(rng.choice(["cut", "flip", "noise", "zero", "delete", "insert", "repeat", "number"])):
        case "cut":
            return name, whole[: max(16, at)]
        case "flip":
            for place in rng.integers(size, size=int(2 ** rng.uniform(0, 7))):
                data[place] ^= 1 << int(rng.integers(8))
        case "noise":
            data[at : at + run] = rng.bytes(run)
        case "zero":
            data[at : at + run] = bytes(run)
        case "delete":
            del data[at : at + run]
        case "insert":
            data[at:at] = rng.bytes(run)
        case "repeat":
            data[at:at] = data[at : at + run]
        case "number":
            wild = [
                b"\0\0\0\0",
                b"\xff\xff\xff\xff",
                b"\x7f\xff\xff\xff",
                b"\xff\xff\xff\x7f",
                b"\0\0\0\1",
                rng.bytes(4),
            ]
            data[at : at + 4] = wild[int(rng.integers(len(wild)))]
    return name, bytes(data)


class Reader:
    """The process that reads, begun again when it is gone."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.decoders", "--read"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines = ThreadPoolExecutor(1)

    def read(self, path: Path) -> dict[str, str]:
        """What the process says of a file, or {"fault": ...}."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        line: Future[str] = self._lines.submit(self._process.stdout.readline)
        try:
            said = line.result(LIMIT_S)
        except TimeoutError:
            self._process.kill()
            said = "hangs"
        if said and said != "hangs":
            answer: dict[str, str] = json.loads(said)
            return answer
        code = self._process.wait()
        self._begin()
        return {"fault": said or f"crash ({code})"}

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._lines.shutdown()


def read_those_named() -> None:
    """The reading process: names on stdin, a line of JSON for each."""
    from desktop_app.engine.sound.audio import probe, read_blocks
    from desktop_app.errors import AudioError

    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        remarks: list[str] = []
        said: dict[str, object]
        try:
            probe(path)
            samples = sum(map(len, read_blocks(path, 16_000, 0.5, tell=remarks.append)))
            said = {"seconds": samples / 16_000, "remarks": " ".join(remarks)}
        except AudioError as error:
            said = {"refused": str(error)}
        except Exception as error:
            said = {"fault": f"{type(error).__name__}: {error}"}
        print(json.dumps(said), flush=True)


def judged(name: str, mutation: str, said: dict[str, str]) -> Verdict:
    """The verdict on what the reading process said."""
    if "fault" in said:
        return Verdict("fault", said["fault"])
    if (sentence := said.get("refused")) is not None:
        one = sentence.endswith((".", ")")) and "\n" not in sentence
        return Verdict("refused" if one else "no sentence", sentence)
    missing = SECONDS - float(said["seconds"])
    if said["remarks"]:
        return Verdict("told", said["remarks"])
    if missing > MISSED_S and not (name in WITHOUT_LENGTH and mutation in ("cut", "delete")):
        return Verdict("silent part", f"{missing:.1f} s are missing without a word")
    return Verdict("whole")


def fuzz(files: int, seed: int, folder: Path, keep: Path | None = None) -> Iterator[tuple[str, str, int, Verdict]]:
    """(kind of file, mutation, number, verdict) of each; the same seed and number make the same file."""
    whole = {name: write(folder, name, options, SECONDS).read_bytes() for name, options in (KINDS | MORE_KINDS).items()}
    names = list(whole)
    reader = Reader()
    try:
        for number in range(files):
            rng = np.random.default_rng([seed, number])
            name = names[number % len(names)]
            mutation, data = mutated(whole[name], rng)
            path = folder / f"{number}-{name}"
            path.write_bytes(data)
            verdict = judged(name, mutation, reader.read(path))
            if verdict.is_fault and keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / path.name).write_bytes(data)
            path.unlink()
            yield name, mutation, number, verdict
    finally:
        reader.close()


def main() -> int:
    """Fuzz, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="where files with faults are kept")
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        read_those_named()
        return 0
    table: dict[str, Counter[str]] = {}
    faults = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, mutation, number, verdict in fuzz(args.files, args.seed, Path(folder), args.keep):
            table.setdefault(name, Counter())[verdict.kind] += 1
            if verdict.is_fault:
                faults += 1
                print(
                    f"{name}, {mutation}, seed {args.seed}, number {number}: {verdict.kind}: {verdict.words}",
                    flush=True,
                )
    for name, counts in table.items():
        print(f"{name:<16} {', '.join(f'{kind} {count}' for kind, count in sorted(counts.items()))}")
    total = sum(table.values(), Counter[str]())
    print(f"{total.total()} files in {time.monotonic() - start:.0f} s: {dict(total)}; faults: {faults}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
