"""A key that records from any program: pressed for real on an X server of our own, and as Windows would tell of it."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.ui import hotkey
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.window import MainWindow
from tests.ui.conftest import LONG, Desk

ABSENT = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
CONTROL = Qt.KeyboardModifier.ControlModifier

needs_x = pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} not installed")


def x(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=60)


@pytest.fixture
def on_x11(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window draws offscreen; the keys are those of a real X server."""
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "xcb"))


@pytest.fixture
def desk_on_x11(on_x11: None, desk: Desk) -> Iterator[Desk]:  # noqa: ARG001
    yield desk
    desk.close()  # while the X server is there


def choose(desk: Desk, window: MainWindow, key: str) -> SettingsDialog:
    """In the settings, by keys."""
    desk.qtbot.keyClick(window, Qt.Key.Key_Comma, CONTROL)
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    desk.qtbot.waitUntil(dialog.isVisible, timeout=LONG)
    dialog.hotkey.setFocus()
    desk.qtbot.keyClick(dialog.hotkey, Qt.Key.Key_Home)
    while dialog.hotkey.currentText() != key:
        desk.qtbot.keyClick(dialog.hotkey, Qt.Key.Key_Down)
    return dialog


@needs_x
def test_the_key_records_and_stops_while_another_program_has_the_keyboard(desk_on_x11: Desk) -> None:
    desk = desk_on_x11
    window = desk.open()
    dialog = choose(desk, window, "Ctrl+Alt+R")
    assert not dialog.hotkey_trouble.isVisible()
    dialog.close()
    x("key", "ctrl+alt+r")  # nobody has the keyboard of this server
    desk.wait_state(MicState.RECORDING)
    assert window.windowTitle() == "Recording – VoiceKin"
    desk.wait_entry(lambda: x("key", "ctrl+alt+r"))
    assert window.windowTitle() == "VoiceKin"


@needs_x
def test_a_key_that_is_held_is_one_press_and_locks_are_no_other_key(desk_on_x11: Desk) -> None:
    desk = desk_on_x11
    window = desk.open()
    presses: list[None] = []
    window.hotkey.pressed.connect(lambda: presses.append(None))
    choose(desk, window, "Ctrl+Shift+F9").close()
    x("key", "Num_Lock", "key", "Caps_Lock")
    x("keydown", "ctrl", "keydown", "shift", "keydown", "F9", "sleep", "1.5", "keyup", "F9", "keyup", "shift")
    x("keyup", "ctrl")
    desk.wait_state(MicState.RECORDING)
    x("key", "ctrl+shift+F9")  # what came before is read before
    desk.qtbot.waitUntil(lambda: len(presses) >= 2, timeout=LONG)
    assert len(presses) == 2
    x("key", "ctrl+alt+r")
    x("key", "Num_Lock", "key", "Caps_Lock", "key", "ctrl+shift+F9")
    desk.qtbot.waitUntil(lambda: len(presses) >= 3, timeout=LONG)
    assert len(presses) == 3


@needs_x
def test_a_key_that_another_program_has_is_said_and_another_can_be_chosen(desk_on_x11: Desk) -> None:
    desk = desk_on_x11
    window = desk.open()
    other = hotkey._XKey(Qt.Key.Key_R, hotkey.CONTROL | hotkey.ALT, lambda: None)
    try:
        dialog = choose(desk, window, "Ctrl+Alt+R")
        assert "Another program has Ctrl+Alt+R" in dialog.hotkey_trouble.text()
        assert dialog.hotkey_trouble.isVisible()
        desk.qtbot.keyClick(dialog.hotkey, Qt.Key.Key_Down)
        assert not dialog.hotkey_trouble.isVisible()
        dialog.close()
        x("key", "ctrl+alt+space")
        desk.wait_state(MicState.RECORDING)
    finally:
        other.close()


@needs_x
def test_it_records_nothing_before_the_first_page_is_accepted(desk_on_x11: Desk) -> None:
    desk = desk_on_x11
    desk.settings.update(hotkey="Ctrl+Alt+R")
    window = desk.open(introduced=False)
    desk.qtbot.waitUntil(window.first_start.isVisible, timeout=LONG)
    with desk.qtbot.waitSignal(window.hotkey.pressed, timeout=LONG):
        x("key", "ctrl+alt+r")
    assert not window.capture.is_recording
    assert desk.microphones.opened == []


def test_where_it_cannot_be_had_the_settings_say_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "wayland"))
    desk.settings.update(hotkey="Ctrl+Alt+R")  # of another session, on X11
    window = desk.open()
    assert "Wayland" in window.notice.message.text()
    dialog = window.show_settings()
    assert not dialog.hotkey.isEnabled()
    assert "Wayland" in dialog.hotkey_trouble.text()
    dialog.close()


class FakeUser32:
    """What of Windows' user32 a key is registered with."""

    def __init__(self, takes: bool = True) -> None:
        self.registered: list[tuple[object, ...]] = []
        self._takes = takes

    def RegisterHotKey(self, *arguments: object) -> int:  # noqa: N802
        self.registered.append(arguments)
        return int(self._takes)

    def UnregisterHotKey(self, *arguments: object) -> int:  # noqa: N802
        self.registered.remove((arguments[0], arguments[1], *self.registered[0][2:]))
        return 1


class Message(ctypes.Structure):
    """MSG of winuser.h."""

    _fields_ = (
        ("hwnd", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wParam", ctypes.c_size_t),
        ("lParam", ctypes.c_ssize_t),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
    )


def test_windows_is_asked_for_the_key_and_its_message_is_understood(qapp: QGuiApplication) -> None:  # noqa: ARG001
    user32, presses = FakeUser32(), []
    key = hotkey._WindowsKey(Qt.Key.Key_F9, hotkey.CONTROL | hotkey.SHIFT, lambda: presses.append(None), user32)
    assert user32.registered == [(None, 1, 0x4000 | 0x2 | 0x4, 0x78)]  # MOD_NOREPEAT, MOD_CONTROL, MOD_SHIFT, VK_F9
    for message, handled in ((Message(None, 0x0312, 1), True), (Message(None, 0x0312, 2), False), (Message(), False)):
        assert key.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(message)) == (handled, 0)
    assert len(presses) == 1
    key.close()
    assert user32.registered == []
    with pytest.raises(OSError, match="Windows"):
        hotkey._WindowsKey(Qt.Key.Key_R, hotkey.CONTROL | hotkey.ALT, lambda: None, FakeUser32(takes=False))
