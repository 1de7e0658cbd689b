"""Makes the README's pictures from the real app on recordings that it is given.

    python scripts/screenshots.py FOLDER FILE FILE ...
    python scripts/screenshots.py --animation FOLDER FILE FILE ...

The files are dropped on the window one after the other and then heard live through a fake microphone; the pictures show
the last answer in light and dark, its neighbours, all results, the library, a long recording (the files one after the
other, --minutes of them), the live window, a voice, examples, and the page of the first start. The animation,
voicekin.webp, shows the files answered and the same live, as it happens. Without a display it draws offscreen. Those in
docs/pictures are of synthetic voices, which espeak-ng speaks.
"""

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from desktop_app import paths  # isort: skip - before ONNX Runtime, whose reports to its maker it switches off

import numpy as np
import numpy.typing as npt
import onnxruntime  # noqa: F401 - before PySide6, as the app does
import soundfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "2")

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from desktop_app.ui.application import build
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.dialogs.examples_dialog import ExamplesDialog
from desktop_app.ui.dialogs.voice_dialog import VoiceDialog
from desktop_app.ui.jobs import Job
from desktop_app.ui.session import EntryState
from desktop_app.ui.settings import LANGUAGES, TEXT_SIZES, THEMES, SettingsFile

LIVE_ANSWERS = 300  # about 45 seconds

LIVE_LEVEL = 0.4  # of what the files have, so that nothing is too loud

ANIMATION_WIDTH = 1000  # pixels
FRAME_S = 0.2
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
    parser.add_argument("--conversation", nargs="*", type=Path, default=[], help="files of people who take turns")
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

        def dialog_picture(name: str, dialog: QDialog) -> None:
            dialog.open()
            shown = monotonic() + 1.0
            until(lambda: monotonic() > shown)
            dialog.grab().save(str(arguments.folder / f"{name}.png"))
            dialog.close()

        window.resize(width, height)
        window.show()
        until(lambda: window.owner.known is not None)
        if not arguments.animation:
            picture("first-start")
        window.first_start.button.click()
        until(lambda: window.capture.state is MicState.READY)
        done = (EntryState.DONE, EntryState.FAILED)

        def all_answered() -> bool:
            return window.session.rowCount() > 0 and all(e.state in done for e in window.session.entries())

        if arguments.animation:
            film = Film(app, window)
            film.roll(0.8)
            window.open_paths(tuple(path.resolve() for path in arguments.files))
            while not all_answered():
                film.roll(FRAME_S)
            for entry in window.session.entries():
                window.recordings.select(entry)
                film.roll(1.4)
            source.play(LIVE_LEVEL * speech(arguments.files))
            window.record.button.click()
            while not source.played.is_set():
                film.roll(FRAME_S)
            window.record.button.click()
            film.roll(3.0)
            film.write(arguments.folder / "voicekin.webp")
            window.close()
            return
        picture("empty")
        window.open_paths(tuple(path.resolve() for path in arguments.files))
        until(all_answered)
        window.recordings.select(window.session.entries()[-1])
        source.play(LIVE_LEVEL * speech(arguments.files[-1:]))
        for theme in ("light", "dark"):
            choose(theme)
            picture(f"answer-{theme}")
        choose(arguments.theme)
        bar = window.answer_page.area.verticalScrollBar()
        bar.setValue(bar.maximum())
        picture("neighbours")
        window.show_results()
        summed_up = monotonic() + 0.5
        until(lambda: monotonic() > summed_up)
        picture("results")
        window.show_library()
        picture("library")

        def show(path: Path) -> None:
            window.open_paths((path,))
            done = (EntryState.DONE, EntryState.FAILED)
            newest = window.session.entries
            until(lambda: newest()[-1].name == path.name and newest()[-1].state in done)
            window.recordings.select(window.session.entries()[-1])

        long = home / "A long recording.wav"
        write_long(long, arguments.files, arguments.minutes * 60)
        show(long)
        picture("long")
        if arguments.conversation:
            talk = home / "An interview.wav"
            write_talk(talk, arguments.conversation, arguments.minutes * 20)
            show(talk)
            panel = window.answer_page.speakers
            panel.count.setCurrentIndex(panel.count.findData(2))
            panel.count.activated.emit(panel.count.currentIndex())
            until(lambda: bool(window.session.entries()[-1].recognition.speakers))
            until(lambda: not window.session.entries()[-1].is_stale)
            picture("two-people")
        answers: list[object] = []
        window.live.answered.connect(lambda _, shares: answers.append(shares))
        until(source.played.is_set)
        window.record.button.click()
        source.play(LIVE_LEVEL * speech(arguments.files * 20))
        until(lambda: len(answers) >= LIVE_ANSWERS and answers[-1] is not None)
        picture("live")
        window.record.button.click()
        until(lambda: window.capture.state is MicState.READY and all_answered())
        waiting: list[object] = []

        def finished(job: Job) -> None:
            job.done.connect(waiting.append)
            job.failed.connect(waiting.append)
            n = len(waiting)
            until(lambda: len(waiting) > n)

        named = {path.name for path in arguments.files}
        heard = [e.answered for e in window.session.entries() if e.answered is not None and e.name in named]
        finished(window.owner.learn_all("Anna", tuple(heard)))
        for answered in heard:
            finished(window.owner.add_example(answered, answered.recognition.label, None))
        known = window.owner.known
        if known is not None and known.voices:
            dialog_picture("voice", VoiceDialog(window.owner, known.voices[0], window.undo, window))
        dialog_picture("examples", ExamplesDialog(window.owner, window.playback, window.undo, window))
        window.close()


def speech(files: list[Path]) -> npt.NDArray[np.float32]:
    """The files one after the other."""
    return np.concatenate([load_audio(path).samples for path in files])


class Film:
    """What a window shows as time passes."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        self._app, self._window = app, window
        self._frames: list[Image.Image] = []
        self._next = 0.0

    def roll(self, seconds: float) -> None:
        """Lets the app run for so long and takes a frame whenever one is due."""
        end = monotonic() + seconds
        while monotonic() < end:
            self._app.processEvents()
            if monotonic() >= self._next:
                self._next = monotonic() + FRAME_S
                self._take()

    def write(self, path: Path) -> None:
        """All frames, over and over."""
        first, *rest = self._frames
        milliseconds = round(FRAME_S * 1000)
        first.save(path, save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=QUALITY, method=6)

    def _take(self) -> None:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        frame = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
        height = round(frame.height * ANIMATION_WIDTH / frame.width)
        self._frames.append(frame.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS))


def write_long(path: Path, files: list[Path], seconds: float) -> None:
    """The files in any order, each a few times, until it is so long."""
    rng, parts, n = np.random.default_rng(0), [], 0
    while n < seconds * SAMPLE_RATE:
        at = int(rng.integers(len(files)))
        for _ in range(int(rng.integers(1, 6))):
            parts += [load_audio(files[at]).samples, np.zeros(SAMPLE_RATE // 2, np.float32)]
            n += len(parts[-2]) + len(parts[-1])
    soundfile.write(path, np.concatenate(parts), SAMPLE_RATE)


def write_talk(path: Path, files: list[Path], seconds: float) -> None:
    """The files in turn, again and again, until it is so long."""
    parts = [part for f in files for part in (load_audio(f).samples, np.zeros(SAMPLE_RATE // 3, np.float32))]
    once = np.concatenate(parts)
    soundfile.write(path, np.tile(once, max(1, round(seconds * SAMPLE_RATE / len(once)))), SAMPLE_RATE)


if __name__ == "__main__":
    main()
