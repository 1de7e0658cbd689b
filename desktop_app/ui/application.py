"""Starts the window."""

import faulthandler
import gc
import logging
import logging.handlers
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QMetaObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

import desktop_app
from desktop_app import interruption, paths
from desktop_app.capture.microphone import SystemMicrophones
from desktop_app.capture.player import SystemPlayer
from desktop_app.capture.source import Microphones
from desktop_app.capture.takes import TakeFolder
from desktop_app.engine.installed_packs import pack_in_use
from desktop_app.ui import language
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow

log = logging.getLogger("desktop_app")

LOG_BYTES = 512 * 1024


class Application(QApplication):
    """The program as the desktop sees it.

    Signals:
        files_opened: A tuple of Path that the desktop asks to open; on macOS files only come this way.
    """

    files_opened = Signal(object)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.files_opened.emit((Path(event.file()),))
            return True
        return super().event(event)


def run(argv: list[str]) -> int:
    """Opens the window, analyses the files named in `argv`, and returns the exit status once the window is closed."""
    log_to_file()
    app = Application([sys.argv[0], *argv])
    window = build(app)
    app.files_opened.connect(window.open_paths)
    files = tuple(Path(name).resolve() for name in argv if not name.startswith("-"))
    if files:
        window.open_paths(files)
    sys.excepthook = lambda kind, error, at: _unhandled(window, kind, error, at)
    window.show()
    interruption.call(lambda: QMetaObject.invokeMethod(app, "quit", Qt.ConnectionType.QueuedConnection))
    status = app.exec()
    return interruption.status() if interruption.requested() else status


def build(
    app: QApplication, home: Path | None = None, microphones: Microphones | None = None, pack: Path | None = None
) -> MainWindow:
    """Makes the window, by default with the user's folder, the machine's microphones and the pack in use."""
    home = home or paths.user_data()
    app.setApplicationName("VoiceKin")
    app.setApplicationVersion(desktop_app.__version__)
    app.setDesktopFileName("voicekin")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(paths.assets() / "icons" / "voicekin.svg")))
    settings = SettingsFile(home / "settings.json")
    language.install(app, settings.values.language)
    theme = Theme(app)
    theme.choose(settings.values.theme, settings.values.text_size)
    takes = TakeFolder(home)
    window = MainWindow(
        capture=CaptureModel(microphones or SystemMicrophones(), takes, settings),
        owner=RecognitionOwner(home),
        takes=takes,
        settings=settings,
        theme=theme,
        player=SystemPlayer(),
        pack=pack or pack_in_use(),
    )
    # The window's thread waits for the thread that holds the interpreter lock, so that is switched five times as often
    # as by default. Objects that came with a pack are frozen, since a full garbage collection of them takes 30 ms.
    sys.setswitchinterval(0.001)
    window.owner.opened.connect(lambda _: gc.freeze())
    return window


def log_to_file() -> None:
    """Logs to two files of half a megabyte each in the user's log folder; if it can't be written, there is no log."""
    try:
        folder = paths.user_log()
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "voicekin.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    faulthandler.enable()
    qInstallMessageHandler(_log_qt)
    log.info("VoiceKin %s starts", desktop_app.__version__)


def _log_qt(kind: QtMsgType, _context: object, message: str) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    logging.getLogger("qt").log(level, "%s", message)


def _unhandled(window: MainWindow, kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    log.error("unhandled", exc_info=(kind, error, at))
    window.show_bug(error)
