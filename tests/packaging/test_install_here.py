"""What the self-extracting archive runs: it installs into a home folder, whatever its name, and takes itself away."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LINUX = CHECKOUT / "packaging" / "linux"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the archive is Linux' own")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with spaces, accents and a dollar, where an archive with a program that does nothing was unpacked
    and run."""
    archive = tmp_path / "archive"
    (archive / "VoiceKin" / "_internal").mkdir(parents=True)
    (archive / "VoiceKin" / "VoiceKin").write_text("#!/bin/sh\n", encoding="utf-8")
    for name in ("voicekin.desktop", "voicekin.xml", "voicekin.1", "install-here"):
        shutil.copy(LINUX / name, archive)
    shutil.copy(CHECKOUT / "assets" / "icons" / "voicekin.svg", archive)
    home = tmp_path / "Änne $Übel"
    home.mkdir()
    run(["sh", "./install-here"], home, archive)
    return home


def run(command: list[str], home: Path, folder: Path) -> None:
    subprocess.run(
        command, cwd=folder, env={**os.environ, "HOME": str(home)}, check=True, capture_output=True, timeout=240
    )


def uninstall(home: Path) -> None:
    run([str(home / ".local/lib/voicekin/uninstall")], home, home)


def test_it_is_in_the_menu_by_a_path_that_a_desktop_understands(home: Path) -> None:
    entry = (home / ".local/share/applications/voicekin.desktop").read_text(encoding="utf-8")
    path = str(home / ".local/bin/voicekin").replace("$", "\\\\$")
    assert f'Exec="{path}" %F' in entry.splitlines()
    assert (home / ".local/bin/voicekin").resolve() == home / ".local/lib/voicekin/VoiceKin"


def test_taken_away_it_leaves_no_file(home: Path) -> None:
    uninstall(home)
    assert [path for path in home.rglob("*") if not path.is_dir()] == []


def test_what_others_put_there_stays(home: Path) -> None:
    others = [
        home / ".local/share" / name
        for name in ("applications/other.desktop", "mime/packages/other.xml", "voicekin/settings.json")
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<mime-info xmlns='http://www.freedesktop.org/standards/shared-mime-info'/>", encoding="utf-8")
    uninstall(home)
    assert [path for path in others if not path.is_file()] == []
