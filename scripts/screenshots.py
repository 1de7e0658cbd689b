"""Makes the README's pictures from the real app on real recordings.

    python scripts/screenshots.py FOLDER FILE FILE ...

The files are dropped on the window one after the other and then heard live through a fake microphone; the pictures show
the last answer in light and dark, its neighbours, all results, the library, a long recording (the files one after the
other, --minutes of them), the live window, and the page of the first start. Without a display it draws offscreen.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from desktop_app import paths  # isort: skip - before ONNX Runtime, whose reports to its maker it switches off

import numpy as np
import numpy.typing as npt
import onnxruntime  # noqa: F401 - before PySide6, as the app does

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "2")

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import load_audio
from desktop_app.ui.application import build
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.session import EntryState
from desktop_app.ui.settings import LANGUAGES, TEXT_SIZES, THEMES, SettingsFile

LIVE_ANSWERS = 300  # about 45 seconds

ANIMATION_WIDTH = 1000  # pixels
FRAME_S = 0.2
LIVE_S = 6.0
QUALITY = 60  # of WebP, 0 to 100: text stays sharp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--animation", action="store_true", help="make voicekin.webp, and no still pictures")
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    parser.add_argument("--size", default="1240x860", help="of the window, WIDTHxHEIGHT")
    parser.add_argument("--language", default="en", choices=LANGUAGES[1:])
    parser.add_argument("--theme", default="light", choices=THEMES[1:], help="of the pictures that come in one")
    parser.add_argument("--text", type=int, default=100, choices=TEXT_SIZES, help="size of text, per cent")
    parser.add_argument("--minutes", type=float, default=6.0, help="length of the long recording")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, arguments.size.split("x"))
    app = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        SettingsFile(home / "settings.json").update(
            theme=arguments.theme, language=arguments.language, text_size=arguments.text
        )
        source = FakeSource("USB Microphone")
        window = build(app, home, FakeMicrophones(source), arguments.pack)

        def choose(theme: str) -> None:
            dialog = window.show_settings()
            dialog.theme.setCurrentIndex(dialog.theme.findData(theme))
            dialog.theme.activated.emit(dialog.theme.currentIndex())
            dialog.close()

        def until(condition: Callable[[], bool]) -> None:
            while not condition():
                app.processEvents()

        def picture(name: str) -> None:
            app.processEvents()
            until(lambda: window.map.view.is_painted or window.map.view.visibleRegion().isEmpty())
            app.processEvents()
            window.grab().save(str(arguments.folder / f"{name}.png"))

        film = Film(window)

        def open_files() -> None:
            window.open_paths(tuple(path.resolve() for path in arguments.files))
            done = (EntryState.DONE, EntryState.FAILED)
            while window.session.rowCount() == 0 or not all(e.state in done for e in window.session.entries()):
                app.processEvents()
                film.roll()

        def speech(times: int) -> npt.NDArray[np.float32]:
            return np.concatenate([load_audio(path).samples for path in arguments.files * times])

        window.resize(width, height)
        window.show()
        until(lambda: window.owner.known is not None)
        if not arguments.animation:
            picture("first-start")
        window.first_start.button.click()
        until(lambda: window.capture.state is MicState.READY)
        if arguments.animation:
            film.hold(app, 0.8)
            open_files()
            for entry in window.session.entries():
                window.recordings.select(entry)
                film.hold(app, 1.2)
            source.play(speech(1))
            window.record.button.click()
            film.hold(app, LIVE_S)
            window.record.button.click()
            film.hold(app, 2.5)
            film.write(arguments.folder / "voicekin.webp")
            window.close()
            return
        picture("empty")
        open_files()
        window.recordings.select(window.session.entries()[-1])
        source.play(load_audio(arguments.files[-1]).samples)
        for theme in ("light", "dark"):
            choose(theme)
            picture(f"answer-{theme}")
        choose("light")
        answers: list[object] = []
        window.live.answered.connect(lambda _, shares: answers.append(shares))
        until(source.played.is_set)
        window.record.button.click()
        source.play(speech(20))
        until(lambda: len(answers) >= LIVE_ANSWERS and answers[-1] is not None)
        picture("live")
        window.close()


class Film:
    """Frames of a window as time passes; what stays the same is one long frame."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._frames: list[Image.Image] = []
        self._next = 0.0

    def roll(self) -> None:
        """Takes a frame where one is due."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + FRAME_S
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        frame = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
        height = round(frame.height * ANIMATION_WIDTH / frame.width)
        self._frames.append(frame.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS))

    def hold(self, app: QApplication, seconds: float) -> None:
        """Lets the app run for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            app.processEvents()
            self.roll()

    def write(self, path: Path) -> None:
        """All frames, over and over."""
        first, *rest = self._frames
        first.save(
            path, save_all=True, append_images=rest, duration=round(FRAME_S * 1000), loop=0, quality=QUALITY, method=6
        )


if __name__ == "__main__":
    main()
