"""What every test stands on: a user data folder of its own, the tiny pack, and signals that are not ignored."""

import signal
from pathlib import Path

import pytest

from desktop_app.engine.pack.format import Pack
from tests.tiny_pack import build_tiny_pack

# what runs in the background of a script, or under nohup, ignores signals, and so would every process of a test
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty user data folder; no test ever touches the real one."""
    home = tmp_path / "voicekin-home"
    monkeypatch.setenv("VOICEKIN_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A small real pack, shared: never change its files, copy its folder first."""
    return build_tiny_pack(tmp_path_factory.mktemp("packs") / "tiny")
