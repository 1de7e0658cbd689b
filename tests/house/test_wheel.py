"""The wheel: everything the app needs travels in it, nothing else does, and it works from any folder."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import desktop_app

CHECKOUT = Path(__file__).resolve().parents[2]


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=240
    )
    return set(filter(None, listed.stdout.split("\0")))


def built(what: str, folder: Path) -> Path:
    """The wheel or sdist of this checkout."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, capture_output=True, check=True, timeout=240)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("sdist", tmp_path_factory.mktemp("sdist"))


def test_the_wheel_holds_the_packages_and_assets_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assets = {f"desktop_app/{name}" for name in tracked("assets")}
    packages = tracked("desktop_app") | tracked("voicekin") | tracked("trainer")
    assert held >= assets | packages
    assert all(name.startswith(("desktop_app/", "voicekin/", "trainer/")) for name in held)


def test_an_index_takes_wheel_and_sdist(wheel: Path, sdist: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("PASSED") == 2


def test_the_version_is_said_in_one_place(wheel: Path, sdist: Path) -> None:
    assert wheel.name == f"voicekin-{desktop_app.__version__}-py3-none-any.whl"
    assert sdist.name == f"voicekin-{desktop_app.__version__}.tar.gz"


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the wheel is installed as pip installs it, and nothing else but what it depends on,
    which is borrowed from this one. Returns its folder of programs."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--no-index", "--no-deps"]
    done = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    (packages,) = {path.parent for path in folder.rglob("desktop_app") if path.is_dir()}
    # a line that is a folder goes on the path, but the .pth files in there, such as this checkout's own, are not read
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return programs


def run(command: Sequence[object], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**environment, "VOICEKIN_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_installed_in_a_bare_environment_it_answers_from_any_folder(bare: Path, tmp_path: Path) -> None:
    where = run([bare / "python", "-c", "import desktop_app; print(desktop_app.__file__)"], tmp_path).stdout.strip()
    assert Path(where).is_relative_to(bare.parent)
    sample = Path(where).parent / "assets" / "sample" / "sample.wav"
    answer = json.loads(run([bare / "voicekin", "classify", "--json", sample], tmp_path).stdout)
    assert answer["neighbours"], "the default pack is in the wheel too"
    script = "import sys, voicekin; print(voicekin.load().classify(sys.argv[1]).label, voicekin.__file__)"
    label, package = run([bare / "python", "-c", script, sample], tmp_path).stdout.split()
    assert label == answer["label"]
    assert Path(package).is_relative_to(bare.parent)


def test_the_commands_of_the_wheel_are_those_of_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entries,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        commands = archive.read(entries).decode()
    assert "voicekin = desktop_app.__main__:main" in commands
    assert "voicekin-train = trainer.cli:main" in commands
