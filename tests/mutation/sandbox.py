"""A copy of the checkout in which a module may be changed, and test runs in it: forks of a process that has imported
the large libraries already, so that a run costs what its tests cost."""

import importlib
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = ("desktop_app", "trainer", "tests", "voicekin")
LARGE = ("numpy", "numpy.testing", "onnxruntime", "onnx", "onnx.checker", "soundfile", "soxr", "annoy", "sqlite3")
TRAINERS = (
    *("torch", "torch._dynamo", "torch.onnx", "transformers", "transformers.models.whisper.modeling_whisper", "scipy"),
    *("scipy.signal", "sklearn.linear_model", "sklearn.manifold", "audiomentations", "accelerate", "tqdm", "filelock"),
    *("matplotlib.figure", "torch.utils.tensorboard"),
)
LEFT_OUT = (".git", ".venv*", ".*_cache", "__pycache__", "build", "dist", "runs", "*.egg-info")
LOOK_S = 0.02
LONG_AGO = 1_000_000_000
"""When a changed module was written, so that no compiled file is taken for its."""

TIMED_OUT = -1

CLOCK = 6
"""So many times the processor time that a run may take it may take by the clock, waiting or held up by other work."""


class Sandbox:
    """The copy; taken away by `close`."""

    def __init__(self, with_torch: bool) -> None:
        for name in LARGE + (TRAINERS if with_torch else ()):
            with suppress(ImportError):
                importlib.import_module(name)
        if with_torch:
            import torch

            torch.set_num_threads(1)
        self.root = Path(tempfile.mkdtemp(prefix="mutation-")).resolve()
        shutil.copytree(CHECKOUT, self.root, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    @contextmanager
    def changed(self, module: str, text: str) -> Any:
        """The module with another text for as long as the context lasts."""
        path = self.root / module
        before, times = path.read_bytes(), path.stat()
        try:
            path.write_text(text, encoding="utf-8")
            os.utime(path, (LONG_AGO, LONG_AGO))
            yield
        finally:
            path.write_bytes(before)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    def run(
        self,
        arguments: Sequence[str],
        limit_s: float,
        plugins: Sequence[object] = (),
        first: Callable[[], object] = lambda: None,
        last: Callable[[], object] = lambda: None,
        keep_compiled: bool = False,
    ) -> tuple[int, str]:
        """pytest's exit status in a process of its own, TIMED_OUT where it took longer, and the end of what it said.

        Args:
            limit_s: Of processor time, which a busy machine does not use up, for it and for each process that it
                starts; by the clock it has CLOCK times as long.
            first, last: Called in that process before and after the tests.
            keep_compiled: Whether Python may write compiled modules; not while one is changed.
        """
        said = self.root / "said.txt"
        child = os.fork()
        if not child:
            status = 70
            try:
                os.setsid()
                resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit_s), resource.RLIM_INFINITY))
                self._enter(said, keep_compiled)
                first()
                status = int(pytest.main([*arguments], plugins=list(plugins)))
                last()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        status = self._wait(child, time.monotonic() + CLOCK * limit_s)
        status = TIMED_OUT if status == -signal.SIGXCPU else status
        return status, said.read_text(encoding="utf-8", errors="replace")[-4000:]

    def _enter(self, said: Path, keep_compiled: bool) -> None:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(self.root)
        for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
            del sys.modules[name]
        sys.path[:] = [str(self.root), *(p for p in sys.path if p and Path(p).resolve() != CHECKOUT)]
        sys.dont_write_bytecode = not keep_compiled
        os.environ["PYTHONPATH"] = str(self.root)
        if not keep_compiled:
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

    @staticmethod
    def _wait(child: int, until: float) -> int:
        try:
            while time.monotonic() < until:
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    return os.waitstatus_to_exitcode(status)
                time.sleep(LOOK_S)
            return TIMED_OUT
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)  # and what its tests have started
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
