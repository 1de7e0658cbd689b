"""The entry in the tray: with a desktop's tray on a bus and a display of our own, and what closing does without one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop_app import paths
from desktop_app.ui.capture_model import MicState
from tests.tiny_pack import clip
from tests.ui.conftest import LONG, Desk

ABSENT = [name for name in ("Xvfb", "dbus-run-session", "gdbus") if shutil.which(name) is None]
ROOT = Path(__file__).parents[2]
LIMIT_S = 120

pytestmark = pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", r"not support raise", extend=True)
needs_desktop = pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} not installed")

# a session bus of our own with a tray on it, then the window beside it
SESSION = """
echo "$DBUS_SESSION_BUS_ADDRESS"
QT_QPA_PLATFORM=offscreen "$1" -m tests.ui.system_tray >"$2" </dev/null &
until grep -q ready "$2"; do sleep 0.1; done
"$1" -m tests.ui.two_windows tray "$3" "$4"
echo "ended $?"
kill %1
"""


class TrayedWindow:
    """A VoiceKin in a tray, the words it said, and its menu as the desktop asks for it."""

    def __init__(self, program: "subprocess.Popen[str]", entries: Path, environment: dict[str, str]) -> None:
        self._program, self._entries, self._environment = program, entries, environment
        self.heard: list[str] = []
        self._environment["DBUS_SESSION_BUS_ADDRESS"] = self._line()

    def _line(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().strip()

    def wait_for(self, *said: str) -> None:
        """Read what it says until all of this has come; pytest's limit ends a wait for what never comes."""
        wanted = set(said)
        while wanted:
            line = self._line()
            assert line, f"it ended, and never said {wanted}: {self.heard}"
            self.heard.append(line)
            wanted -= {words for words in wanted if line.startswith(words)}

    def close(self) -> None:
        """Close its window."""
        assert self._program.stdin is not None
        self._program.stdin.write("close\n")
        self._program.stdin.flush()

    def menu(self) -> dict[str, int]:
        """The words of the menu's entries, and the numbers that the desktop calls them by."""
        (entry,) = re.findall(r"entry (\S+)", self._entries.read_text())
        self._entry = entry
        layout = self._call("GetLayout", "0", "--", "-1", "[]")
        found = re.findall(r"\((\d+), \{[^{}]*'label': <'([^']*)'>", layout)
        return {label.replace("_", ""): int(number) for number, label in found}

    def choose(self, words: str) -> None:
        """Click an entry of the menu."""
        self._call("Event", str(self.menu()[words]), "clicked", "<''>", "0")

    def _call(self, method: str, *arguments: str) -> str:
        command = ["gdbus", "call", "--session", "--dest", self._entry, "--object-path", "/MenuBar"]
        done = subprocess.run(
            [*command, "--method", f"com.canonical.dbusmenu.{method}", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=True,
        )
        return done.stdout


@pytest.fixture
def trayed(display: str, tiny_pack: Path, tmp_path: Path) -> Iterator[TrayedWindow]:
    home, entries = tmp_path / "home", tmp_path / "entries"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "VOICEKIN_HOME": str(home)}
    program = subprocess.Popen(
        ["dbus-run-session", "--", "bash", "-c", SESSION, "bash", sys.executable, entries, tiny_pack, home],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    try:
        yield TrayedWindow(program, entries, environment)
    finally:
        os.killpg(program.pid, 15)
        program.wait(timeout=LIMIT_S)
        for pipe in (program.stdin, program.stdout):
            assert pipe is not None
            pipe.close()


@needs_desktop
def test_closed_into_the_tray_it_records_from_there_comes_back_and_quits(trayed: TrayedWindow) -> None:
    trayed.wait_for("microphone READY True", "ready")
    assert set(trayed.menu()) == {"Record", "Hide the window", "Small window", "Quit"}
    trayed.close()
    trayed.wait_for("microphone CLOSED False")
    assert "Show the window" in trayed.menu()
    trayed.choose("Record")
    trayed.wait_for("microphone RECORDING False")
    assert "Stop recording" in trayed.menu()
    trayed.choose("Stop recording")
    trayed.wait_for("microphone CLOSED False")
    trayed.choose("Show the window")
    trayed.wait_for("microphone READY True")
    trayed.close()
    trayed.wait_for("microphone CLOSED False")
    trayed.choose("Quit")
    trayed.wait_for("ended 0")


@pytest.fixture
def with_a_tray(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the system had one."""
    qapp.setWindowIcon(QIcon(str(paths.assets() / "icons" / "voicekin.svg")))
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    yield
    QApplication.setQuitOnLastWindowClosed(True)


def tick(desk: Desk, *boxes: str) -> None:
    """Set check boxes of the settings by click."""
    dialog = desk.window.show_settings()
    for name in boxes:
        box = getattr(dialog, name)
        assert box.isEnabled()
        desk.qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center() - box.rect().topRight() / 2.2)
    dialog.close()


@pytest.mark.usefixtures("with_a_tray")
def test_closing_ends_voicekin_unless_the_settings_say_otherwise(desk: Desk) -> None:
    window = desk.open()
    assert window.tray.icon is None
    tick(desk, "tray")
    assert window.tray.icon is not None
    assert window.tray.icon.isVisible()
    window.close()
    desk.qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
    assert not window.tray.icon.isVisible(), "it has ended"


@pytest.mark.usefixtures("with_a_tray")
def test_a_take_goes_on_in_the_tray_and_its_answer_is_there_afterwards(desk: Desk) -> None:
    window = desk.open()
    tick(desk, "tray", "close_to_tray")
    desk.start()
    window.close()
    assert not window.isVisible()
    assert window.capture.is_recording
    assert window.tray.icon is not None
    assert window.tray.icon.toolTip() == "VoiceKin is recording"
    desk.say(clip("angry", 3, 3.0))
    entry = desk.wait_entry(window.tray.records.trigger)
    desk.wait_state(MicState.CLOSED)
    assert window.tray.icon.toolTip() == "VoiceKin"
    window.tray.shows.trigger()
    assert window.isVisible()
    desk.wait_state(MicState.READY)
    assert window.answer_page.shown is not None
    assert window.answer_page.shown.number == entry.number
    tick(desk, "close_to_tray")
    window.close()
    assert not window.tray.icon.isVisible(), "it has ended"


@pytest.mark.usefixtures("with_a_tray")
def test_nothing_records_from_the_tray_before_the_first_page_is_accepted(desk: Desk) -> None:
    desk.settings.update(tray=True)
    window = desk.open(introduced=False)
    desk.qtbot.waitUntil(window.first_start.isVisible, timeout=LONG)
    assert not window.tray.records.isEnabled()
    window.tray.records.trigger()
    assert desk.microphones.opened == []


def test_without_a_tray_the_settings_say_so(desk: Desk) -> None:
    desk.settings.update(tray=True, close_to_tray=True)  # of a desktop that has one
    window = desk.open()
    dialog = window.show_settings()
    assert not dialog.tray.isEnabled()
    assert not dialog.close_to_tray.isEnabled()
    dialog.close()
    window.close()
    assert not window.isVisible()
