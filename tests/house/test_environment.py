"""scripts/environment.sh: what is installed, when, and what is said instead where that is not allowed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the bash scripts serve Linux and macOS")

FAKE_PYTHON = f"""#!/bin/sh
# stands for the system's Python: real answers, but a virtual environment of stubs, and every installation is noted
case "$1 $2" in
  "-m venv")
    echo "venv $*" >>"$NOTES"
    rm -rf "$4"; mkdir -p "$4/bin"
    cp "$0" "$4/bin/python"
    echo "#!$PWD/$4/bin/python" >"$4/bin/pip" ;;
  "-m pip")
    echo "pip $*" >>"$NOTES"
    printf 'ANNOY %s\\n' "$ANNOY_COMPILER_ARGS" >>"$NOTES"
    case "${{PIP_BUILD_CONSTRAINT:+set}} $*" in "set "*--no-build-isolation*) exit 2 ;; esac  # as pip 25.3 and newer do
    [ -z "$BREAK" ] || exit 1 ;;
  *) exec "{sys.executable}" "$@" ;;
esac
"""


def executable(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class House:
    """A checkout in a folder with spaces whose Python is a stub, and whose system has every package or none."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a check out"
        locks = (f"requirements/{name}.txt" for name in ("app", "test", "build"))
        for name in ("scripts/environment.sh", "constraints.txt", "pyproject.toml", "packaging/numpy.ini", *locks):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes((CHECKOUT / name).read_bytes())
        self.notes = folder / "notes"
        self.python = executable(folder / "python3", FAKE_PYTHON)

    def bash(self, command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        self.notes.write_text("", encoding="utf-8")
        return subprocess.run(
            ["bash", "-euc", f'. "$0"/scripts/environment.sh; {command}', str(self.root)],
            env={
                **os.environ,
                "VOICEKIN_PYTHON": str(self.python),
                "NOTES": str(self.notes),
                "BREAK": "",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
        )

    def prepare(self, what: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return self.bash(f"system_packages() {{ :; }}; prepare {what}", **environment)

    def noted(self) -> str:
        return self.notes.read_text(encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_second_call_installs_nothing_and_says_nothing(house: House) -> None:
    first = house.prepare("app")
    assert first.returncode == 0, first.stderr
    assert "--no-deps --require-hashes -r requirements/app.txt\n" in house.noted()
    assert house.noted().rstrip().splitlines()[-2].endswith("--no-deps --no-build-isolation --editable .")
    second = house.prepare("app")
    assert (second.returncode, second.stdout, second.stderr, house.noted()) == (0, "", "", "")


def test_all_that_is_said_leaves_stdout_to_the_command(house: House) -> None:
    assert house.prepare("app").stdout == ""


def test_the_tests_environment_serves_the_app_but_not_the_other_way_round(house: House) -> None:
    house.prepare("app")
    house.prepare("test")
    assert "--no-deps --require-hashes -r requirements/test.txt\n" in house.noted()
    assert "--use-pep517 torch\n" in house.noted()
    house.prepare("app")
    assert house.noted() == ""


def test_the_installers_environment_is_its_own_and_follows_how_numpy_is_compiled(house: House) -> None:
    house.prepare("test")
    house.prepare("build")
    assert f"setup-args=--native-file={house.root}/packaging/numpy.ini" in house.noted()
    assert "--require-hashes -r requirements/build.txt\n" in house.noted()
    house.prepare("build")
    assert house.noted() == ""
    with (house.root / "packaging/numpy.ini").open("a", encoding="utf-8") as file:
        file.write("; changed\n")
    house.prepare("build")
    assert "pip install" in house.noted()
    house.prepare("test")
    assert house.noted() == ""


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "requirements/app.txt"])
def test_a_changed_pin_is_installed(house: House, name: str) -> None:
    house.prepare("app")
    with (house.root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    house.prepare("app")
    assert "pip install" in house.noted()
    assert not house.noted().startswith("venv"), "what is there already is kept"


def test_an_interrupted_installation_is_started_over(house: House) -> None:
    broken = house.prepare("app", BREAK="1")
    assert broken.returncode == 1
    assert "try again" in broken.stderr
    again = house.prepare("app")
    assert again.returncode == 0
    assert [line.split()[0] for line in house.noted().splitlines()] == ["venv", *["pip", "ANNOY"] * 3]


def test_a_moved_checkout_is_installed_anew(house: House) -> None:
    house.prepare("app")
    house.root = house.root.rename(house.root.with_name("moved"))
    house.prepare("app")
    assert "venv" in house.noted()


def test_annoy_is_never_built_for_this_processor_alone(house: House) -> None:
    house.prepare("app")
    flags = next(line for line in house.noted().splitlines() if line.startswith("ANNOY"))
    assert "native" not in flags
    assert "-DANNOYLIB_MULTITHREADED_BUILD" in flags
    listed = (house.root / ".venv/annoy.txt").read_text(encoding="utf-8")
    assert listed.startswith("annoy==")
    assert listed.count("==") == 1
    assert "--hash=sha256:" in listed


def test_python_too_old_is_said_in_one_sentence(house: House, tmp_path: Path) -> None:
    old = executable(tmp_path / "old", "#!/bin/sh\nexit 1\n")
    answer = house.bash("find_python", VOICEKIN_PYTHON=str(old), PATH=bare_path(tmp_path, "dirname", "bash"))
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def bare_path(folder: Path, *commands: str, **fakes: str) -> str:
    """A PATH of nothing but these commands of the system and these fakes."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for command in commands:
        found = next(Path(p) / command for p in os.environ["PATH"].split(":") if (Path(p) / command).exists())
        (bin_folder / command).symlink_to(found)
    for name, body in fakes.items():
        executable(bin_folder / name.replace("_", "-"), f"#!/bin/bash\n{body}\n")
    return str(bin_folder)


def missing_packages(house: House, folder: Path, user: int, **fakes: str) -> "subprocess.CompletedProcess[str]":
    fakes = {"id": f"echo {user}", "ldconfig": "echo '	libGL.so.1 (libc6) => /lib/libGL.so.1'", **fakes}
    path = bare_path(folder, "bash", "dirname", "env", **fakes)
    needs = "libGL.so.1 libgl1\nlibEGL.so.1 libegl1\ncommand:Xvfb xvfb"
    return house.bash(f"python=true; system_packages '{needs}'", PATH=path)


def test_without_rights_the_one_command_to_type_is_printed(house: House, tmp_path: Path) -> None:
    answer = missing_packages(house, tmp_path, 1000, apt_get='echo "apt $*" >>"$NOTES"')
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].strip() == (
        "apt-get update && apt-get install -y --no-install-recommends libegl1 xvfb"
    )
    assert house.noted() == ""


@pytest.mark.parametrize(
    ("user", "sudo"), [(0, {}), (1000, {"sudo": 'echo sudo >>"$NOTES"; [ "$1" != -n ] || exit 0; "$@"'})]
)
def test_as_root_or_with_sudo_only_what_is_missing_is_installed(
    house: House, tmp_path: Path, user: int, sudo: dict[str, str]
) -> None:
    answer = missing_packages(house, tmp_path, user, apt_get='echo "apt $*" >>"$NOTES"', **sudo)
    assert answer.returncode == 0, answer.stderr
    assert house.noted().rstrip().endswith(" libegl1 xvfb")
    assert ("sudo" in house.noted()) == bool(user)


def test_where_there_is_no_apt_get_the_missing_are_named_and_it_goes_on(house: House, tmp_path: Path) -> None:
    answer = missing_packages(house, tmp_path, 1000)
    assert answer.returncode == 0
    assert answer.stderr.rstrip().endswith("libEGL.so.1 Xvfb")
