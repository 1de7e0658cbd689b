"""The wheel: everything the app needs travels in it, nothing else does, and it works from any folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=240
    )
    return set(filter(None, listed.stdout.split("\0")))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        timeout=240,
    )
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_packages_and_assets_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assets = {f"desktop_app/{name}" for name in tracked("assets")}
    packages = tracked("desktop_app") | tracked("voicekin") | tracked("trainer")
    assert held >= assets | packages
    assert all(name.startswith(("desktop_app/", "voicekin/", "trainer/")) for name in held)


def test_the_installed_wheel_answers_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    sample = tmp_path / "installed" / "desktop_app" / "assets" / "sample" / "sample.wav"
    start = "import desktop_app; print(desktop_app.__file__); from desktop_app.__main__ import main; main()"
    asked = subprocess.run(
        [sys.executable, "-P", "-c", start, "classify", "--json", str(sample)],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "VOICEKIN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert asked.returncode == 0, asked.stderr
    module, answer = asked.stdout.splitlines()
    assert Path(module).is_relative_to(tmp_path / "installed")
    assert json.loads(answer)["neighbours"], "the default pack is in the wheel too"


def test_the_commands_of_the_wheel_are_those_of_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entries,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        commands = archive.read(entries).decode()
    assert "voicekin = desktop_app.__main__:main" in commands
    assert "voicekin-train = trainer.cli:main" in commands
