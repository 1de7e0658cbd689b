"""`voicekin pack`, `voicekin doctor`, and what opens the window."""

import shutil
import sys
import types
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop_app import __main__ as entry
from desktop_app import cli, paths
from desktop_app.capture.microphone import SystemMicrophones
from desktop_app.capture.source import Microphone
from desktop_app.engine.pack.archive import zip_pack
from desktop_app.engine.pack.format import Pack
from desktop_app.errors import DeviceError


@pytest.fixture(autouse=True)
def shipping_pack(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny pack in the place of the one that ships."""
    monkeypatch.setattr(paths, "default_pack", lambda: tiny_pack.root)
    return tiny_pack.root


@pytest.fixture(autouse=True)
def microphones(monkeypatch: pytest.MonkeyPatch) -> list[Microphone]:
    """What the sound system offers, whatever this machine has."""
    found = [Microphone("USB Microphone", "ALSA", is_default=True), Microphone("Line in", "ALSA")]
    monkeypatch.setattr(SystemMicrophones, "available", lambda _self, rescan=False: tuple(found))  # noqa: ARG005
    return found


def test_pack_verify(tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pack", "verify"]) == 0
    assert all(line.startswith("ok") for line in capsys.readouterr().out.splitlines())
    zip_pack(tiny_pack, tmp_path / "tiny.vkpack")
    assert cli.main(["pack", "verify", str(tmp_path / "tiny.vkpack")]) == 0
    broken = shutil.copytree(tiny_pack.root, tmp_path / "broken")
    (broken / "index.ann").write_bytes(b"cut")
    capsys.readouterr()
    assert cli.main(["pack", "verify", str(broken)]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_packs_are_installed_chosen_and_removed(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.tiny_pack import build_tiny_pack

    other = build_tiny_pack(tmp_path / "other", items=20, name="other")
    assert cli.main(["pack", "install", str(other.root)]) == 0
    assert cli.main(["pack", "use", "other"]) == 0
    capsys.readouterr()
    assert cli.main(["pack", "list"]) == 0
    shipping, installed = capsys.readouterr().out.splitlines()
    assert shipping.startswith("  tiny")
    assert installed.startswith("* other")
    assert cli.main(["pack", "remove", "other"]) == 2  # in use
    assert cli.main(["pack", "use", tiny_pack.manifest.name]) == 0
    assert cli.main(["pack", "remove", "other"]) == 0
    capsys.readouterr()
    assert cli.main(["pack", "card"]) == 0
    assert capsys.readouterr().out.startswith("# Tiny pack")


def test_doctor(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    home_pack = shutil.copytree(tiny_pack.root, tmp_path / "my packs" / "tiny")
    assert cli.main(["doctor", "--pack", str(home_pack)]) == 0
    out = capsys.readouterr().out
    for found in (
        "VoiceKin",
        "onnxruntime",
        "annoy",
        "tiny 1.0",
        "80 recordings",
        "ms for 4 s",
        "USB Microphone (ALSA",
    ):
        assert found in out
    assert str(tmp_path) not in out
    assert "~/my packs/tiny" in out


def test_doctor_tells_what_stands_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], microphones: list[Microphone]
) -> None:
    microphones.clear()
    (tmp_path / "pack").mkdir()
    assert cli.main(["doctor", "--pack", str(tmp_path / "pack")]) == 1
    out = capsys.readouterr().out
    assert "PROBLEM" in out
    assert "Microphones none" in out


def test_doctor_without_a_sound_system_is_no_problem(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: SystemMicrophones, rescan: bool = False) -> tuple[Microphone, ...]:  # noqa: ARG001
        raise DeviceError("The sound library PortAudio is missing.")

    monkeypatch.setattr(SystemMicrophones, "available", fail)
    assert cli.main(["doctor"]) == 0
    assert "PortAudio is missing" in capsys.readouterr().out


# --- what opens the window ---


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Stands in for the window; holds the arguments it was opened with."""
    opened: list[Sequence[str]] = []
    application = types.ModuleType("desktop_app.ui.application")
    application.run = lambda argv: opened.append(argv) or 0  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "desktop_app.ui.application", application)
    monkeypatch.setenv("DISPLAY", ":99")
    return opened


def test_no_arguments_or_files_open_the_window(window: list[Sequence[str]], tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert entry.main([]) == 0
    assert entry.main([str(tmp_path / "a.wav")]) == 0
    assert window == [[], [str(tmp_path / "a.wav")]]


def test_a_command_never_opens_it(
    window: list[Sequence[str]], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pack").mkdir()  # a folder of that name does not make it a file to open
    assert entry.main(["pack", "list"]) == 0
    with pytest.raises(SystemExit) as stop:
        entry.main(["--version"])
    assert stop.value.code == 0
    with pytest.raises(SystemExit) as stop:
        entry.main(["clasify", "a.wav"])
    assert stop.value.code == 2
    assert window == []
    assert "voicekin 0" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
def test_without_a_display_it_says_how_to_go_on(
    window: list[Sequence[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert entry.main([]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "voicekin classify" in error
    assert window == []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert entry.main([]) == 0
    assert window == [[]]
