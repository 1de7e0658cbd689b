"""Verifies a pack: makes every check of its format and answers two sounds with it, in a separate process.

A graph that passed `engine.pack.graph` may still take hours or all memory. So every pack is first run in a process with
limits; if that hangs, uses too much memory or crashes, the pack is refused.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import desktop_app
from desktop_app.engine.pack.format import ENCODER, HEAD, INDEX, NEIGHBOURS, Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.engine.recognition.retrieval import Datastore
from desktop_app.errors import PackError
from desktop_app.interruption import ShouldStop, heed, never

FIRST_RUN = "--first-run"
"""The first argument of the separate process; a pack and the file to write the checks to follow."""

PATIENCE_S = 60.0
"""Seconds for a first run; on an idle laptop the default pack takes 1.2 s, most of it to start Python."""
PATIENCE_S_A_GB = 60.0
"""Additional seconds for each GB of the pack, which is read completely and hashed."""

MEMORY = 1_500_000_000
"""Bytes of address space; the default pack takes MEMORY / 2, most of it never touched."""
MEMORY_A_BYTE = 10
"""Additional bytes for each byte of the graphs: 8-bit weights are converted to floats and rearranged."""

MAPPED_TWICE = 2
"""Mapped files count as memory too; the index is mapped by Annoy and by VoiceKin."""

LOOK_EVERY_S = 0.1
"""How often the wait for a first run is interrupted to check whether to stop."""

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass(frozen=True)
class Check:
    """One result of `verify_pack`: what was checked, whether it passed, and what was found."""

    name: str
    ok: bool
    detail: str


def verify_pack(path: Path, should_stop: ShouldStop = never) -> list[Check]:
    """Checks a pack as `load_pack` does and then runs it, in a separate process.

    Problems with the pack are returned, not raised.

    Raises:
        Cancelled: `should_stop` returned True.
    """
    with tempfile.TemporaryDirectory(prefix="voicekin-first-run-") as folder:
        found = Path(folder) / "checks.json"
        arguments = [FIRST_RUN, os.fspath(path.absolute()), os.fspath(found)]
        status = _run_apart(arguments, _patience_s(path), should_stop)
        try:
            return [Check(**line) for line in json.loads(found.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            pass
    if status is None:
        return [Check("encoder", False, "The pack takes far too long for an answer: don't use it.")]
    return [Check("encoder", False, f"The pack ended the process that it was first run in ({status}): don't use it.")]


def first_run(arguments: list[str]) -> int:
    """The main function of the separate process, with the arguments after FIRST_RUN; returns its exit status."""
    path, target = Path(arguments[0]), Path(arguments[1])
    checks = [asdict(check) for check in looked_at(path, _limit_memory)]
    beside = target.with_suffix(".part")
    beside.write_text(json.dumps(checks), encoding="utf-8")
    beside.replace(target)
    return 0


def looked_at(path: Path, before_it_runs: Callable[[Pack], None] | None = None) -> list[Check]:
    """As `verify_pack`, but in this process."""
    checks: list[Check] = []
    try:
        pack = load_pack(path)
        if before_it_runs is not None:
            before_it_runs(pack)
        m = pack.manifest
        size = sum(entry.size for entry in m.files.values())
        checks.append(Check("manifest", True, f"{m.name} {m.version}, format {m.format}, {m.licence}"))
        checks.append(
            Check("files", True, f"{len(m.files)} files, {size / 1e6:.1f} MB, every size and sha256 as listed")
        )
        checks.append(Check("labels", True, ", ".join(m.labels)))
        checks.append(Check("index", True, f"{len(pack.items)} recordings, {m.embedding_dim} dimensions"))
        encoder = Encoder(pack)
        checks.append(Check("encoder", True, f"{m.backbone}, inputs and outputs as the format asks"))
        noise = 0.1 * np.random.default_rng(0).standard_normal(int(m.max_seconds * m.sample_rate), np.float32)
        encoder.encode([noise])
        silence = np.zeros(m.sample_rate, np.float32)
        headed = encoder.head(encoder.encode([silence]).pooled, np.zeros(m.pooled_dim, np.float32))
        hits = Datastore(pack).nearest(headed.embedding[0], m.knn.k)
        checks.append(Check("answer", True, f"noise and a second of silence encoded, {len(hits)} neighbours found"))
    except PackError as error:
        checks.append(Check("encoder" if checks else "pack", False, str(error)))
    except MemoryError:
        checks.append(Check("encoder", False, "The pack takes far too much memory: don't use it."))
    return checks


def _patience_s(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else [path]
    return PATIENCE_S + PATIENCE_S_A_GB * sum(f.stat().st_size for f in files if f.is_file()) / 1e9


def _run_apart(arguments: list[str], patience_s: float, should_stop: ShouldStop) -> int | None:
    """Runs VoiceKin in another process; returns its exit status, or None if it was killed after `patience_s`."""
    here = [] if getattr(sys, "frozen", False) else ["-m", desktop_app.__name__]
    source = os.fspath(Path(desktop_app.__file__).parents[1])
    path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, *here, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # one thread: every thread reserves a stack, which counts as memory
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        creationflags=_NO_WINDOW,
        start_new_session=os.name == "posix",  # Ctrl-C at a terminal reaches only us, and we end it
    )
    until = time.monotonic() + patience_s
    try:
        while time.monotonic() < until:
            heed(should_stop)
            with suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_EVERY_S)
        return None
    finally:
        process.kill()
        process.wait()


def _limit_memory(pack: Pack) -> None:
    """Limits the memory of this process if the system allows it; macOS and Windows have only the time limit."""
    if sys.platform == "linux":
        import resource

        graphs = sum(pack.manifest.files[name].size for name in (ENCODER, HEAD))
        mapped = sum(MAPPED_TWICE * pack.manifest.files[name].size for name in (INDEX, NEIGHBOURS))
        most = MEMORY + MEMORY_A_BYTE * graphs + mapped
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
