"""A global key that records while another program has the keyboard, on systems that allow one.

X11 and Windows do. Wayland only has a portal for it that few desktops offer; on macOS a program would need permission
to watch the whole keyboard, which is too much for one key.
"""

import ctypes
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QCoreApplication,
    QObject,
    QSocketNotifier,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeySequence

from desktop_app.ui.language import translate
from desktop_app.ui.settings import SettingsFile

log = logging.getLogger(__name__)

CONTROL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def why_not() -> str:
    """A sentence on why no global key is possible here; "" if it is possible."""
    platform = QGuiApplication.platformName()
    if platform == "windows":
        return ""
    if "wayland" in (platform, os.environ.get("XDG_SESSION_TYPE")):
        return translate("Hotkey", "Not available with Wayland, which gives no program a key of its own.")
    if platform == "xcb":
        return ""
    return translate("Hotkey", "Not available on this system.")


class Hotkey(QObject):
    """Registers the key of the settings with the system.

    Signals:
        pressed: The key was pressed; holding it down counts once.

    Attributes:
        trouble: A sentence on why the key is not registered; "" if it is, or if none is chosen.
    """

    pressed = Signal()

    def __init__(self, settings: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trouble = ""
        self._settings = settings
        self._wanted = ""
        self._held: _XKey | _WindowsKey | None = None
        settings.changed.connect(self.follow)

    def follow(self) -> None:
        """Register the key that the settings name now."""
        wanted = self._settings.values.hotkey
        if wanted == self._wanted:
            return
        self.close()
        self._wanted, self.trouble = wanted, why_not() if wanted else ""
        if not wanted or self.trouble:
            return
        combination = QKeySequence(wanted)[0]  # type: ignore[index]  # missing in PySide6's types
        hold = _WindowsKey if sys.platform == "win32" else _XKey
        try:
            self._held = hold(combination.key(), combination.keyboardModifiers(), self.pressed.emit)
        except OSError as error:
            log.warning("%s is not held: %s", wanted, error)
            self.trouble = translate("Hotkey", "Another program has {0} already; choose another key.").format(
                QKeySequence(wanted).toString(QKeySequence.SequenceFormat.NativeText)
            )

    def close(self) -> None:
        """Release the key."""
        if self._held is not None:
            self._held.close()
        self._held, self._wanted = None, ""


# X11: needs its own connection, since Qt's passes on only the keys of its own windows

X_CONTROL, X_SHIFT, X_ALT, X_CAPS_LOCK, X_NUM_LOCK = 4, 1, 8, 2, 16  # masks; Alt and Num Lock as X.Org maps them
X_KEY_PRESS, X_KEY_RELEASE, X_GRAB_ASYNC = 2, 3, 1
XKB_CORE_KEYBOARD, XKB_DETECTABLE_AUTO_REPEAT = 0x100, 1
X_F1, X_SPACE = 0xFFBE, 0x20  # keysyms, of keysymdef.h


class _Screens(ctypes.Structure):
    """xcb_screen_iterator_t; the first field of a screen is its root window's id."""

    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    """xcb_void_cookie_t."""

    _fields_ = (("sequence", ctypes.c_uint),)


class _Event(ctypes.Structure):
    """The first field of xcb_generic_event_t."""

    _fields_ = (("response_type", ctypes.c_uint8),)


class _XKey:
    """A key combination grabbed from the X server. Raises OSError if another program has it."""

    def __init__(self, key: Qt.Key, modifiers: Qt.KeyboardModifier, pressed: Callable[[], object]) -> None:
        self._pressed = pressed
        self._is_down = False
        self._xcb = _xcb()
        self._connection = self._xcb.xcb_connect(None, None)
        try:
            if self._xcb.xcb_connection_has_error(self._connection):
                raise OSError("no X server")
            _report_held_keys_as_held(self._connection)
            self._grab(key, modifiers)
        except OSError:
            self._xcb.xcb_disconnect(self._connection)
            raise
        self._notifier = QSocketNotifier(self._xcb.xcb_get_file_descriptor(self._connection), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """The server releases the grabs of a connection that is closed."""
        self._notifier.setEnabled(False)
        self._xcb.xcb_disconnect(self._connection)

    def _grab(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        root = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(self._connection)).data[0]
        mask = sum(of for one, of in ((CONTROL, X_CONTROL), (SHIFT, X_SHIFT), (ALT, X_ALT)) if modifiers & one)
        code = _key_code(self._connection, _keysym(key))
        for locks in (0, X_CAPS_LOCK, X_NUM_LOCK, X_CAPS_LOCK | X_NUM_LOCK):  # for X11 they all differ
            cookie = self._xcb.xcb_grab_key_checked(
                self._connection, 0, root, mask | locks, code, X_GRAB_ASYNC, X_GRAB_ASYNC
            )
            error = self._xcb.xcb_request_check(self._connection, cookie)
            if error:
                _free(error)
                raise OSError("the X server says no")

    def _read(self) -> None:
        while event := self._xcb.xcb_poll_for_event(self._connection):
            kind = ctypes.cast(event, ctypes.POINTER(_Event)).contents.response_type & 0x7F
            _free(event)
            if kind == X_KEY_RELEASE:
                self._is_down = False
            elif kind == X_KEY_PRESS and not self._is_down:  # a key that is held is pressed again and again
                self._is_down = True
                self._pressed()
        if self._xcb.xcb_connection_has_error(self._connection):
            self._notifier.setEnabled(False)


def _report_held_keys_as_held(connection: int) -> None:
    """Without this the server also reports a release before each repeated press, at a time that may differ from it."""
    xkb = ctypes.CDLL("libxcb-xkb.so.1")
    pointer, short, word = ctypes.c_void_p, ctypes.c_uint16, ctypes.c_uint32
    for name, arguments in (
        ("xcb_xkb_use_extension", (pointer, short, short)),
        ("xcb_xkb_per_client_flags", (pointer, short, word, word, word, word, word)),
    ):
        ask, reply = getattr(xkb, name), getattr(xkb, f"{name}_reply")
        ask.argtypes, ask.restype = arguments, _Cookie
        reply.argtypes, reply.restype = (pointer, _Cookie, pointer), pointer
    flag = XKB_DETECTABLE_AUTO_REPEAT
    _free(xkb.xcb_xkb_use_extension_reply(connection, xkb.xcb_xkb_use_extension(connection, 1, 0), None))
    cookie = xkb.xcb_xkb_per_client_flags(connection, XKB_CORE_KEYBOARD, flag, flag, 0, 0, 0)
    answer = xkb.xcb_xkb_per_client_flags_reply(connection, cookie, None)
    if not answer:
        raise OSError("the X server can't tell a held key")
    _free(answer)


def _keysym(key: Qt.Key) -> int:
    """The keysym of a letter, the space bar or a function key."""
    if key >= Qt.Key.Key_F1:
        return X_F1 + key - Qt.Key.Key_F1
    return ord(chr(key).lower())


def _key_code(connection: int, keysym: int) -> int:
    """The key code of a keysym on this keyboard."""
    keys = ctypes.CDLL("libxcb-keysyms.so.1")
    keys.xcb_key_symbols_alloc.argtypes, keys.xcb_key_symbols_alloc.restype = (ctypes.c_void_p,), ctypes.c_void_p
    keys.xcb_key_symbols_get_keycode.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    keys.xcb_key_symbols_get_keycode.restype = ctypes.POINTER(ctypes.c_uint8)
    keys.xcb_key_symbols_free.argtypes = (ctypes.c_void_p,)
    symbols = keys.xcb_key_symbols_alloc(connection)
    codes = keys.xcb_key_symbols_get_keycode(symbols, keysym)
    code = codes[0] if codes else 0
    _free(codes)
    keys.xcb_key_symbols_free(symbols)
    if not code:
        raise OSError("this keyboard has no such key")
    return int(code)


def _xcb() -> Any:
    xcb = ctypes.CDLL("libxcb.so.1")  # Qt's X11 windows need it, so it is installed
    pointer = ctypes.c_void_p
    for name, arguments, result in (
        ("xcb_connect", (ctypes.c_char_p, pointer), pointer),
        ("xcb_disconnect", (pointer,), None),
        ("xcb_connection_has_error", (pointer,), ctypes.c_int),
        ("xcb_get_file_descriptor", (pointer,), ctypes.c_int),
        ("xcb_get_setup", (pointer,), pointer),
        ("xcb_setup_roots_iterator", (pointer,), _Screens),
        (
            "xcb_grab_key_checked",
            (
                *(pointer, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint16),
                *(ctypes.c_uint8, ctypes.c_uint8, ctypes.c_uint8),
            ),
            _Cookie,
        ),
        ("xcb_request_check", (pointer, _Cookie), pointer),
        ("xcb_poll_for_event", (pointer,), pointer),
    ):
        function = getattr(xcb, name)
        function.argtypes, function.restype = arguments, result
    return xcb


def _free(pointer: Any) -> None:
    libc = ctypes.CDLL(None)
    libc.free.argtypes = (ctypes.c_void_p,)
    libc.free(ctypes.cast(pointer, ctypes.c_void_p))


# Windows

MOD_ALT, MOD_CONTROL, MOD_SHIFT, MOD_NOREPEAT = 1, 2, 4, 0x4000  # of winuser.h
WM_HOTKEY = 0x0312
VK_F1 = 0x70
HOTKEY_ID = 1


class _Message(ctypes.Structure):
    """The first fields of MSG."""

    _fields_ = (("window", ctypes.c_void_p), ("message", ctypes.c_uint), ("w_param", ctypes.c_size_t))


class _WindowsKey(QAbstractNativeEventFilter):
    """A key combination that Windows reports to this thread. Raises OSError if another program has it."""

    def __init__(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier, pressed: Callable[[], object], user32: Any = None
    ) -> None:
        super().__init__()
        self._pressed = pressed
        self._user32 = user32 or getattr(ctypes, "windll").user32  # noqa: B009 - only Windows has it
        mask = sum(of for one, of in ((CONTROL, MOD_CONTROL), (SHIFT, MOD_SHIFT), (ALT, MOD_ALT)) if modifiers & one)
        code = VK_F1 + key - Qt.Key.Key_F1 if key >= Qt.Key.Key_F1 else int(key)  # letters have their ASCII codes
        if not self._user32.RegisterHotKey(None, HOTKEY_ID, mask | MOD_NOREPEAT, code):
            raise OSError("Windows says no")
        _application().installNativeEventFilter(self)

    def close(self) -> None:
        """Release it."""
        _application().removeNativeEventFilter(self)
        self._user32.UnregisterHotKey(None, HOTKEY_ID)

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:  # noqa: ARG002, N802
        told = _Message.from_address(int(message))
        if told.message == WM_HOTKEY and told.w_param == HOTKEY_ID:
            self._pressed()
            return True, 0
        return False, 0


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    assert application is not None
    return application
