"""What a real client of the desktop's accessibility bus (AT-SPI), as a screen reader is one, is told of the window."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TOOLS = ("Xvfb", "dbus-run-session", "dbus-send", "gdbus")
ABSENT = [name for name in TOOLS if shutil.which(name) is None]
if not Path("/usr/libexec/at-spi-bus-launcher").exists():
    ABSENT.append("at-spi2-core")
ROOT = Path(__file__).parents[2]
LIMIT_S = 120
SHOWING = 25  # the bit of ATSPI_STATE_SHOWING

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} not installed")

# a session bus of our own; the bus for accessibility is told, then the window takes the place of the shell
SESSION = """
dbus-send --session --print-reply=literal --dest=org.a11y.Bus /org/a11y/bus org.a11y.Bus.GetAddress
exec "$@"
"""


@dataclass(frozen=True)
class Told:
    """One object on the bus."""

    path: str
    role: str
    name: str
    description: str


class Client:
    """Asks the one program on an accessibility bus."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str, method: str, *arguments: str) -> str:
        command = ["gdbus", "call", "--address", self._address, "--dest", ":1.0", "--object-path", path]
        done = subprocess.run(
            [*command, "--method", method, *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        return done.stdout

    def children(self, path: str) -> list[str]:
        answer = self.ask(path, "org.a11y.atspi.Accessible.GetChildren")
        return re.findall(r"'(/org/a11y/atspi/accessible/\d+)'", answer)

    def property(self, path: str, interface: str, name: str) -> object:
        answer = self.ask(path, "org.freedesktop.DBus.Properties.Get", f"org.a11y.atspi.{interface}", name)
        return ast.literal_eval(re.sub(r"^\(<(.*)>,\)\s*$", r"\1", answer.strip(), flags=re.DOTALL) or "None")

    def is_showing(self, path: str) -> bool:
        states = int(re.findall(r"\d+", self.ask(path, "org.a11y.atspi.Accessible.GetState").replace("uint32", ""))[0])
        return bool(states >> SHOWING & 1)

    def look(self, path: str) -> Told:
        role = ast.literal_eval(self.ask(path, "org.a11y.atspi.Accessible.GetRoleName"))[0]
        words = (self.property(path, "Accessible", name) for name in ("Name", "Description"))
        return Told(path, role, *map(str, words))

    def everything(self, path: str = "/org/a11y/atspi/accessible/root") -> Iterator[Told]:
        for child in self.children(path):
            told = self.look(child)
            yield told
            if told.role not in ("menu bar", "table", "push button"):
                yield from self.everything(child)


@pytest.fixture
def client(display: str, wav: Callable[..., Path], tiny_pack: Path, tmp_path: Path) -> Iterator[Client]:
    """Beside a window that has answered a recording."""
    home = tmp_path / "home"
    environment = {
        **os.environ,
        **{"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "VOICEKIN_HOME": str(home), "XDG_CACHE_HOME": str(tmp_path)},
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    window = [sys.executable, "-m", "tests.ui.two_windows", "target", str(tiny_pack), str(home), str(wav("happy"))]
    program = subprocess.Popen(
        ["dbus-run-session", "--", "bash", "-c", SESSION, "bash", *window],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert program.stdout is not None
    try:
        address = program.stdout.readline().strip()
        assert address.startswith("unix:")
        assert any(line.startswith("answer") for line in program.stdout)
        yield Client(address)
    finally:
        os.killpg(program.pid, signal.SIGTERM)  # the buses and what they started with it
        program.wait(timeout=20)
        program.stdout.close()


def test_a_screen_reader_is_told_role_name_value_and_place(client: Client) -> None:
    found = list(client.everything())
    by_role: dict[str, list[Told]] = {}
    for told in found:
        by_role.setdefault(told.role, []).append(told)
    boxes = by_role["combo box"]
    assert len(boxes) >= 2
    labels = {told.path: told.name for told in found if told.role == "label"}
    what_for: set[str] = set()
    for box in boxes:
        assert box.name, "what is chosen"
        relations = client.ask(box.path, "org.a11y.atspi.Accessible.GetRelationSet")
        named_by = [labels[path] for path in re.findall(r"'(/org/[^']+)'", relations) if path in labels]
        assert len(named_by) == 1, (box, relations)
        what_for |= set(named_by)
    assert {"Microphone", "Whose voice it is", "Whose recordings over time", "How many speakers there are"} <= what_for
    cards = [told for told in by_role["list item"] if told.name.startswith("Neighbour ")]
    assert re.match(r"Neighbour 1 of 8: Happy, .*distance .*weight", cards[0].name)
    (pictures,) = (told for told in found if told.name.startswith("A map of"))
    assert pictures.role == "graphic"
    assert pictures.description.startswith("Your recording lies among these: ")
    bars = {told.name.split()[0]: told for told in by_role["progress bar"]}
    value = client.property(bars["Happy"].path, "Value", "CurrentValue")
    assert isinstance(value, float)
    assert f"Happy {value:.0f}%" in bars["Happy"].name
    nameless = [told for told in by_role["push button"] if not told.name]
    assert not any(client.is_showing(told.path) for told in nameless)
