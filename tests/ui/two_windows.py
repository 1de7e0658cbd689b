"""Programs for tests with a display of their own: `... tests.ui.two_windows source FILE` is dragged from, to
`target PACK HOME [FILE]`; `tray PACK HOME` goes into the tray when it closes, which a line on its input makes it do."""

import sys
from pathlib import Path

import onnxruntime  # noqa: F401 - before PySide6, as the app does
from PySide6.QtCore import QMimeData, QPoint, QSocketNotifier, Qt, QUrl
from PySide6.QtGui import QDrag, QIcon, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop_app import paths
from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.capture.player import SystemPlayer
from desktop_app.capture.takes import TakeFolder
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import EntryState
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow


class Source(QLabel):
    """A window from which a file is dragged, as from a file manager."""

    def __init__(self, path: Path) -> None:
        super().__init__("drag me")
        self._path = path

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(self._path))])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)


def say(*words: object) -> None:
    print(*words, flush=True)


def place(window: QWidget, x: int, y: int, width: int, height: int) -> None:
    window.setGeometry(x, y, width, height)
    window.show()
    middle = window.mapToGlobal(QPoint(width // 2, height // 2))
    say("ready", middle.x(), middle.y())


def main() -> int:
    kind, *arguments = sys.argv[1:]
    app = QApplication([])
    if kind == "source":
        source = Source(Path(arguments[0]))
        place(source, 0, 0, 200, 200)
        return app.exec()
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(paths.assets() / "icons" / "voicekin.svg")))
    home = Path(arguments[1])
    settings = SettingsFile(home / "settings.json")
    settings.update(introduced=True, tray=kind == "tray", close_to_tray=kind == "tray")
    theme = Theme(app)
    theme.choose("light")
    takes = TakeFolder(home)
    window = MainWindow(
        capture=CaptureModel(FakeMicrophones(*[FakeSource()] * (kind == "tray")), takes, settings),
        owner=RecognitionOwner(),
        takes=takes,
        settings=settings,
        theme=theme,
        player=SystemPlayer(),
        pack=Path(arguments[0]),
    )
    window.session.entry_changed.connect(
        lambda e: say("answer", e.name, e.recognition.label) if e.state is EntryState.DONE else None
    )
    if kind == "tray":
        window.capture.state_changed.connect(lambda state: say("microphone", state.name, window.isVisible()))
        hear = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, window)
        hear.activated.connect(lambda: window.close() if sys.stdin.readline() else hear.setEnabled(False))
    window.owner.opened.connect(lambda _: place(window, 240, 0, 900, 700))
    files = tuple(map(Path, arguments[2:]))
    if files:
        window.owner.opened.connect(lambda _: window.open_paths(files))
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
