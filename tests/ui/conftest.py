"""The window with a fake microphone and a small real pack; nothing may be left behind by a test."""

import gc
import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QLocale, QMimeData, QPoint, QPointF, QSettings, Qt, QTimer, QTranslator, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.capture.source import Block
from desktop_app.capture.takes import TakeFolder
from desktop_app.engine.recognition import recogniser
from desktop_app.errors import DeviceError
from desktop_app.ui import language
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import Entry, EntryState
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow
from tests.engine.sound.speech_like import LoudnessDetector
from tests.tiny_pack import LABELS, RATE, build_tiny_pack, clip

LONG = 60_000  # ms; a signal that takes this long never comes


class FakePlayer:
    """A loudspeaker that remembers; `end` lets the sound come to its end."""

    def __init__(self) -> None:
        self.played: list[Block] = []
        self.stopped = 0
        self.refuses = False
        self._on_end: Callable[[], None] | None = None

    def play(self, blocks: Iterable[Block], sample_rate: int, on_end: Callable[[], None]) -> None:  # noqa: ARG002
        if self.refuses:
            raise DeviceError("There is no loudspeaker to play on.")
        self.played.append(np.concatenate(list(blocks)))
        self._on_end = on_end

    def stop(self) -> None:
        self.stopped += 1

    def end(self) -> None:
        assert self._on_end is not None
        self._on_end()


class Desk:
    """A window and what lies around it."""

    def __init__(self, qtbot: QtBot, theme: Theme, home: Path, pack: Path) -> None:
        self.qtbot, self.theme, self.home, self.pack = qtbot, theme, home, pack
        self.source = FakeSource(speed=8)
        self.microphones = FakeMicrophones(self.source)
        self.player = FakePlayer()
        self.settings = SettingsFile(home / "settings.json")
        self.takes = TakeFolder(home)
        self._window: MainWindow | None = None

    @property
    def window(self) -> MainWindow:
        assert self._window is not None
        return self._window

    def make(self) -> MainWindow:
        """A window that is not shown yet."""
        self._window = MainWindow(
            capture=CaptureModel(self.microphones, self.takes, self.settings),
            owner=RecognitionOwner(self.home),
            takes=self.takes,
            settings=self.settings,
            theme=self.theme,
            player=self.player,
            pack=self.pack,
        )
        return self._window

    def open(self, introduced: bool = True) -> MainWindow:
        """The window on the screen, its pack open and its microphone ready."""
        if introduced:
            self.settings.update(introduced=True)
        window = self.make()
        with self.qtbot.waitSignal(window.owner.opened, timeout=LONG):
            window.resize(1240, 860)
            window.show()
            self.activate()
        if self.microphones.plugged and self.settings.values.introduced:
            self.wait_state(MicState.READY)
        return window

    def activate(self) -> None:
        """Give the window the keyboard, also where no window manager does."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=LONG)

    def wait_state(self, state: MicState) -> None:
        capture = self.window.capture
        if capture.state is not state:
            self.qtbot.waitSignal(capture.state_changed, timeout=LONG, check_params_cb=lambda now: now is state).wait()

    def wait_entry(self, act: Callable[[], object], *states: EntryState) -> Entry:
        """Do something and wait until a recording reaches one of the states, its answer up to date."""
        wanted = states or (EntryState.DONE, EntryState.FAILED)
        self.settle()
        with self.qtbot.waitSignal(
            self.window.session.entry_changed,
            timeout=LONG,
            check_params_cb=lambda entry: entry.state in wanted and not entry.is_stale,
        ) as signal:
            act()
        self.settle()
        assert signal.args is not None
        entry = signal.args[0]
        assert isinstance(entry, Entry)
        return self.window.session.entry(entry.number) or entry

    def settle(self) -> None:
        """Wait until every answer that rests on something that has changed is asked again."""
        self.qtbot.waitUntil(lambda: self.window.ask_again.is_idle, timeout=LONG)

    def start(self, sound: Block | None = None) -> None:
        """Begin a recording with the button; with a sound, the take is that sound to the sample."""
        if sound is not None:
            self.source.pause()
        self.qtbot.mouseClick(self.window.record.button, Qt.MouseButton.LeftButton)
        if sound is not None:
            self.source.play(sound, then_pause=True)
            self.source.pause(False)
        self.wait_state(MicState.RECORDING)
        if sound is not None:
            self.qtbot.waitUntil(self.source.played.is_set, timeout=LONG)

    def say(self, sound: Block) -> None:
        """Let a sound come through the microphone, whole, while the window lives on."""
        self.source.play(sound)
        self.qtbot.waitUntil(self.source.played.is_set, timeout=LONG)

    def stop(self) -> Entry:
        """End the recording with the button; its answer."""
        button = self.window.record.button
        return self.wait_entry(lambda: self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton))

    def record(self, sound: Block) -> Entry:
        """A whole recording."""
        self.start(sound)
        entry = self.stop()
        self.source.pause(False)
        return entry

    def save_a_voice(self, name: str) -> None:
        """Save a new voice by click and keys; it is the one in use then."""
        self.qtbot.waitUntil(lambda: self.window.owner.known is not None, timeout=LONG)
        self.qtbot.mouseClick(self.window.voice.new, Qt.MouseButton.LeftButton)
        asked = self.window.findChild(QInputDialog)
        self.qtbot.keyClicks(asked.findChild(QLineEdit), name)
        self.qtbot.keyClick(asked, Qt.Key.Key_Return)
        self.qtbot.waitUntil(self.window.voice.learn.isVisible, timeout=LONG)

    def drop(self, *paths: Path) -> None:
        """Drop files on the window, as the mouse does."""
        drop(self.window, *paths)

    def close(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None


def drop(target: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(middle), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(target, event)
    assert event.isAccepted()


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("pack") / "tiny").root


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    qapp.setStyle("Fusion")
    theme = Theme(qapp)
    theme.choose("light")
    return theme


@pytest.fixture
def desk(
    qtbot: QtBot, theme: Theme, tmp_path: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setenv("VOICEKIN_HOME", str(tmp_path / "home"))
    desk = Desk(qtbot, theme, tmp_path / "home", tiny_pack)
    yield desk
    desk.close()
    theme.choose("light")


def speaking(app: QApplication, code: str) -> Iterator[str]:
    before = QLocale()
    assert language.install(app, code) == code
    yield code
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)
    QLocale.setDefault(before)


@pytest.fixture(params=["en", "de", "es"])
def every_language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    yield from speaking(qapp, request.param)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[str]:
    yield from speaking(qapp, "de")


@pytest.fixture
def spanish(qapp: QApplication) -> Iterator[str]:
    yield from speaking(qapp, "es")


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """Writes a clip of the tiny pack's kind to a file."""

    def write(label: str, seed: int = 0, name: str = "", seconds: float = 2.0) -> Path:
        path = tmp_path / (name or f"{label} {seed}.wav")
        soundfile.write(path, clip(label, seed, seconds), RATE)
        return path

    return write


@pytest.fixture
def loud_is_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """For files: made sounds are no speech to the real detector."""
    monkeypatch.setattr(recogniser, "SpeechDetector", lambda _threads: LoudnessDetector())


@pytest.fixture
def interview(tmp_path: Path, loud_is_speech: None) -> Path:  # noqa: ARG001
    """Four clips with pauses."""
    pause = np.zeros(RATE, np.float32)
    parts = [part for i, label in enumerate(LABELS) for part in (pause, clip(label, i, 3.0))]
    path = tmp_path / "interview.wav"
    soundfile.write(path, np.concatenate([*parts, pause]), RATE)
    return path


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(2 * RATE, dtype=np.float32), RATE)
    return path


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of our own; it chooses its number itself.

    -noreset: else it starts anew when its last client leaves, and whoever comes at that moment is turned away.
    """
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        display = f":{number.readline().strip()}"
    yield display
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """A test that leaves a thread, a running timer or a window behind fails, by name."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))
    before = set(threading.enumerate())
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    gc.collect()
    threads = [t.name for t in threading.enumerate() if t not in before and t.is_alive()]
    kinds = {QTimer, *QTimer.__subclasses__()}  # no isinstance: some modules' objects answer it with a warning
    timers = [repr(o.parent()) for o in gc.get_objects() if type(o) in kinds and _is_active(o)]
    windows = [repr(w) for w in qapp.topLevelWidgets() if w.isVisible()]
    assert not threads, f"threads left behind: {threads}"
    assert not timers, f"active timers left behind, of: {timers}"
    assert not windows, f"windows left behind: {windows}"


def _is_active(timer: QTimer) -> bool:
    try:
        return timer.isActive()
    except RuntimeError:  # its Qt side is gone already
        return False


os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
