"""Mutated packs: whatever is in one, it is opened and answers, or is refused in a sentence.

    python -m tests.fuzz.packs [--count 3000] [--first 0] [--pack DIR]

Each is the tiny pack of the tests (or DIR), a file or two of it changed by its seed alone, most with a manifest that
agrees, so that the checks behind size and sha256 are reached. A process at the side opens and asks one after the other;
where it dies or takes more than 60 s the next goes on behind. Exit status 1 where one crashed, hung, or met an error
that is no sentence.
"""

import argparse
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from desktop_app.engine.pack.format import MANIFEST, sha256_of
from desktop_app.errors import VoiceKinError

PATIENCE_S = 60.0
MEMORY = 3 * 2**30
ROWS = ("neighbours.jsonl", "neighbours.idx")
FILES = ("encoder.onnx", "head.onnx", "index.ann", *ROWS, "map.npy", "voice.npy", MANIFEST)
FINE = ("answered", "refused")
NUMBERS = (0, 1, -1, 2, 7, 255, 2**15, 2**22, 2**31 - 1, 2**31, -(2**31), 2**40, 2**63 - 1, -(2**63))
OPERATORS = ("Loop", "If", "Expand", "Pad", "ConstantOfShape", "Tile", "Reshape", "MatMul", "Gather", "TopK", "Odd")


@dataclass(frozen=True)
class Outcome:
    """What became of one pack; `what` is one of FINE, "crash", "hang" or "traceback"."""

    seed: int
    what: str
    detail: str
    seconds: float


def mutate(folder: Path, seed: int) -> None:
    """Changes the pack in a folder."""
    rng = np.random.default_rng(seed)
    present = [name for name in FILES if (folder / name).is_file()]
    for name in rng.choice(present, size=int(rng.integers(1, 3)), replace=False):
        path = folder / str(name)
        if path.suffix == ".onnx" and rng.random() < 0.6:
            _mutate_graph(path, rng)
        elif path.suffix in (".json", ".jsonl") and rng.random() < 0.6:
            _mutate_json(path, rng)
        else:
            path.write_bytes(_mutated(path.read_bytes(), rng))
    if rng.random() < 0.9:
        _agree(folder)


def _mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes changed, cut, put in, or swapped; oftener at the start, where headers are."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 4))):
        if not changed:
            break
        reach = len(changed) if rng.random() < 0.5 else min(len(changed), 256)
        at, size = int(rng.integers(reach)), int(rng.integers(1, 64))
        kind = int(rng.integers(6))
        if kind == 0:
            changed[at] = int(rng.integers(256))
        elif kind == 1:
            changed[at] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            del changed[at:]
        elif kind == 3:
            changed[at:at] = rng.bytes(size)
        elif kind == 4:
            changed[at : at + 4] = int(rng.choice(NUMBERS) & 0xFFFFFFFF).to_bytes(4, "little")
        else:
            changed[at : at + size] = changed[:size]
    return bytes(changed)


def _mutate_graph(path: Path, rng: np.random.Generator) -> None:
    """Another operator, another number, another wiring, another size: what a file's bytes alone seldom hit."""
    model = onnx.load(path)
    nodes, tensors = model.graph.node, model.graph.initializer
    for _ in range(int(rng.integers(1, 4))):
        node = nodes[int(rng.integers(len(nodes)))]
        kind = int(rng.integers(7))
        if kind == 0:
            node.op_type = str(rng.choice(OPERATORS))
        elif kind == 1 and node.input:
            other = nodes[int(rng.integers(len(nodes)))]
            node.input[int(rng.integers(len(node.input)))] = other.output[0]
        elif kind == 2 and node.attribute:
            attribute = node.attribute[int(rng.integers(len(node.attribute)))]
            attribute.i = int(rng.choice(NUMBERS))
            if attribute.ints:
                attribute.ints[int(rng.integers(len(attribute.ints)))] = int(rng.choice(NUMBERS))
        elif kind == 3:
            nodes.append(node)
        elif kind == 4:
            del nodes[int(rng.integers(len(nodes)))]
            if not nodes:
                break
        elif tensors:
            whole = [t for t in tensors if t.data_type in (6, 7)] if kind == 5 else []
            tensor = (whole or list(tensors))[int(rng.integers(len(whole or tensors)))]
            if kind == 5 and len(tensor.raw_data) >= 8:
                value = int(rng.choice(NUMBERS)) & (2**64 - 1)
                tensor.raw_data = value.to_bytes(8, "little") + tensor.raw_data[8:]
            elif tensor.dims:
                tensor.dims[int(rng.integers(len(tensor.dims)))] = int(rng.choice(NUMBERS))
    path.write_bytes(model.SerializeToString())


def _mutate_json(path: Path, rng: np.random.Generator) -> None:
    """A value in the place of another, in one line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    values = ["null", "-1", "1e999", "NaN", '""', "[]", "{}", "true", str(2**70), '"../x"', "[" * 5_000, '"\\ud800"']
    at = int(rng.integers(len(lines)))
    words = lines[at].split(" ")
    words[int(rng.integers(len(words)))] = str(rng.choice(values)) + ("," if rng.random() < 0.7 else "")
    lines[at] = " ".join(words)
    path.write_text("\n".join(lines), encoding="utf-8")


def _agree(folder: Path) -> None:
    """A manifest that lists the files as they are, where it still is one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, entry in manifest["files"].items():
            entry["sha256"], entry["size"] = sha256_of(folder / name), (folder / name).stat().st_size
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
        return


def ask(folder: Path) -> tuple[str, str]:
    """Opens a pack and asks it about a second of noise: what became of it, and what was said."""
    from desktop_app.engine.pack.read import load_pack
    from desktop_app.engine.recognition.recogniser import Recogniser

    sound = 0.1 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    try:
        recogniser = Recogniser(load_pack(folder), threads=1)
        recogniser.answer(recogniser.analyse(sound))
    except VoiceKinError as error:
        said = str(error)
        return ("refused", said) if said and "\n" not in said else ("traceback", f"no sentence: {said!r}")
    except Exception:
        return "traceback", traceback.format_exc()
    return "answered", ""


def _work(source: Path, first: int, end: int) -> None:
    """What the process at the side does: a line of JSON before and after each."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for seed in range(first, end):
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "pack"
            shutil.copytree(source, folder)
            mutate(folder, seed)
            print(json.dumps({"begin": seed}), flush=True)
            what, detail = ask(folder)
            print(json.dumps({"seed": seed, "what": what, "detail": detail}), flush=True)


def run(source: Path, first: int, count: int, patience_s: float = PATIENCE_S) -> Iterator[Outcome]:
    """The outcome of each seed from `first` on."""
    seed, end = first, first + count
    while seed < end:
        command = [sys.executable, "-m", "tests.fuzz.packs", "--work", str(source), str(seed), str(end)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        began = time.monotonic()
        try:
            while seed < end:
                try:
                    line = lines.get(timeout=patience_s)
                except queue.Empty:
                    yield Outcome(seed, "hang", f"more than {patience_s:.0f} s", patience_s)
                    seed += 1
                    break
                if line is None:
                    yield Outcome(seed, "crash", f"exit status {process.wait()}", time.monotonic() - began)
                    seed += 1
                    break
                if not line.startswith("{"):  # a library's own word
                    print(f"seed {seed} wrote {line!r}", flush=True)
                    continue
                found = json.loads(line)
                if "begin" in found:
                    began = time.monotonic()
                    continue
                yield Outcome(seed, found["what"], found["detail"], time.monotonic() - began)
                seed += 1
        finally:
            process.kill()
            process.wait()
            reader.join()


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        _work(Path(options.work[0]), int(options.work[1]), int(options.work[2]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        source = options.pack
        if source is None:
            from tests.tiny_pack import build_tiny_pack

            source = build_tiny_pack(Path(folder) / "tiny").root
        outcomes = Counter[str]()
        longest = Outcome(-1, "", "", 0.0)
        for outcome in run(source, options.first, options.count):
            outcomes[outcome.what] += 1
            longest = max(longest, outcome, key=lambda o: o.seconds)
            if outcome.what not in FINE:
                print(f"seed {outcome.seed}: {outcome.what}\n{outcome.detail}", flush=True)
    print(", ".join(f"{count} {what}" for what, count in outcomes.most_common()))
    print(f"The longest took {longest.seconds:.1f} s (seed {longest.seed}, {longest.what}).")
    return int(any(what not in FINE for what in outcomes))


if __name__ == "__main__":
    sys.exit(main())
