"""The interface in somebody's own script: what importing it brings along, and what Ctrl-C does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import desktop_app
import voicekin
from desktop_app.engine.pack.format import Pack

ROOT = Path(__file__).parents[2]
LIMIT_S = 240


def test_importing_it_brings_nothing_heavy_and_sets_no_signal_handler() -> None:
    script = """
import signal, sys
before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
import voicekin
heavy = {"numpy", "onnxruntime", "soundfile", "soxr", "annoy", "PySide6", "torch", "transformers", "trainer"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
voicekin.Recogniser
assert "onnxruntime" in sys.modules
assert not {"PySide6", "torch", "transformers", "trainer", "pandas"} & set(sys.modules)
assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there() -> None:
    for name in voicekin.__all__:
        assert getattr(voicekin, name) is not None
        assert name in dir(voicekin)
    for module in ("exports", "packs", "people"):
        assert getattr(voicekin, module).__doc__
    assert voicekin.__version__ == desktop_app.__version__
    with pytest.raises(AttributeError, match="Recognizer"):
        voicekin.Recognizer  # noqa: B018


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_is_a_keyboard_interrupt_as_in_any_script(tiny_pack: Pack, folder: Path) -> None:
    script = """
import sys
import voicekin
recogniser = voicekin.load(sys.argv[1])
files = [sys.argv[2]] * 100_000
try:
    for i, answer in enumerate(recogniser.classify(files, voice="none", jobs=2)):
        if i == 3:
            print("going", flush=True)
except KeyboardInterrupt:
    print("interrupted")
"""
    running = subprocess.Popen(
        [sys.executable, "-c", script, str(tiny_pack.root), str(folder / "clip 1.wav")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "going\n"
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=LIMIT_S)
    finally:
        running.kill()
        running.wait()
    assert said == "interrupted\n"
    assert running.returncode == 0
