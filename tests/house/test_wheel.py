"""The wheel: everything the app needs travels in it, nothing else does, and it works from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z", folder], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return set(filter(None, listed.stdout.split("\0")))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_packages_and_assets_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assets = {f"desktop_app/{name}" for name in tracked("assets")}
    packages = tracked("desktop_app") | tracked("trainer")
    assert held >= assets | packages
    assert all(name.startswith(("desktop_app/", "trainer/")) for name in held)


def test_the_installed_wheel_finds_its_own_assets_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    asked = subprocess.run(
        [sys.executable, "-P", "-c", "from desktop_app import paths; print(paths.__file__); print(paths.assets())"],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "VOICEKIN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    module, assets = map(Path, asked.stdout.splitlines())
    assert module.is_relative_to(tmp_path)
    assert assets == tmp_path / "installed" / "desktop_app" / "assets"
    assert (assets / "vad" / "silero_vad_16k_sequence.onnx").is_file()
