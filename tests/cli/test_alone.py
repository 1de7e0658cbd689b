"""The engine and the command line stand alone: without Qt and torch, without a network, and quickly."""

import subprocess
import sys
from pathlib import Path

import soundfile

from desktop_app.engine.pack.format import Pack
from tests.tiny_pack import RATE, clip

ROOT = Path(__file__).parents[2]

BLOCK_IMPORTS = """
import sys
import tests.no_qt_no_torch
"""

IMPORT_ALL = """
import importlib, pkgutil
import desktop_app.capture, desktop_app.cli, desktop_app.commands, desktop_app.engine, voicekin
import tests.capture, tests.cli, tests.engine

packages = [desktop_app.engine, desktop_app.capture, desktop_app.commands, voicekin]
packages += [tests.engine, tests.capture, tests.cli]
names = [m.name for p in packages for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
for name in names:
    importlib.import_module(name)
assert len(names) > 30, names
"""

CLASSIFY = """
from desktop_app import cli
status = cli.main(["classify", "--json", "--pack", sys.argv[1], *sys.argv[2:]])
assert status == 0, status
"""

BLOCK_NETWORK = """
import sys

def refuse(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ssl.")):
        print("network:", event, args, file=sys.stderr)
        sys.exit(99)

sys.addaudithook(refuse)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    return done


def test_engine_capture_and_command_line_live_without_qt_and_torch(tiny_pack: Pack, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clip("sad"), RATE)
    done = run(BLOCK_IMPORTS + IMPORT_ALL + CLASSIFY, str(tiny_pack.root), str(tmp_path / "a.wav"))
    assert '"label": "sad"' in done.stdout


def test_the_block_really_blocks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCK_IMPORTS + "import PySide6.QtCore"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert "PySide6 is blocked" in done.stderr


def test_no_socket_is_ever_touched(tiny_pack: Pack, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clip("sad"), RATE)
    done = run(BLOCK_NETWORK + CLASSIFY, str(tiny_pack.root), str(tmp_path / "a.wav"))
    assert '"label": "sad"' in done.stdout
    assert done.stderr == ""
    probe = BLOCK_NETWORK + "import socket\nsocket.socket()"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False, timeout=240).returncode == 99


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from desktop_app import __main__
try:
    __main__.main(["--help"])
except SystemExit:
    pass
heavy = {"numpy", "onnxruntime", "annoy", "soundfile", "soxr", "sounddevice", "PySide6"} & set(sys.modules)
assert not heavy, heavy
"""
    assert "classify" in run(code).stdout
